package parrot.datasets.shard;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import parrot.datasets.UsageException;

/**
 * The columns of a shard.
 *
 * <pre>
 * id            string            as in the source
 * language      string            en, zh, pt, ar, tr, ru
 * token_ids     list of int32     -200 where the image goes
 * labels        list of int32     as long as token_ids; -100 where nothing is to be learned
 * image_size  int32, optional   S; absent for text alone
 * pixels        bytes, optional   S*S*3 RGB values from the top left, before normalisation
 * source        string            file:line of the row this came from
 * </pre>
 *
 * <p>Scores follow, all of them optional and none of them trained on: rows are chosen by them.
 * Shards made before there were any have none.
 *
 * <pre>
 * tokens         int32   length of token_ids
 * answer_tokens  int32   positions that carry a label
 * image_width    int32   of the image as it came, in pixels
 * image_height   int32   of the image as it came, in pixels
 * image_group    int64   equal for equal images, and for copies if near duplicates were looked for
 * near_group     int64   equal for rows that say nearly the same; absent for a row that is alone
 * near_rank      int32   place of the row in its group, from 0; absent unless they were looked for
 * (any name)     string  a column of the source that was asked for, as text
 * </pre>
 *
 * <p>Whatever changes the meaning of a column raises {@link #VERSION}; a reader refuses versions
 * that it does not know.
 */
public final class ShardSchema {
  public static final int VERSION = 1;

  /** The label of a position that is not supervised. */
  static final int IGNORE = -100;

  static final String VERSION_KEY = "parrot.schema.version";
  static final String ID = "id";
  static final String LANGUAGE = "language";
  static final String TOKEN_IDS = "token_ids";
  static final String LABELS = "labels";
  static final String PICTURE_SIZE = "picture_size";
  static final String PIXELS = "pixels";
  static final String SOURCE = "source";

  static final MessageType TYPE =
      MessageTypeParser.parseMessageType(
          """
          message example {
            required binary id (STRING);
            required binary language (STRING);
            required group token_ids (LIST) { repeated group list { required int32 element; } }
            required group labels (LIST) { repeated group list { required int32 element; } }
            optional int32 picture_size;
            optional binary pixels;
            required binary source (STRING);
          }
          """);

  static final String TOKENS = "tokens";
  static final String ANSWER_TOKENS = "answer_tokens";
  public static final String IMAGE_WIDTH = "image_width";
  public static final String IMAGE_HEIGHT = "image_height";
  public static final String IMAGE_GROUP = "image_group";
  public static final String NEAR_GROUP = "near_group";
  public static final String NEAR_RANK = "near_rank";

  /** The file of {@link #SOURCE}; read as if it were a column. */
  static final String FILE = "file";

  private static final List<Type> SCORES =
      List.of(
          Types.optional(PrimitiveTypeName.INT32).named(TOKENS),
          Types.optional(PrimitiveTypeName.INT32).named(ANSWER_TOKENS),
          Types.optional(PrimitiveTypeName.INT32).named(IMAGE_WIDTH),
          Types.optional(PrimitiveTypeName.INT32).named(IMAGE_HEIGHT),
          Types.optional(PrimitiveTypeName.INT64).named(IMAGE_GROUP),
          Types.optional(PrimitiveTypeName.INT64).named(NEAR_GROUP),
          Types.optional(PrimitiveTypeName.INT32).named(NEAR_RANK));

  private static final Pattern NAME = Pattern.compile("[^\\s<>=!,;(){}]{1,100}");

  private ShardSchema() {}

  /** Whether every shard that is made now has this column beside what is trained on. */
  static boolean isScore(String column) {
    return SCORES.stream().anyMatch(score -> score.getName().equals(column));
  }

  /**
   * All columns.
   *
   * @param columns of the source
   * @throws UsageException if one has a name that shards use, or that a condition cannot name
   */
  static MessageType type(List<String> columns) {
    List<Type> fields = new ArrayList<>(TYPE.getFields());
    fields.addAll(SCORES);
    for (String column : columns) {
      boolean taken =
          column.equalsIgnoreCase(FILE)
              || fields.stream().anyMatch(field -> field.getName().equalsIgnoreCase(column));
      if (taken || !NAME.matcher(column).matches()) {
        throw new UsageException(
            String.format(
                Locale.ROOT,
                "Invalid --column: %s (must be %s)",
                column,
                taken
                    ? "given once, and not be called as a column of the shards is"
                    : "a name without spaces and signs of comparison"));
      }
      fields.add(
          Types.optional(PrimitiveTypeName.BINARY)
              .as(LogicalTypeAnnotation.stringType())
              .named(column));
    }
    return new MessageType(TYPE.getName(), fields);
  }

  /**
   * Checks names of columns of the source.
   *
   * @throws UsageException if shards cannot have one
   */
  public static void requireColumns(List<String> columns) {
    type(columns);
  }
}
