package parrot.datasets.shard;

import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

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

  private ShardSchema() {}
}
