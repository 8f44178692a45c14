package parrot.datasets.source;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a file that has no rows is, by its first bytes, in words that go on from "it is". */
final class FileKind {
  /** First bytes, as characters of Latin-1, and what they begin. */
  private static final String[][] BEGINNINGS = {
    {"PAR1", "a Parquet file; decompress it"},
    {"ARROW1", "an Arrow file"},
    {"\u00FF\u00FF\u00FF\u00FF", "an Arrow stream"},
    {"ORC", "an ORC file"},
    {"Obj\u0001", "an Avro file"},
    {"PK\u0003\u0004", "a zip archive; unpack it"},
    {"7z\u00BC\u00AF", "a 7z archive; unpack it"},
    {"Rar!", "a rar archive; unpack it"},
    {"\u0004\"M\u0018", "compressed with lz4; decompress it"},
    {"\u001F\u009D", "compressed with compress; decompress it"},
    {"\u00FF\u0006\u0000\u0000sNaPpY", "compressed with snappy; decompress it"},
    {"\u0089PNG", "an image"},
    {"\u00FF\u00D8\u00FF", "an image"},
    {"GIF8", "an image"},
    {"RIFF", "an image or a sound"},
    {"%PDF", "a PDF file"},
    {"SQLite format 3", "an SQLite database"},
    {"\u0089HDF", "an HDF5 file"},
    {"\u0093NUMPY", "a NumPy array"},
    {"\u0000\u0005\u0016\u0007", "what macOS keeps beside a file (AppleDouble); leave it out"},
    {"\u0080", "a Python pickle"},
    {"version https://git-lfs", "a git-lfs pointer and not the file itself; run git lfs pull"},
    {"\"[", "JSON inside a text in quotes; decode it once and write what comes out"},
    {"\"{", "JSON inside a text in quotes; decode it once and write what comes out"},
    {"//", "text with a comment, which JSON does not have; remove it"},
    {"/*", "text with a comment, which JSON does not have; remove it"},
    {"#", "text with a comment or a heading; remove it if JSON follows"},
  };

  private static final Map<Character, String> TABLES =
      Map.of(
          '\t', "a table with tabs (TSV); convert it to JSON lines",
          ',', "a table with commas (CSV); convert it to JSON lines",
          ';', "a table with semicolons (CSV); convert it to JSON lines");

  private FileKind() {}

  /** The kind of a file that begins with {@code head}. */
  static String of(byte[] head) {
    String text = new String(head, StandardCharsets.ISO_8859_1);
    for (String[] beginning : BEGINNINGS) {
      if (text.startsWith(beginning[0])) {
        return beginning[1];
      }
    }
    int zeros = 0;
    while (zeros < head.length && head[zeros] == 0) {
      zeros++;
    }
    if (zeros > 0) {
      return "zero bytes at its beginning, %d of them; copy it again".formatted(zeros);
    }
    return text(text.strip(), head);
  }

  private static String text(String text, byte[] head) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (text.isEmpty()) {
      return "empty";
    }
    if (lower.startsWith("<")) {
      return lower.startsWith("<!doctype html") || lower.contains("<html")
          ? "an HTML page; was a login or an error page downloaded?"
          : "XML or HTML";
    }
    if (text.chars().limit(1024).anyMatch(c -> c < ' ' && "\t\r\n\f\u001B".indexOf(c) < 0)) {
      return "binary data";
    }
    for (Map.Entry<Character, String> table : TABLES.entrySet()) {
      if (isTable(text, table.getKey())) {
        return table.getValue();
      }
    }
    String start = new String(head, 0, Math.min(head.length, 40), StandardCharsets.UTF_8);
    return "text that is not JSON; it begins with '" + RowJson.printable(start) + "'";
  }

  /** Whether the first two lines have as many columns; prose with a comma has not. */
  private static boolean isTable(String text, char separator) {
    List<Long> separators =
        text.lines()
            .limit(2)
            .map(line -> line.chars().filter(c -> c == separator).count())
            .toList();
    return separators.get(0) > 0
        && (separators.size() == 2
            ? separators.get(0).equals(separators.get(1))
            : text.indexOf(' ') < 0);
  }
}
