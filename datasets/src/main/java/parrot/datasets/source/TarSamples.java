package parrot.datasets.source;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** The samples of a tar archive in order: neighbouring members of one key, a sample in memory. */
final class TarSamples implements AutoCloseable {
  /** Larger members are not kept, only counted. */
  private static final long LARGEST_MEMBER = ImageRoot.LARGEST_FILE;

  /** The archive breaks off or is damaged. */
  static final class DamagedTarException extends IOException {
    private static final long serialVersionUID = 1L;

    private final long start;
    private final transient RowBoundaries.Damage damage;

    private DamagedTarException(long start, long at, String problem, Exception cause) {
      super(problem, cause);
      this.start = start;
      this.damage = new RowBoundaries.Damage(at, problem);
    }

    /** Where the sample begins that cannot be told from what follows it. */
    long start() {
      return start;
    }

    RowBoundaries.Damage damage() {
      return damage;
    }
  }

  private final Counted in;
  private final TarArchiveInputStream tar;
  private final long end;
  private final long keptBytes;
  private final byte[] buffer = new byte[1 << 16];
  private TarSample open;
  private boolean ended;

  private TarSamples(InputStream in, long start, long end, long keptBytes) {
    this.in = new Counted(in, start);
    this.tar = new TarArchiveInputStream(this.in, TarSource.HEADER, TarSource.HEADER, "UTF-8");
    this.end = end;
    this.keptBytes = keptBytes;
  }

  /**
   * @param in stands at {@code start}, at which a member begins
   */
  static TarSamples between(InputStream in, long start, long end) {
    return new TarSamples(in, start, end, LARGEST_MEMBER);
  }

  /** Of a whole archive, with only the first bytes of each member. */
  static TarSamples outline(InputStream in) {
    return new TarSamples(in, 0, Long.MAX_VALUE, TarSource.HEADER);
  }

  /** Bytes up to which the archive was read. */
  long position() {
    return in.position;
  }

  /** Passes over what follows damage, to the end of the archive or of what can be unpacked. */
  void drain() throws IOException {
    try {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (SourceBytes.DamagedPackingException e) {
      return; // no more bytes of the archive are known
    }
  }

  /**
   * The next sample, or null.
   *
   * @throws DamagedTarException if there is no telling
   */
  TarSample next() throws IOException {
    while (!ended && in.nextHeader() < end) {
      long start = in.nextHeader();
      TarMember member = member(start);
      if (member == null) {
        ended = true;
        break;
      }
      if (member.isHidden()) {
        continue;
      }
      TarSample done = open;
      if (done != null && done.key().equals(member.key())) {
        done.add(member, in.nextHeader());
        continue;
      }
      open = new TarSample(member.key(), start);
      open.add(member, in.nextHeader());
      if (done != null) {
        return done;
      }
    }
    TarSample last = open;
    open = null;
    return last;
  }

  /** The next member, read to its end; null at the end of the archive. */
  private TarMember member(long start) throws IOException {
    long lost = open == null ? start : open.start();
    try {
      TarArchiveEntry entry = tar.getNextTarEntry();
      if (entry == null) {
        requireEndMark(start, lost);
        return null;
      }
      if (!entry.isCheckSumOK()) {
        throw new DamagedTarException(
            lost, start, "the checksum of a member's header is wrong", null);
      }
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      for (int count; (count = tar.read(buffer)) >= 0; ) {
        content.write(buffer, 0, (int) Math.min(count, keptBytes - content.size()));
      }
      boolean link = entry.isLink() || entry.isSymbolicLink();
      String name = entry.isDirectory() ? "." : entry.getName();
      return new TarMember(name, entry.getSize(), link, content.toByteArray());
    } catch (DamagedTarException e) {
      throw e;
    } catch (SourceBytes.DamagedPackingException e) {
      throw new DamagedTarException(lost, in.position, e.getMessage(), e);
    } catch (IOException | RuntimeException e) {
      if (in.failed) {
        throw e;
      }
      throw new DamagedTarException(
          lost,
          in.position,
          "the archive breaks off or is damaged, in the member that begins at byte " + start,
          e);
    }
  }

  private void requireEndMark(long start, long lost) throws IOException {
    in.transferTo(OutputStream.nullOutputStream());
    if (in.position - start < TarSource.HEADER) {
      throw new DamagedTarException(
          lost, in.position, "the archive breaks off without its end mark of zero bytes", null);
    }
    if (in.lastNotZero >= start) {
      throw new DamagedTarException(
          lost,
          in.lastNotZero,
          "there is more data after the end mark (join archives with tar -A)",
          null);
    }
  }

  @Override
  public void close() throws IOException {
    tar.close();
  }

  /** Tells positions, and damage from a file system that fails. */
  private static final class Counted extends InputStream {
    private final InputStream in;
    private long position;
    private long lastNotZero = -1;
    private boolean failed;

    Counted(InputStream in, long start) {
      this.in = in;
      this.position = start;
    }

    /** Members begin at multiples of the size of a header. */
    long nextHeader() {
      return (position + TarSource.HEADER - 1) / TarSource.HEADER * TarSource.HEADER;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count;
      try {
        count = in.read(bytes, offset, length);
      } catch (SourceBytes.DamagedPackingException e) {
        throw e;
      } catch (IOException | RuntimeException e) {
        failed = true;
        throw e;
      }
      for (int i = count - 1; i >= 0; i--) {
        if (bytes[offset + i] != 0) {
          lastNotZero = position + i;
          break;
        }
      }
      position += Math.max(0, count);
      return count;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
