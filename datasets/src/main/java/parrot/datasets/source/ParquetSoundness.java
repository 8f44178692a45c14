package parrot.datasets.source;

import java.io.IOException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageType;

/**
 * Whether the sizes and counts in a Parquet file agree with each other and with the file. Parquet's
 * reader believes them: it would take any memory that a damaged one asks for, and pass over rows.
 */
final class ParquetSoundness {
  /** Not every writer fills in the footer's sizes well. */
  private static final long ALWAYS_ALLOWED = 64L << 20;

  private ParquetSoundness() {}

  /**
   * Checks what the footer says of a row group, and returns its number of rows.
   *
   * @throws IOException if a count hides rows, or a column lies outside of the file
   */
  static long requireFooter(BlockMetaData group, MessageType schema, long fileBytes)
      throws IOException {
    require(group.getRowCount() >= 0, "its number of rows");
    for (ColumnChunkMetaData column : group.getColumns()) {
      long bytes = column.getTotalSize();
      require(column.getStartingPos() > 0 && bytes >= 0, "the place of a column");
      require(bytes <= fileBytes - column.getStartingPos(), "the end of a column");
      boolean repeated = schema.getMaxRepetitionLevel(column.getPath().toArray()) > 0;
      long values = column.getValueCount();
      require(
          repeated ? values >= group.getRowCount() : values == group.getRowCount(),
          "the number of a column's values");
    }
    return group.getRowCount();
  }

  /**
   * Reads the header of each page of a row group, and returns the number of pages.
   *
   * @throws IOException if one announces more than there can be
   */
  static long requirePages(BlockMetaData group, FSDataInputStream in, long fileBytes)
      throws IOException {
    long pages = 0;
    for (ColumnChunkMetaData column : group.getColumns()) {
      long largest = Math.max(ALWAYS_ALLOWED, column.getTotalUncompressedSize());
      long values = column.getValueCount();
      in.seek(column.getStartingPos());
      while (values > 0) {
        PageHeader page = Util.readPageHeader(in);
        long end = in.getPos() + page.getCompressed_page_size();
        require(page.getCompressed_page_size() >= 0 && end <= fileBytes, "the end of a page");
        int unpacked = page.getUncompressed_page_size();
        require(unpacked >= 0 && unpacked <= largest, "the size of a page");
        int count =
            page.isSetData_page_header()
                ? page.getData_page_header().getNum_values()
                : page.isSetData_page_header_v2()
                    ? page.getData_page_header_v2().getNum_values()
                    : 0;
        require(count >= 0 && count <= values, "the number of a page's values");
        values -= count;
        if (column.getCodec() == CompressionCodecName.SNAPPY) {
          requireSnappy(page, in);
        }
        in.seek(end);
        pages++;
      }
    }
    return pages;
  }

  /** Snappy's data begins with its size; asked for more, its decompressor never ends. */
  private static void requireSnappy(PageHeader page, FSDataInputStream in) throws IOException {
    int levels = 0;
    if (page.isSetData_page_header_v2()) {
      DataPageHeaderV2 about = page.getData_page_header_v2();
      if (!about.isIs_compressed()) {
        return;
      }
      levels = about.getRepetition_levels_byte_length() + about.getDefinition_levels_byte_length();
    }
    if (page.getCompressed_page_size() == levels) {
      return;
    }
    in.seek(in.getPos() + levels);
    long size = 0;
    int next = 0x80;
    for (int shift = 0; shift < 35 && (next & 0x80) != 0; shift += 7) {
      next = in.read();
      require(next >= 0, "the end of a page");
      size |= (long) (next & 0x7F) << shift;
    }
    require(size == page.getUncompressed_page_size() - levels, "the size of a page");
  }

  private static void require(boolean sound, String what) throws IOException {
    if (!sound) {
      throw new IOException("Cannot believe " + what);
    }
  }
}
