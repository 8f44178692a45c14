package parrot.datasets.source;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.storage.StoredStream;

/**
 * A file's text in UTF-8, whatever it is packed in. Its first bytes tell, not its name: gzip, zstd,
 * bzip2 and xz are decompressed, UTF-16 and UTF-32 converted.
 */
final class SourceBytes extends InputStream {
  private static final int MOST_LAYERS = 4;

  /** What is asked of a decompressor at once: what it has made of it is lost when it fails. */
  private static final int SAFE_BYTES = 256;

  private final Stored stored;
  private final long fileBytes;
  private final List<String> layers = new ArrayList<>();
  private final MessageDigest digest;
  private InputStream in;
  private long unpacked; // bytes of text so far
  private Exception broken; // a packing that does not even begin

  private SourceBytes(InputStream file, long fileBytes, MessageDigest digest) throws IOException {
    this.stored = new Stored(file);
    this.fileBytes = fileBytes;
    this.digest = digest;
    this.in = new BufferedInputStream(stored, 1 << 16);
    try {
      while (layers.size() < MOST_LAYERS && unpack(peek())) {}
    } catch (IOException | RuntimeException e) {
      if (stored.failed) {
        throw e;
      }
      broken = e;
    }
  }

  /** From the beginning. */
  static SourceBytes open(FileSystem files, Path file) throws IOException {
    return open(files, file, null);
  }

  /**
   * From the beginning.
   *
   * @param digest is updated with the text that is read
   */
  static SourceBytes open(FileSystem files, Path file, MessageDigest digest) throws IOException {
    InputStream in = StoredStream.open(files, file);
    try {
      return new SourceBytes(in, files.getFileStatus(file).getLen(), digest);
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /** Whether the text is not the file's bytes as they are, so that it can only be read in order. */
  boolean isPacked() {
    return !layers.isEmpty();
  }

  /** {@code kind}, with what it is packed in. */
  String describe(String kind) {
    return isPacked() ? kind + " (inside " + packing() + ")" : kind;
  }

  private String packing() {
    return String.join(" of ", layers);
  }

  /** Four bytes, blanks behind the end. No more is asked of a decompressor, which may fail. */
  private byte[] peek() throws IOException {
    byte[] head = {' ', ' ', ' ', ' '};
    PushbackInputStream back = new PushbackInputStream(in, head.length);
    int count = back.readNBytes(head, 0, head.length);
    back.unread(head, 0, count);
    in = back;
    return head;
  }

  private boolean unpack(byte[] head) throws IOException {
    int first = (head[0] & 0xFF) << 8 | head[1] & 0xFF;
    int all = first << 16 | (head[2] & 0xFF) << 8 | head[3] & 0xFF;
    if (first == 0x1F8B) {
      layers.add("gzip");
      in = new GzipMembers(new BufferedInputStream(in));
    } else if (all == 0x28B52FFD) {
      layers.add("zstd");
      in = new ZstdCompressorInputStream(in);
    } else if (all >>> 8 == 0x425A68) { // "BZh"
      layers.add("bzip2");
      in = new BZip2CompressorInputStream(in, true);
    } else if (all == 0xFD377A58) {
      layers.add("xz");
      in = new XZCompressorInputStream(in, true);
    } else {
      Charset charset = charset(head, first, all);
      if (charset != null) {
        layers.add(charset.name());
        in = new Recoded(new InputStreamReader(in, charset.newDecoder()));
      }
      return false;
    }
    return true;
  }

  /** By the byte-order mark; without one, by where JSON's first two characters have zeros. */
  private static Charset charset(byte[] head, int first, int all) {
    boolean[] zero = new boolean[4];
    for (int i = 0; i < 4; i++) {
      zero[i] = head[i] == 0;
    }
    if (all == 0x0000FEFF || zero[0] && zero[1] && zero[2] && !zero[3]) {
      return Charset.forName("UTF-32BE");
    }
    if (all == 0xFFFE0000 || !zero[0] && zero[1] && zero[2] && zero[3]) {
      return Charset.forName("UTF-32LE");
    }
    if (first == 0xFEFF || zero[0] && !zero[1] && zero[2] && !zero[3]) {
      return StandardCharsets.UTF_16BE;
    }
    if (first == 0xFFFE || !zero[0] && zero[1] && !zero[2] && zero[3]) {
      return StandardCharsets.UTF_16LE;
    }
    return null;
  }

  /**
   * @throws DamagedPackingException if what the text is packed in breaks off or is damaged
   */
  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (broken != null) {
      throw damaged(broken);
    }
    try {
      int count = in.read(bytes, offset, isPacked() ? Math.min(length, SAFE_BYTES) : length);
      unpacked += Math.max(0, count);
      if (digest != null && count > 0) {
        digest.update(bytes, offset, count);
      }
      return count;
    } catch (IOException | RuntimeException e) {
      if (stored.failed || layers.isEmpty()) {
        throw e;
      }
      throw damaged(e);
    }
  }

  private DamagedPackingException damaged(Exception cause) {
    return new DamagedPackingException(
        String.format(
            Locale.ROOT,
            "the %s data breaks off or is damaged (%,d bytes of text could be unpacked from the"
                + " file's %,d bytes; what is lost behind them is not counted)",
            packing(),
            unpacked,
            fileBytes),
        cause);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** Tells damage from a file system that fails. */
  static final class DamagedPackingException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedPackingException(String message, Exception cause) {
      super(message, cause);
    }
  }

  private static final class Stored extends FilterInputStream {
    private boolean failed;

    Stored(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      boolean done = false;
      try {
        int count = super.read(bytes, offset, length);
        done = true;
        return count;
      } finally {
        failed |= !done;
      }
    }
  }

  /** Members of gzip one after the other. Zero bytes behind them, which fill a block, are none. */
  private static final class GzipMembers extends InputStream {
    private final BufferedInputStream in;
    private InputStream member;

    GzipMembers(BufferedInputStream in) throws IOException {
      this.in = in;
      this.member = new GzipCompressorInputStream(in);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = member.read(bytes, offset, length);
      while (count < 0 && nextMember()) {
        count = member.read(bytes, offset, length);
      }
      return count;
    }

    private boolean nextMember() throws IOException {
      int first = 0;
      while (first == 0) {
        in.mark(1);
        first = in.read();
      }
      if (first < 0) {
        return false;
      }
      in.reset();
      member = new GzipCompressorInputStream(in);
      return true;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  /** Characters as UTF-8. */
  private static final class Recoded extends InputStream {
    private final Reader reader;
    private final char[] characters = new char[1 << 13];
    private byte[] bytes = {};
    private int at;

    Recoded(Reader reader) {
      this.reader = reader;
    }

    private boolean fill() throws IOException {
      while (at == bytes.length) {
        int count = reader.read(characters, 0, characters.length - 1);
        if (count < 0) {
          return false;
        }
        if (count > 0 && Character.isHighSurrogate(characters[count - 1])) {
          int low = reader.read();
          if (low >= 0) {
            characters[count++] = (char) low;
          }
        }
        bytes = new String(characters, 0, count).getBytes(StandardCharsets.UTF_8);
        at = 0;
      }
      return true;
    }

    @Override
    public int read() throws IOException {
      return fill() ? bytes[at++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (!fill()) {
        return -1;
      }
      int count = Math.min(length, bytes.length - at);
      System.arraycopy(bytes, at, target, offset, count);
      at += count;
      return count;
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }
}
