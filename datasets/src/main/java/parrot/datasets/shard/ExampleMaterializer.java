package parrot.datasets.shard;

import java.util.Arrays;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.io.api.RecordMaterializer;
import parrot.datasets.language.Language;

/** Puts the columns of a row together again. */
final class ExampleMaterializer extends RecordMaterializer<TrainingExample> {
  private final Bytes id = new Bytes();
  private final Bytes language = new Bytes();
  private final Integers tokenIds = new Integers();
  private final Integers labels = new Integers();
  private final Bytes pixels = new Bytes();
  private final Bytes source = new Bytes();
  private final Root root = new Root();

  @Override
  public TrainingExample getCurrentRecord() {
    return new TrainingExample(
        id.text(),
        Language.of(language.text()),
        tokenIds.values(),
        labels.values(),
        pixels.value == null ? null : pixels.value.getBytes(),
        source.text());
  }

  @Override
  public GroupConverter getRootConverter() {
    return root;
  }

  private final class Root extends GroupConverter {
    @Override
    public Converter getConverter(int field) {
      return switch (ShardSchema.TYPE.getFieldName(field)) {
        case ShardSchema.ID -> id;
        case ShardSchema.LANGUAGE -> language;
        case ShardSchema.TOKEN_IDS -> tokenIds;
        case ShardSchema.LABELS -> labels;
        case ShardSchema.PICTURE_SIZE -> new Ignored();
        case ShardSchema.PIXELS -> pixels;
        case ShardSchema.SOURCE -> source;
        default -> throw new IllegalStateException("Unknown column " + field);
      };
    }

    @Override
    public void start() {
      for (Bytes bytes : new Bytes[] {id, language, pixels, source}) {
        bytes.value = null;
      }
      tokenIds.count = 0;
      labels.count = 0;
    }

    @Override
    public void end() {}
  }

  private static final class Bytes extends PrimitiveConverter {
    private Binary value;

    @Override
    public void addBinary(Binary binary) {
      value = binary;
    }

    String text() {
      return value.toStringUsingUTF8();
    }
  }

  private static final class Ignored extends PrimitiveConverter {
    @Override
    public void addInt(int value) {}
  }

  /** A list column: group "list" with one int32 "element". */
  private static final class Integers extends GroupConverter {
    private int[] buffer = new int[256];
    private int count;

    private final PrimitiveConverter element =
        new PrimitiveConverter() {
          @Override
          public void addInt(int value) {
            if (count == buffer.length) {
              buffer = Arrays.copyOf(buffer, 2 * count);
            }
            buffer[count++] = value;
          }
        };

    private final GroupConverter list =
        new GroupConverter() {
          @Override
          public Converter getConverter(int field) {
            return element;
          }

          @Override
          public void start() {}

          @Override
          public void end() {}
        };

    int[] values() {
      return Arrays.copyOf(buffer, count);
    }

    @Override
    public Converter getConverter(int field) {
      return list;
    }

    @Override
    public void start() {}

    @Override
    public void end() {}
  }
}
