package parrot.datasets.benchmark;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.language.UnicodeText;
import parrot.datasets.storage.Digests;
import parrot.datasets.storage.FileSystems;

/**
 * The images of a benchmark's rows: in base64, as a data URI, that of another row by its index, or
 * a file.
 */
final class RowImages {
  static final String IMAGE = "image";
  static final String PATH = "image_path";

  /** An {@code image} of at most this many chars may be another row's index (MMBench's rule). */
  private static final int LONGEST_REFERENCE = 64;

  private static final long LARGEST_FILE = 1L << 28;
  private static final Pattern REFERENCE = Pattern.compile("[0-9]{1,18}(\\.0+)?");
  private static final Pattern DATA_URI = Pattern.compile("(?i)data:[^,]{0,200},");
  private static final Pattern URL = Pattern.compile("(?i)[a-z][a-z0-9+.-]*://.*");
  private static final Pattern PYTHON_BYTES = Pattern.compile("b(['\"])([^'\"]*+)\\1");
  private static final Pattern SPACE = Pattern.compile("\\s+");

  private final FileSystem files;
  private final Path folder;
  private final Map<Long, byte[]> images = new HashMap<>();
  private final Map<Long, Reference> references = new HashMap<>();
  private final Map<Long, String> problems = new HashMap<>();
  private final MessageDigest read = Digests.sha256();
  private boolean readFiles;

  /** A row that has the image of another. */
  private record Reference(Table.Row row, long to) {}

  /**
   * @param folder that image files are named from
   */
  RowImages(FileSystem files, Path folder) {
    this.files = files;
    this.folder = folder;
  }

  /** Takes the image of a row; what is wrong with it is told by {@link #complete}. */
  void add(BenchmarkItem item, Table.Row row) {
    Optional<String> image = row.value(IMAGE).map(UnicodeText::strip);
    Optional<String> path = row.value(PATH).map(UnicodeText::strip);
    String column = image.isEmpty() && path.isPresent() ? PATH : IMAGE;
    try {
      String text =
          image
              .or(() -> path)
              .map(RowImages::single)
              .orElseThrow(
                  () ->
                      new DataException(
                          "no image (must be a file in base64, or another row's index)"));
      if (column.equals(PATH)) {
        images.put(item.index(), read(text));
      } else if (text.length() <= LONGEST_REFERENCE && REFERENCE.matcher(text).matches()) {
        references.put(item.index(), new Reference(row, Long.parseLong(ItemColumns.whole(text))));
      } else {
        images.put(item.index(), decode(text));
      }
    } catch (DataException e) {
      problems.put(item.index(), row.says(column, e.getMessage()));
    }
  }

  /** SHA-256 of the files that were read, in order; empty if there were none. */
  Optional<String> filesRead() {
    return readFiles ? Optional.of(Digests.hex(read.digest())) : Optional.empty();
  }

  /** The question with its image, or with the problem that there is none. */
  BenchmarkItem complete(BenchmarkItem item) {
    Reference reference = references.get(item.index());
    byte[] image = images.get(reference == null ? item.index() : reference.to());
    if (image != null) {
      return item.withImage(image);
    }
    return item.withProblem(
        reference == null
            ? problems.get(item.index())
            : reference
                .row()
                .says(
                    IMAGE,
                    "it refers to row %d, which has no image of its own (must be the index of a row that has one)"
                        .formatted(reference.to())));
  }

  /** The element of a list with one; several images are more than a question is asked with. */
  private static String single(String text) {
    if (!text.startsWith("[")) {
      return text;
    }
    List<String> elements = ListCell.elements(text);
    if (elements.size() != 1) {
      throw new DataException(
          "a list of %d images (several images in one question are not supported; expected one)"
              .formatted(elements.size()));
    }
    return elements.get(0);
  }

  private static byte[] decode(String text) {
    Matcher uri = DATA_URI.matcher(text);
    boolean isUri = uri.lookingAt();
    if (isUri && !uri.group().endsWith(";base64,")) {
      throw new DataException("a data URI that is not in base64 (must end in ;base64, and data)");
    }
    Matcher bytes = PYTHON_BYTES.matcher(text);
    String base64 = isUri ? text.substring(uri.end()) : bytes.matches() ? bytes.group(2) : text;
    try {
      String common = SPACE.matcher(base64).replaceAll("").replace('-', '+').replace('_', '/');
      return Base64.getDecoder().decode(common);
    } catch (IllegalArgumentException e) {
      throw new DataException(
          "it is not base64: %s (must be a file in base64, or another row's index; the name of a file goes into a column %s)"
              .formatted(e.getMessage(), PATH));
    }
  }

  private byte[] read(String name) {
    if (URL.matcher(name).matches()) {
      throw new DataException(
          "%s is an address (must be a file; download it and name it here)".formatted(name));
    }
    try {
      byte[] image = FileSystems.readFully(files, new Path(folder, name), LARGEST_FILE);
      read.update(Digests.sha256(image).getBytes(StandardCharsets.US_ASCII));
      readFiles = true;
      return image;
    } catch (FileNotFoundException e) {
      throw new DataException("%s is not a file".formatted(name), e);
    } catch (IOException | IllegalArgumentException e) {
      throw new DataException("Cannot read %s: %s".formatted(name, e.getMessage()), e);
    }
  }
}
