package parrot.datasets.benchmark;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.language.UnicodeText;

/**
 * A benchmark in the file format of MMBench and MMMB: tab-separated, with the columns index,
 * question, hint, A to D (or further), answer, category, l2-category, split, image. An image is its
 * file in base64, or the index of another row with the same image.
 *
 * @param name from the file's name
 * @param items in the order of the file
 */
public record BenchmarkFile(BenchmarkName name, List<BenchmarkItem> items) {
  /** An {@code image} of at most this many chars is another row's index (MMBench's rule). */
  static final int LONGEST_REFERENCE = 64;

  public BenchmarkFile {
    items = List.copyOf(items);
  }

  /**
   * Reads a file. Where it has no column {@code answer} its questions have none; where it has one
   * every question must.
   *
   * @throws DataException naming file, line, column and remedy at the first thing that is wrong
   */
  public static BenchmarkFile read(FileSystem fileSystem, Path path) {
    BenchmarkName name = BenchmarkName.parse(path.getName());
    List<BenchmarkItem> items = new ArrayList<>();
    Map<Long, byte[]> images = new HashMap<>();
    Map<Long, Reference> references = new HashMap<>();
    try (Tsv tsv = new Tsv(fileSystem.open(path), path.toString())) {
      ItemColumns columns = new ItemColumns(tsv);
      tsv.require("image");
      for (Tsv.Row row = tsv.next(); row != null; row = tsv.next()) {
        BenchmarkItem item = columns.read(row);
        String image = image(row);
        if (isReference(image)) {
          references.put(item.index(), new Reference(row, Long.parseLong(image)));
        } else {
          images.put(item.index(), decode(row, image));
        }
        items.add(item);
      }
    } catch (IOException e) {
      throw new DataException("Cannot read %s: %s".formatted(path, e.getMessage()), e);
    }
    if (items.isEmpty()) {
      throw new DataException(
          "Cannot read %s: it holds no questions (expected at least one row)".formatted(path));
    }
    references.values().forEach(reference -> reference.check(images));
    items.replaceAll(
        item -> {
          Reference reference = references.get(item.index());
          return withImage(item, images.get(reference == null ? item.index() : reference.to()));
        });
    return new BenchmarkFile(name, items);
  }

  /**
   * Writes a file in the same format, each image with its own row.
   *
   * @param path must not exist; its name decides nothing
   * @throws DataException if a question has no image, or the file cannot be written
   */
  public static void write(FileSystem fileSystem, Path path, List<BenchmarkItem> items) {
    for (BenchmarkItem item : items) {
      if (item.image() == null) {
        throw new DataException(
            "Cannot write %s: question %d has no image (every question needs one)"
                .formatted(path, item.index()));
      }
    }
    List<String> letters = ItemColumns.letters(items);
    try (Writer out =
        new BufferedWriter(
            new OutputStreamWriter(fileSystem.create(path, false), StandardCharsets.UTF_8))) {
      out.write("index\tquestion\thint\t" + String.join("\t", letters));
      out.write("\tanswer\tcategory\tl2-category\tsplit\timage\n");
      for (BenchmarkItem item : items) {
        List<String> cells = new ArrayList<>();
        cells.add(Long.toString(item.index()));
        cells.add(item.question());
        cells.add(item.hint().orElse(null));
        ItemColumns.addOptions(cells, item, letters);
        ItemColumns.addGroups(cells, item);
        cells.add(Base64.getEncoder().encodeToString(item.image()));
        Tsv.write(out, cells);
      }
    } catch (IOException e) {
      throw new DataException("Cannot write %s: %s".formatted(path, e.getMessage()), e);
    }
  }

  private static String image(Tsv.Row row) {
    return row.value("image")
        .map(UnicodeText::strip)
        .orElseThrow(
            () ->
                row.problem(
                    "image", "no image (must be a file in base64, or another row's index)"));
  }

  private static boolean isReference(String image) {
    return image.length() <= LONGEST_REFERENCE && image.matches("[0-9]{1,18}");
  }

  private static byte[] decode(Tsv.Row row, String image) {
    try {
      return Base64.getMimeDecoder().decode(image);
    } catch (IllegalArgumentException e) {
      throw row.problem(
          "image",
          "it is not base64: %s (must be a file in base64, or another row's index)"
              .formatted(e.getMessage()));
    }
  }

  private static BenchmarkItem withImage(BenchmarkItem item, byte[] image) {
    return new BenchmarkItem(
        item.index(),
        item.question(),
        item.hint(),
        item.options(),
        item.answer(),
        item.category(),
        item.l2Category(),
        item.split(),
        image);
  }

  /** A row that has the image of another. */
  private record Reference(Tsv.Row row, long to) {
    void check(Map<Long, byte[]> images) {
      if (!images.containsKey(to)) {
        throw row.problem(
            "image",
            "it refers to row %d, which has no image of its own (must be the index of a row that has one)"
                .formatted(to));
      }
    }
  }
}
