package parrot.datasets.source;

import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import parrot.datasets.DataException;
import parrot.datasets.image.UnusableImageException;
import parrot.datasets.image.UnusableImageException.Reason;

/** The archives that paths lead through; those used last stay open. For one thread. */
final class ImageArchives implements Closeable {
  private static final int MOST_OPEN = 8;

  /** Opens an archive by its name. */
  interface Opening {
    ImageArchive open(String name) throws IOException;
  }

  /** Tells whether there is a file of this name. */
  interface Files {
    boolean has(String name) throws IOException;
  }

  /** A place in an archive. */
  record Inside(ImageArchive archive, String path) {}

  private final Opening opening;
  private final Map<String, ImageArchive> open = new LinkedHashMap<>(MOST_OPEN, 0.75f, true);
  private final Map<String, String> unusable = new HashMap<>();
  private String root = "";

  ImageArchives(Opening opening) {
    this.opening = opening;
  }

  /**
   * Opens the archive that images are named under. It stays open: its name may be any.
   *
   * @throws DataException if it is none, or damaged
   */
  void openRoot(String name) throws IOException {
    open(name);
    root = name;
  }

  /** Opens an archive, unless it is. */
  private ImageArchive open(String name) throws IOException {
    ImageArchive known = open.get(name);
    if (known == null) {
      known = opening.open(name);
      open.put(name, known);
      if (open.size() > MOST_OPEN) {
        String oldest =
            open.keySet().stream().filter(one -> !one.equals(root)).findFirst().orElseThrow();
        open.remove(oldest).close();
      }
    }
    return known;
  }

  /**
   * Where a path leads to if one of its folders is an archive.
   *
   * @param path from the file system's root, with {@code /} between its parts
   * @throws UnusableImageException if it cannot be read as one
   */
  Optional<Inside> inside(String path, Files files) throws IOException {
    String name = fileOf(path, files);
    if (name.equals(path)) {
      return Optional.empty();
    }
    String rest = path.substring(name.length() + 1);
    return Optional.of(
        new Inside(
            openNamed(name), rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest));
  }

  /** Rows name it, so that it spoils their images alone; it is not looked at again for each. */
  private ImageArchive openNamed(String name) throws IOException {
    if (!unusable.containsKey(name)) {
      try {
        return open(name);
      } catch (UnusableImageException e) {
        throw e;
      } catch (DataException e) {
        unusable.put(name, e.getMessage());
      }
    }
    throw new UnusableImageException(
        Reason.UNREADABLE,
        "its archive is of no use (" + unusable.get(name) + ")",
        "replace the archive or remove the row");
  }

  /** The archive that one of a path's folders is, else the path itself. */
  String fileOf(String path, Files files) throws IOException {
    for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
      String name = path.substring(0, slash);
      if (open.containsKey(name) || ImageArchive.isNamedSo(name) && files.has(name)) {
        return name;
      }
    }
    return path;
  }

  @Override
  public void close() throws IOException {
    for (ImageArchive archive : open.values()) {
      archive.close();
    }
    open.clear();
  }
}
