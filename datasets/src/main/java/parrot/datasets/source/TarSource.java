package parrot.datasets.source;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.NoSuchElementException;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarUtils;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.storage.Digests;
import parrot.datasets.storage.StoredStream;

/** WebDataset: tar archives, plain or packed, whose neighbouring members of one key are a row. */
final class TarSource {
  /** Size of a member's header, in bytes; members begin at multiples of it. */
  static final int HEADER = 512;

  private TarSource() {}

  static boolean isTar(byte[] head) {
    return head.length == HEADER
        && head[0] != 0
        && (TarArchiveInputStream.matches(head, HEADER) || hasCheckSum(head));
  }

  /** Archives from before POSIX have no other mark. */
  private static boolean hasCheckSum(byte[] head) {
    try {
      return TarUtils.verifyCheckSum(head);
    } catch (IllegalArgumentException e) {
      return false; // no number where it would stand
    }
  }

  static SourceScan scan(
      FileSystem files, Path file, String name, long rangeBytes, boolean resynchronise)
      throws IOException {
    var digest = Digests.sha256();
    try (SourceBytes in = SourceBytes.open(files, file, digest)) {
      RangeCutter cutter =
          new RangeCutter(file.toString(), name, rangeBytes, in.isPacked(), resynchronise);
      cutter.of(() -> SourceForm.TAR);
      TarSamples samples = TarSamples.outline(in);
      boolean rows = false;
      String held = null; // a file of rows among the members
      long number = 1;
      try {
        for (TarSample sample; (sample = samples.next()) != null; number++) {
          rows |= sample.isRow();
          held = held == null ? sample.rowsFile().orElse(null) : held;
          cutter.row(number, sample.start(), sample.end());
        }
      } catch (TarSamples.DamagedTarException e) {
        samples.drain();
        cutter.lost(number, e.start(), samples.position(), true, e.damage());
        rows = true;
      }
      if (!rows && held != null) {
        throw new NotRowsException(
            name,
            in.describe("a tar archive that holds a file of rows, " + held + "; unpack it"),
            false);
      }
      if (!rows) {
        throw new NotRowsException(
            name,
            in.describe(
                "a tar archive without a row in JSON or a caption for each of its keys; unpack it"),
            true);
      }
      return new SourceScan(cutter.finish(), samples.position(), Digests.hex(digest.digest()));
    }
  }

  static SourceRows read(FileSystem files, SourceRange range, RowReader reader) throws IOException {
    InputStream in;
    if (range.packed()) {
      in = SourceBytes.open(files, new Path(range.file()));
      in.skipNBytes(range.start());
    } else {
      FSDataInputStream stored = StoredStream.open(files, new Path(range.file()));
      stored.seek(range.start());
      in = new BufferedInputStream(stored, 1 << 16);
    }
    return new Rows(TarSamples.between(in, range.start(), range.end()), range, reader);
  }

  private static final class Rows implements SourceRows {
    private final TarSamples samples;
    private final SourceRange range;
    private final RowReader reader;
    private TarSample next;
    private long left;

    Rows(TarSamples samples, SourceRange range, RowReader reader) {
      this.samples = samples;
      this.range = range;
      this.reader = reader;
      this.left = range.rows();
    }

    @Override
    public boolean hasNext() {
      if (next == null && left > 0) {
        try {
          next = samples.next();
        } catch (IOException e) {
          throw new DataException("Cannot read " + range.file() + ": " + e.getMessage(), e);
        }
        if (next == null) {
          throw new DataException(
              "Cannot read " + range.file() + ": it changed while it was read; run again");
        }
      }
      return next != null;
    }

    @Override
    public SourceRow next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      TarSample sample = next;
      next = null;
      left--;
      return sample.row(reader, range.name() + ":" + sample.key());
    }

    @Override
    public void close() throws IOException {
      samples.close();
    }
  }
}
