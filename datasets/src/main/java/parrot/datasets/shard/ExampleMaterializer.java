package parrot.datasets.shard;

import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.io.api.RecordMaterializer;
import org.apache.parquet.schema.MessageType;
import parrot.datasets.language.Language;

/** Puts the columns of a row together again. */
final class ExampleMaterializer extends RecordMaterializer<TrainingExample> {
  private final Bytes id = new Bytes();
  private final Bytes language = new Bytes();
  private final Integers tokenIds = new Integers();
  private final Integers labels = new Integers();
  private final Bytes pixels = new Bytes();
  private final Bytes source = new Bytes();
  private final MessageType type;
  private final Map<String, Score> scores = new TreeMap<>();
  private final Root root = new Root();

  /**
   * @param type of the file
   */
  ExampleMaterializer(MessageType type) {
    this.type = type;
  }

  @Override
  public TrainingExample getCurrentRecord() {
    return new TrainingExample(
        id.text(),
        Language.of(language.text()),
        tokenIds.values(),
        labels.values(),
        pixels.value == null ? null : pixels.value.getBytes(),
        source.text(),
        scores());
  }

  private SortedMap<String, Object> scores() {
    SortedMap<String, Object> found = new TreeMap<>();
    scores.forEach(
        (name, score) -> {
          if (score.value != null) {
            found.put(name, score.value);
          }
        });
    return found;
  }

  @Override
  public GroupConverter getRootConverter() {
    return root;
  }

  private final class Root extends GroupConverter {
    @Override
    public Converter getConverter(int field) {
      return switch (type.getFieldName(field)) {
        case ShardSchema.ID -> id;
        case ShardSchema.LANGUAGE -> language;
        case ShardSchema.TOKEN_IDS -> tokenIds;
        case ShardSchema.LABELS -> labels;
        case ShardSchema.PICTURE_SIZE, ShardSchema.TOKENS, ShardSchema.ANSWER_TOKENS ->
            new Ignored();
        case ShardSchema.PIXELS -> pixels;
        case ShardSchema.SOURCE -> source;
        default -> scores.computeIfAbsent(type.getFieldName(field), name -> new Score());
      };
    }

    @Override
    public void start() {
      for (Bytes bytes : new Bytes[] {id, language, pixels, source}) {
        bytes.value = null;
      }
      scores.values().forEach(score -> score.value = null);
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

  private static final class Score extends PrimitiveConverter {
    private Object value;

    @Override
    public void addInt(int number) {
      value = number;
    }

    @Override
    public void addLong(long number) {
      value = number;
    }

    @Override
    public void addBinary(Binary text) {
      value = text.toStringUsingUTF8();
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
