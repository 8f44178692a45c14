package parrot.datasets.benchmark;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;

/**
 * A benchmark in the file format of MMBench and MMMB: tab-separated, with the columns index,
 * question, hint, A to D (or further), answer, category, l2-category, split, image. An image is its
 * file in base64, or the index of another row with the same image; {@code image_path} may name a
 * file instead. Rotations of a question may share a {@code g_index}.
 *
 * @param name from the file's name
 * @param items in the order of the file
 * @param imageFiles SHA-256 of the image files that the table names; empty if it holds all images
 */
public record BenchmarkFile(
    BenchmarkName name, List<BenchmarkItem> items, Optional<String> imageFiles) {
  public BenchmarkFile {
    items = List.copyOf(items);
  }

  /** Reads a file whose name tells its language; see the other form. */
  public static BenchmarkFile read(FileSystem fileSystem, Path path) {
    return read(fileSystem, path, BenchmarkName.parse(path.getName()));
  }

  /**
   * Reads a file. A row that cannot be asked is there with its problem. If no row has an answer,
   * the benchmark keeps its answers to itself; else a row without one has a problem.
   *
   * @throws DataException naming file, line, column and remedy if the file is damaged: columns are
   *     missing, indexes are not unique, or not one row can be asked
   */
  public static BenchmarkFile read(FileSystem fileSystem, Path path, BenchmarkName name) {
    List<BenchmarkItem> items = new ArrayList<>();
    RowImages images = new RowImages(fileSystem, path.getParent());
    try (Table table = Table.open(fileSystem, path)) {
      ItemColumns columns = new ItemColumns(table, name.benchmark());
      if (!table.has(RowImages.PATH)) {
        table.require(RowImages.IMAGE);
      }
      for (Table.Row row = table.next(); row != null; row = table.next()) {
        BenchmarkItem item = columns.read(row);
        images.add(item, row);
        items.add(item);
      }
      columns.complete(items);
    } catch (IOException e) {
      throw new DataException("Cannot read %s: %s".formatted(path, e.getMessage()), e);
    }
    if (items.isEmpty()) {
      throw new DataException(
          "Cannot read %s: it holds no questions (expected at least one row)".formatted(path));
    }
    items.replaceAll(images::complete);
    if (items.stream().allMatch(item -> item.problem().isPresent())) {
      throw new DataException(
          "Cannot read %s: none of its %d rows can be asked; the first: %s"
              .formatted(path, items.size(), items.get(0).problem().orElseThrow()));
    }
    return new BenchmarkFile(name, items, images.filesRead());
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
}
