package parrot.datasets.shard;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;

/**
 * Puts the encodings that a Parquet footer lists for each column in order. Parquet's writer lists
 * them in the order of a hash set whose hashes differ between processes, so without this the same
 * rows would give other bytes in each run.
 */
final class SortedEncodings {
  /** The footer's length, an int, and the four letters that end a file. */
  private static final int TRAILER = 8;

  private SortedEncodings() {}

  /**
   * @param end the last bytes of a Parquet file, its whole footer among them
   * @return the same bytes with another order of encodings; as many
   */
  static byte[] of(byte[] end) {
    int length = ByteBuffer.wrap(end).order(ByteOrder.LITTLE_ENDIAN).getInt(end.length - TRAILER);
    int start = end.length - TRAILER - length;
    try {
      FileMetaData footer = Util.readFileMetaData(new ByteArrayInputStream(end, start, length));
      for (RowGroup group : footer.getRow_groups()) {
        for (ColumnChunk column : group.getColumns()) {
          Collections.sort(column.getMeta_data().getEncodings());
        }
      }
      ByteArrayOutputStream sorted = new ByteArrayOutputStream(length);
      Util.writeFileMetaData(footer, sorted);
      if (sorted.size() != length) {
        throw new IllegalStateException(
            "The Parquet footer changed its length from " + length + " to " + sorted.size());
      }
      System.arraycopy(sorted.toByteArray(), 0, end, start, length);
      return end;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
