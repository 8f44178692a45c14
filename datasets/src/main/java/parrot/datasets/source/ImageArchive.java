package parrot.datasets.source;

import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarFile;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import parrot.datasets.DataException;
import parrot.datasets.image.UnusableImageException;
import parrot.datasets.image.UnusableImageException.Reason;

/** The images in a zip or tar file, found by their paths in it. For one thread. */
final class ImageArchive implements Closeable {
  private static final Pattern NAME = Pattern.compile("(?i).*\\.(zip|tar)");
  private static final int TAR_MAGIC = 257;
  private static final int HEAD = 512;

  private interface Content {
    InputStream open() throws IOException;
  }

  private record Member(long size, Content content) {}

  private final String name;
  private final Closeable file;
  private final Map<String, Member> members = new HashMap<>();

  private ImageArchive(String name, Closeable file) {
    this.name = name;
    this.file = file;
  }

  /** Whether a file called so may be one, so that a path can go on in it. */
  static boolean isNamedSo(String name) {
    return NAME.matcher(name).matches();
  }

  /**
   * Reads the list of members.
   *
   * @param channel closed with the archive
   * @param name what messages call it
   * @throws DataException if it is neither a zip nor a tar file, or damaged
   */
  static ImageArchive open(SeekableByteChannel channel, String name) throws IOException {
    try {
      String head = head(channel);
      if (head.startsWith("PK\u0003\u0004") || head.startsWith("PK\u0005\u0006")) {
        return zip(channel, name);
      }
      if (head.startsWith("ustar", TAR_MAGIC)) {
        return tar(channel, name);
      }
      throw new DataException(
          "Cannot read images from %s: neither a folder nor a zip or plain tar file"
              .formatted(name));
    } catch (DataException e) {
      channel.close();
      throw e;
    } catch (IOException | IllegalArgumentException e) {
      // Storage that fails is another exception, so this is what the reader says of the content.
      channel.close();
      throw damaged(name, e);
    }
  }

  private static DataException damaged(String name, Exception e) {
    return new DataException(
        "Cannot read images from %s: the archive is damaged (%s); copy it again"
            .formatted(name, e.getMessage()),
        e);
  }

  private static String head(SeekableByteChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(HEAD);
    while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
      // until it is full or the file ends
    }
    channel.position(0);
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
  }

  private static ImageArchive zip(SeekableByteChannel channel, String name) throws IOException {
    ZipFile zip = new ZipFile(channel, name, StandardCharsets.UTF_8.name(), true, true);
    ImageArchive archive = new ImageArchive(name, zip);
    for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
      if (!entry.isDirectory()) {
        archive.add(entry.getName(), entry.getSize(), () -> zip.getInputStream(entry));
      }
    }
    return archive;
  }

  private static ImageArchive tar(SeekableByteChannel channel, String name) throws IOException {
    TarFile tar = new TarFile(channel);
    ImageArchive archive = new ImageArchive(name, tar);
    for (TarArchiveEntry entry : tar.getEntries()) {
      if (!entry.isDirectory() && !entry.isLink() && !entry.isSymbolicLink()) {
        archive.add(entry.getName(), entry.getSize(), () -> tar.getInputStream(entry));
      }
    }
    return archive;
  }

  /** Archives made on Windows may have backslashes, and those of {@code tar -c .} a dot. */
  private void add(String path, long size, Content content) {
    String plain = path.replace('\\', '/');
    members.put(plain.startsWith("./") ? plain.substring(2) : plain, new Member(size, content));
  }

  /**
   * The bytes of a member.
   *
   * @param path with {@code /} between its parts
   * @throws FileNotFoundException if there is none
   * @throws UnusableImageException if it is too large or cannot be unpacked
   */
  byte[] read(String path) throws FileNotFoundException {
    Member member = members.get(path);
    if (member == null) {
      throw new FileNotFoundException(path);
    }
    ImageRoot.requireSize(member.size());
    try (InputStream in = member.content().open()) {
      byte[] bytes = in.readNBytes((int) ImageRoot.LARGEST_FILE + 1);
      ImageRoot.requireSize(bytes.length);
      return bytes;
    } catch (IOException e) {
      throw new UnusableImageException(
          Reason.UNREADABLE,
          "it cannot be unpacked from " + name + " (" + e.getMessage() + ")",
          "copy the archive again or remove the row");
    }
  }

  /** Names of what lies in a folder of the archive, for hints. */
  Iterator<String> names(String folder) {
    String prefix = folder.isEmpty() ? "" : folder + "/";
    return members.keySet().stream()
        .filter(path -> path.startsWith(prefix))
        .map(path -> path.substring(prefix.length()).split("/", 2)[0])
        .distinct()
        .iterator();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
