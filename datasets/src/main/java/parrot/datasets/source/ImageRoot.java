package parrot.datasets.source;

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
import java.util.List;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.security.AccessControlException;
import parrot.datasets.DataException;
import parrot.datasets.image.UnusableImageException;
import parrot.datasets.image.UnusableImageException.Reason;

/**
 * The folder that images are named under, local or in HDFS. Paths come from data that anyone may
 * have written, so none may lead out of it: neither by {@code ..}, nor as an absolute path, nor, on
 * a local disk, by a symbolic link.
 */
public final class ImageRoot {
  /** The largest image file that is read, in bytes. */
  static final long LARGEST_FILE = 256L << 20;

  /** In bytes; of Linux's file systems and of HDFS. */
  private static final int LONGEST_NAME = 255;

  private final FileSystem files;
  private final Path root;
  private final java.nio.file.Path local; // null unless on a local disk; links resolved

  /**
   * @throws DataException if there is no such folder
   */
  public ImageRoot(FileSystem files, Path root) throws IOException {
    this.files = files;
    this.root = files.makeQualified(root);
    boolean folder;
    try {
      folder = files.getFileStatus(this.root).isDirectory();
    } catch (FileNotFoundException e) {
      throw new DataException("Cannot read images from " + this.root + ": no such folder", e);
    }
    if (!folder) {
      throw new DataException("Cannot read images from " + this.root + ": not a folder");
    }
    this.local =
        "file".equals(files.getUri().getScheme())
            ? Paths.get(this.root.toUri().getPath()).toRealPath()
            : null;
  }

  public Path root() {
    return root;
  }

  /**
   * The bytes of an image file.
   *
   * @param path under the root, with {@code /} between its parts
   * @throws UnusableImageException if it leads out of the root, does not exist, or is too large
   */
  public byte[] read(String path) throws IOException {
    List<String> parts = parts(path);
    try {
      return local == null ? readRemote(parts) : readLocal(parts);
    } catch (FileNotFoundException
        | NoSuchFileException
        | ParentNotDirectoryException
        | InvalidPathException e) {
      throw missing();
    } catch (AccessDeniedException | AccessControlException e) {
      throw new UnusableImageException(
          Reason.UNREADABLE,
          "the file may not be read",
          "permit it to " + System.getProperty("user.name") + " or remove the row");
    } catch (FileSystemException e) {
      if (isNoName(parts)) {
        throw missing();
      }
      throw e;
    } catch (RemoteException e) {
      if (e.unwrapRemoteException() instanceof ParentNotDirectoryException) {
        throw missing();
      }
      throw e;
    }
  }

  private UnusableImageException missing() {
    return new UnusableImageException(
        Reason.MISSING, "there is no such file under " + root, "add it or remove the row");
  }

  /** Whether a part is too long for a file's name, or a file where a folder would have to be. */
  private boolean isNoName(List<String> parts) {
    java.nio.file.Path folder = local;
    for (String part : parts) {
      if (Files.isRegularFile(folder)
          || part.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
        return true;
      }
      folder = folder.resolve(part);
    }
    return false;
  }

  private byte[] readRemote(List<String> parts) throws IOException {
    URI uri = root.toUri();
    String name = uri.getPath() + "/" + String.join("/", parts);
    Path file = new Path(uri.getScheme(), uri.getAuthority(), name);
    FileStatus status = files.getFileStatus(file);
    requireReadable(status.isDirectory(), status.getLen());
    byte[] bytes = new byte[(int) status.getLen()];
    try (FSDataInputStream in = files.open(file)) {
      in.readFully(0, bytes);
    }
    return bytes;
  }

  /** Without Hadoop, whose local file system takes a colon in a name for a scheme. */
  private byte[] readLocal(List<String> parts) throws IOException {
    java.nio.file.Path file = local.resolve(String.join("/", parts)).toRealPath();
    if (!file.startsWith(local)) {
      throw outside("a symbolic link leads out of the folder");
    }
    requireReadable(!Files.isRegularFile(file), Files.size(file));
    return Files.readAllBytes(file);
  }

  private void requireReadable(boolean folder, long length) {
    if (folder) {
      throw new UnusableImageException(Reason.MISSING, "not a file", "name a file under " + root);
    }
    if (length > LARGEST_FILE) {
      throw new UnusableImageException(
          Reason.TOO_LARGE,
          "the file has " + length + " bytes (at most " + LARGEST_FILE + ")",
          "make it smaller or remove the row");
    }
  }

  private List<String> parts(String path) {
    if (path.startsWith("/")
        || path.startsWith("\\")
        || path.matches("[A-Za-z][A-Za-z0-9+.-]*:.*")) {
      throw outside("it is an absolute path");
    }
    if (path.indexOf('\0') >= 0 || path.isBlank()) {
      throw outside("not a path");
    }
    List<String> parts = new ArrayList<>();
    for (String part : path.split("/", -1)) {
      if (part.equals("..") || part.startsWith("..\\") || part.contains("\\..")) {
        throw outside("it climbs out of the folder");
      }
      if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return parts;
  }

  private UnusableImageException outside(String problem) {
    return new UnusableImageException(
        Reason.OUTSIDE_FOLDER, problem, "name it by its path under " + root);
  }

  /**
   * A fingerprint of paths, sizes and times of all files: changes when an image may have.
   *
   * @param out a folder, with its scheme, that does not count, with its locks and unfinished
   *     siblings: what is made of the images often lies among them
   */
  public String fingerprint(Path out) throws IOException {
    String hidden = "." + out.getName() + ".";
    return FolderFingerprint.of(
        files,
        root,
        path ->
            !path.equals(out)
                && !(path.getName().startsWith(hidden)
                    && path.getParent().equals(out.getParent())));
  }
}
