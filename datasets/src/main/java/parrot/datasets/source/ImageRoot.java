package parrot.datasets.source;

import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.security.AccessControlException;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;
import parrot.datasets.image.UnusableImageException;
import parrot.datasets.image.UnusableImageException.Reason;
import parrot.datasets.storage.StoredChannel;
import parrot.datasets.storage.StoredStream;

/**
 * The folder that images are named under, local or in HDFS. Paths come from data that anyone may
 * have written, so none may lead out of it: neither by {@code ..}, nor as an absolute path, nor, on
 * a local disk, by a symbolic link. Absolute paths and links may lead to allowed folders. A zip or
 * tar file is a folder, too. For one thread.
 */
public final class ImageRoot implements Closeable {
  /** The largest image file that is read, in bytes. */
  static final long LARGEST_FILE = 256L << 20;

  /** In bytes; of Linux's file systems and of HDFS. */
  private static final int LONGEST_NAME = 255;

  /** With a scheme and a slash, a drive letter, or a slash at the beginning. */
  private static final Pattern ABSOLUTE =
      Pattern.compile("[\\\\/].*|[A-Za-z][A-Za-z0-9+.-]+:/.*|[A-Za-z]:[\\\\/].*", Pattern.DOTALL);

  private static final Pattern WEB = Pattern.compile("(?i)https?://");

  private final FileSystem files;
  private final Path root;
  private final java.nio.file.Path local; // null unless on a local disk; links resolved
  private final List<Path> allowed;
  private final List<java.nio.file.Path> reachable = new ArrayList<>(); // local, links resolved
  private final ImageArchives archives;
  private final NearbyName nearby = new NearbyName(this::names);

  /**
   * With no allowed folders.
   *
   * @throws DataException if there is no such folder or archive
   */
  public ImageRoot(FileSystem files, Path root) throws IOException {
    this(files, root, List.of());
  }

  /**
   * @param allowed folders of the same file system that links and absolute paths may lead to
   * @throws DataException if one of the folders does not exist
   */
  public ImageRoot(FileSystem files, Path root, List<Path> allowed) throws IOException {
    this.files = files;
    this.archives = new ImageArchives(this::open);
    this.root = files.makeQualified(root);
    boolean isFolder = isFolder(this.root);
    this.allowed = new ArrayList<>();
    this.local = isLocal() ? real(this.root) : null;
    if (isLocal()) {
      reachable.add(local);
    }
    for (Path folder : allowed) {
      if (!files.getUri().equals(folder.getFileSystem(files.getConf()).getUri())) {
        throw new UsageException(
            "Invalid --allow-root: " + folder + " (must be in the file system of " + root + ")");
      }
      Path qualified = files.makeQualified(folder);
      if (!isFolder(qualified)) {
        throw new DataException("Cannot read images from " + qualified + ": not a folder");
      }
      this.allowed.add(qualified);
      if (isLocal()) {
        reachable.add(real(folder));
      }
    }
    if (!isFolder) {
      archives.openRoot(this.root.toUri().getPath());
    }
  }

  private boolean isFolder(Path path) throws IOException {
    try {
      return files.getFileStatus(path).isDirectory();
    } catch (FileNotFoundException e) {
      throw new DataException("Cannot read images from " + path + ": no such folder", e);
    }
  }

  private ImageArchive open(String name) throws IOException {
    if (isLocal()) {
      requireReachable(Paths.get(name).toRealPath());
    }
    Path file = path(name);
    return ImageArchive.open(new StoredChannel(files, file), file.toString());
  }

  private Path path(String name) {
    return new Path(root.toUri().getScheme(), root.toUri().getAuthority(), name);
  }

  private boolean isFile(String name) throws IOException {
    if (isLocal()) {
      return Files.isRegularFile(Paths.get(name));
    }
    try {
      return files.getFileStatus(path(name)).isFile();
    } catch (FileNotFoundException | ParentNotDirectoryException e) {
      return false;
    }
  }

  /** The archive that a name leads through, if it does. */
  private Optional<ImageArchives.Inside> inside(String name) throws IOException {
    return archives.inside(name, this::isFile);
  }

  private boolean isLocal() {
    return "file".equals(files.getUri().getScheme());
  }

  private static java.nio.file.Path real(Path folder) throws IOException {
    return Paths.get(folder.toUri().getPath()).toRealPath();
  }

  public Path root() {
    return root;
  }

  /**
   * The bytes of an image file.
   *
   * @param path under the root, with {@code /} between its parts, or an absolute one; it may go on
   *     inside a zip or tar file
   * @throws UnusableImageException if it leads out of the root and the allowed folders, does not
   *     exist, is too large, or lies in a damaged archive
   */
  public byte[] read(String path) throws IOException {
    Place place = place(path);
    try {
      Optional<ImageArchives.Inside> inside = inside(place.name());
      if (inside.isPresent()) {
        return inside.get().archive().read(inside.get().path());
      }
      return local == null ? readRemote(place.name()) : readLocal(place.name());
    } catch (FileNotFoundException
        | NoSuchFileException
        | ParentNotDirectoryException
        | InvalidPathException e) {
      throw missing(place);
    } catch (AccessDeniedException | AccessControlException e) {
      throw new UnusableImageException(
          Reason.UNREADABLE,
          "the file may not be read",
          "permit it to " + System.getProperty("user.name") + " or remove the row");
    } catch (FileSystemException e) {
      if (isNoName(place) || isLink(place)) {
        throw missing(place);
      }
      throw e;
    } catch (RemoteException e) {
      if (e.unwrapRemoteException() instanceof ParentNotDirectoryException) {
        throw missing(place);
      }
      throw e;
    }
  }

  /** Differs if the image may have changed; what cannot be read has a stamp, too. */
  public String stamp(String path) throws IOException {
    try {
      String name = archives.fileOf(place(path).name(), this::isFile);
      if (local != null) {
        java.nio.file.Path file = Paths.get(name).toRealPath();
        boolean inside = reachable.stream().anyMatch(file::startsWith);
        return inside ? stamp(Files.size(file), Files.getLastModifiedTime(file).toMillis()) : "-";
      }
      FileStatus status = files.getFileStatus(path(name));
      return stamp(status.getLen(), status.getModificationTime());
    } catch (UnusableImageException
        | FileNotFoundException
        | FileSystemException
        | InvalidPathException
        | ParentNotDirectoryException
        | AccessControlException
        | RemoteException e) {
      return "-";
    }
  }

  private static String stamp(long length, long time) {
    return length + "@" + time;
  }

  /**
   * A path that leads out of no allowed folder, as long as there are no links.
   *
   * @param folder the root or an allowed folder
   */
  private record Place(Path folder, List<String> parts) {
    /** From the file system's root. */
    String name() {
      return folder.toUri().getPath() + "/" + String.join("/", parts);
    }

    /** The local folders and the file on the way. */
    List<java.nio.file.Path> way() {
      List<java.nio.file.Path> way = new ArrayList<>();
      for (int i = 1; i <= parts.size(); i++) {
        way.add(Paths.get(new Place(folder, parts.subList(0, i)).name()));
      }
      return way;
    }
  }

  private UnusableImageException missing(Place place) throws IOException {
    if (isLink(place)) {
      return new UnusableImageException(
          Reason.MISSING,
          "it is a link that leads nowhere",
          "mount what it leads to or remove the row");
    }
    Optional<String> near =
        nearby.of(place.folder().toUri().getPath(), String.join("/", place.parts()));
    return near.isPresent()
        ? new UnusableImageException(
            Reason.MISSING,
            "there is no such file under " + place.folder() + ", but there is '" + near.get() + "'",
            String.join("/", place.parts()).endsWith("/" + near.get())
                ? "pass --images with a folder further up, or remove the row"
                : "rename one of them or remove the row")
        : new UnusableImageException(
            Reason.MISSING,
            "there is no such file under " + place.folder(),
            "add it or remove the row");
  }

  private boolean isLink(Place place) {
    try {
      return local != null
          && place.way().stream().anyMatch(f -> Files.isSymbolicLink(f) && !Files.exists(f));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private Iterator<String> names(String folder) throws IOException {
    Optional<ImageArchives.Inside> archive = inside(folder + "/");
    if (archive.isPresent()) {
      return archive.get().archive().names(archive.get().path());
    }
    List<String> names = new ArrayList<>();
    if (local != null) {
      java.nio.file.Path inside = Paths.get(folder);
      if (Files.isDirectory(inside)) {
        try (Stream<java.nio.file.Path> list = Files.list(inside)) {
          list.forEach(file -> names.add(file.getFileName().toString()));
        }
      }
    } else {
      Path inside = path(folder);
      for (FileStatus file : files.exists(inside) ? files.listStatus(inside) : new FileStatus[0]) {
        names.add(file.getPath().getName());
      }
    }
    return names.iterator();
  }

  /** Whether a part is too long for a file's name, or a file where a folder would have to be. */
  private boolean isNoName(Place place) {
    return place.parts().stream()
            .anyMatch(part -> part.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME)
        || place.way().stream().limit(place.parts().size() - 1L).anyMatch(Files::isRegularFile);
  }

  private byte[] readRemote(String name) throws IOException {
    Path file = path(name);
    FileStatus status = files.getFileStatus(file);
    requireReadable(status.isDirectory(), status.getLen());
    byte[] bytes = new byte[(int) status.getLen()];
    try (FSDataInputStream in = StoredStream.open(files, file)) {
      in.readFully(0, bytes);
    }
    return bytes;
  }

  /** Without Hadoop, whose local file system takes a colon in a name for a scheme. */
  private byte[] readLocal(String name) throws IOException {
    java.nio.file.Path file = Paths.get(name).toRealPath();
    requireReachable(file);
    requireReadable(!Files.isRegularFile(file), Files.size(file));
    return Files.readAllBytes(file);
  }

  private void requireReachable(java.nio.file.Path file) {
    if (reachable.stream().noneMatch(file::startsWith)) {
      throw outside("a symbolic link leads out of the folder to " + file);
    }
  }

  private void requireReadable(boolean folder, long length) {
    if (folder) {
      throw new UnusableImageException(Reason.MISSING, "not a file", "name a file under " + root);
    }
    requireSize(length);
  }

  static void requireSize(long length) {
    if (length > LARGEST_FILE) {
      throw new UnusableImageException(
          Reason.TOO_LARGE,
          "the file has " + length + " bytes (at most " + LARGEST_FILE + ")",
          "make it smaller or remove the row");
    }
  }

  private Place place(String path) {
    if (WEB.matcher(path).lookingAt()) {
      throw new UnusableImageException(
          Reason.OUTSIDE_FOLDER, "it is an address on the web", "fetch it and name it by its path");
    }
    if (!ABSOLUTE.matcher(path).matches()) {
      return new Place(root, parts(path));
    }
    String name = "/" + String.join("/", parts(withoutServer(path)));
    for (Path folder : allowed) {
      String prefix = folder.toUri().getPath();
      prefix = prefix.endsWith("/") ? prefix : prefix + "/";
      if (name.startsWith(prefix)) {
        return new Place(folder, parts(name.substring(prefix.length())));
      }
    }
    throw outside("it is an absolute path");
  }

  /** An absolute path of this file system without its scheme and authority. */
  private String withoutServer(String path) {
    int colon = path.indexOf(":/");
    String name = path;
    if (colon >= 0) {
      URI uri = files.getUri();
      String server = "//" + (uri.getAuthority() == null ? "" : uri.getAuthority()) + "/";
      name = path.substring(colon + 1);
      name = name.startsWith(server) ? name.substring(server.length() - 1) : name;
      if (!path.substring(0, colon).equalsIgnoreCase(uri.getScheme())) {
        throw outside("it is an absolute path");
      }
    }
    if (!name.startsWith("/") || name.startsWith("//")) {
      throw outside("it is an absolute path");
    }
    return name;
  }

  private List<String> parts(String path) {
    if (path.indexOf('\0') >= 0 || path.isBlank()) {
      throw new UnusableImageException(
          Reason.OUTSIDE_FOLDER, "not a path", "name it by its path under " + root);
    }
    List<String> parts = new ArrayList<>();
    for (String part : path.split("/", -1)) {
      if (part.equals("..") && !parts.isEmpty()) {
        parts.remove(parts.size() - 1);
      } else if (part.equals("..") || Arrays.asList(part.split("\\\\", -1)).contains("..")) {
        throw new UnusableImageException(
            Reason.OUTSIDE_FOLDER,
            "it climbs out of the folder",
            "name it by its path under " + root);
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return parts;
  }

  private UnusableImageException outside(String problem) {
    return new UnusableImageException(
        Reason.OUTSIDE_FOLDER,
        problem,
        "pass --allow-root with the folder that it may lead to, or name it by its path under "
            + root);
  }

  /**
   * A fingerprint of paths, sizes and times of all files, and of where the allowed folders lie:
   * changes when an image may have.
   *
   * @param made folders, with their schemes, that do not count, with their locks and unfinished
   *     siblings: what is made of the images often lies among them
   */
  public String fingerprint(Path... made) throws IOException {
    StringBuilder all = new StringBuilder();
    for (Path folder : Stream.concat(Stream.of(root), allowed.stream()).toList()) {
      all.append(all.isEmpty() ? "" : "+" + folder + "="); // rows may name it by its path
      all.append(
          FolderFingerprint.of(
              files, folder, path -> Stream.of(made).noneMatch(out -> belongsTo(path, out))));
    }
    return all.toString();
  }

  private static boolean belongsTo(Path path, Path out) {
    return path.equals(out)
        || path.getName().startsWith("." + out.getName() + ".")
            && path.getParent().equals(out.getParent());
  }

  @Override
  public void close() throws IOException {
    archives.close();
  }
}
