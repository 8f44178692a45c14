package parrot.datasets.shapes;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import parrot.datasets.language.Language;

/**
 * Writes one language of the benchmark in MMMB's file format: tab-separated, a header, minimal
 * quoting as pandas writes it, images in base64.
 */
final class BenchmarkWriter implements Closeable {
  static final List<String> COLUMNS =
      List.of(
          "index",
          "question",
          "hint",
          "A",
          "B",
          "C",
          "D",
          "answer",
          "category",
          "l2-category",
          "image",
          "split");

  private final Writer out;
  private final Language language;

  BenchmarkWriter(OutputStream out, Language language) throws IOException {
    this.out = new OutputStreamWriter(out, StandardCharsets.UTF_8);
    this.language = language;
    row(COLUMNS);
  }

  void write(BenchmarkQuestion row, byte[] image) throws IOException {
    List<String> fields = new ArrayList<>();
    fields.add(String.valueOf(row.index()));
    fields.add(row.text(language));
    fields.add("");
    List<String> options = row.options(language);
    for (int i = 0; i < 4; i++) {
      fields.add(i < options.size() ? options.get(i) : "");
    }
    fields.add(String.valueOf(row.question().letter()));
    fields.add(row.question().category().tag());
    fields.add(row.question().category().group());
    fields.add(Base64.getEncoder().encodeToString(image));
    fields.add("test");
    row(fields);
  }

  private void row(List<String> fields) throws IOException {
    for (int i = 0; i < fields.size(); i++) {
      if (i > 0) {
        out.write('\t');
      }
      out.write(quote(fields.get(i)));
    }
    out.write('\n');
  }

  /** Quotes only where a quote, a tab or a line break stands; quotes inside are doubled. */
  static String quote(String field) {
    boolean plain = field.chars().noneMatch(c -> c == '"' || c == '\t' || c == '\n' || c == '\r');
    return plain ? field : '"' + field.replace("\"", "\"\"") + '"';
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
