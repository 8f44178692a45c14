package parrot.datasets.source;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.NoSuchElementException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.storage.Digests;
import parrot.datasets.storage.StoredStream;

/**
 * Conversations in LLaVA's JSON: arrays of objects, or one object per line, plain or packed ({@link
 * SourceBytes}). A first pass over the bytes ({@link #scan}) cuts a file into ranges of whole rows;
 * ranges are read independently, a row in memory at a time.
 */
public final class LlavaSource {
  /** Size of a range unless told otherwise, in bytes: some thousand rows of LLaVA. */
  public static final long RANGE_BYTES = 8L << 20;

  private LlavaSource() {}

  /**
   * Cuts a file into ranges of about {@code rangeBytes}, one range if it is packed, and takes its
   * checksum on the way. Reads the file once and keeps nothing of it.
   *
   * @param name what origins call the file
   * @param resynchronise whether damage is left out, as a range with a problem; else it is an error
   * @throws NotRowsException if it is neither JSON arrays nor JSON lines
   * @throws DamagedFileException if its rows cannot be told apart
   */
  public static SourceScan scan(
      FileSystem files, Path file, String name, long rangeBytes, boolean resynchronise)
      throws IOException {
    var digest = Digests.sha256();
    try (SourceBytes in = SourceBytes.open(files, file, digest)) {
      RangeCutter cutter =
          new RangeCutter(file.toString(), name, rangeBytes, in.isPacked(), resynchronise);
      RowScanner scanner = new RowScanner(in, cutter);
      RowBoundaries boundaries = scanner.boundaries();
      cutter.of(() -> boundaries.isArray() ? SourceForm.ARRAY : SourceForm.LINES);
      try {
        scanner.run();
      } catch (DamagedFileException e) {
        if (!e.hasRowsBefore() && !boundaries.isArray()) {
          requireRows(files, file, name);
        }
        throw e;
      }
      if (boundaries.isRefused()) {
        throw new NotRowsException(name, in.describe(FileKind.of(scanner.head())), false);
      }
      SourceScan scan =
          new SourceScan(cutter.finish(), scanner.position(), Digests.hex(digest.digest()));
      if (scan.rows() == 1 && !boundaries.isArray()) {
        requireRows(files, file, name);
      }
      return scan;
    }
  }

  /** Refuses a file that begins with an object that is not a row. */
  private static void requireRows(FileSystem files, Path file, String name) throws IOException {
    try (SourceBytes again = SourceBytes.open(files, file)) {
      ObjectFile.of(again)
          .ifPresent(
              kind -> {
                throw new NotRowsException(name, kind.words(), !kind.rows());
              });
    }
  }

  /** The rows of a range, in order. */
  public static Rows read(FileSystem files, SourceRange range, RowReader reader)
      throws IOException {
    return new Rows(files, range, reader);
  }

  /** Rows of a range as they are read; throws {@link DataException} if reading fails. */
  public static final class Rows implements SourceRows {
    private final SourceRange range;
    private final RowReader reader;
    private final InputStream in;
    private final RowBoundaries boundaries;
    private final byte[] buffer = new byte[1 << 16];
    private final ByteArrayOutputStream open = new ByteArrayOutputStream();
    private final Deque<SourceRow> ready = new ArrayDeque<>();
    private long openStart;
    private boolean done;

    private Rows(FileSystem files, SourceRange range, RowReader reader) throws IOException {
      this.range = range;
      this.reader = reader;
      this.openStart = range.start();
      this.boundaries = new RowBoundaries(this::row, range);
      this.done = range.problem() != null;
      if (done) {
        ready.add(range.reject());
      }
      this.in = done ? null : open(files, range);
    }

    private static InputStream open(FileSystem files, SourceRange range) throws IOException {
      Path file = new Path(range.file());
      if (!range.packed()) {
        FSDataInputStream in = StoredStream.open(files, file);
        in.seek(range.start());
        return in;
      }
      SourceBytes in = SourceBytes.open(files, file);
      in.skipNBytes(range.start());
      return in;
    }

    /** Rows arrive in order, so what was read before a row's end is no longer needed. */
    private void row(long number, long start, long end) {
      byte[] bytes = open.toByteArray();
      int from = (int) (start - openStart);
      int to = (int) (end - openStart);
      ready.add(reader.read(Arrays.copyOfRange(bytes, from, to), range.name() + ":" + number));
      open.reset();
      open.write(bytes, to, bytes.length - to);
      openStart = end;
    }

    @Override
    public boolean hasNext() {
      while (ready.isEmpty() && !done) {
        fill();
      }
      return !ready.isEmpty();
    }

    private void fill() {
      int count;
      try {
        long left = range.end() - boundaries.position();
        count = left == 0 ? -1 : in.read(buffer, 0, (int) Math.min(buffer.length, left));
      } catch (IOException e) {
        throw new DataException("Cannot read " + range.file() + ": " + e.getMessage(), e);
      }
      if (count < 0) {
        boundaries.finishRange();
        done = true;
        return;
      }
      for (int i = 0; i < count; i++) {
        open.write(buffer[i]);
        if (!boundaries.accept(buffer[i])) {
          throw new DataException(
              "Cannot read " + range.file() + ": it changed while it was read; run again");
        }
      }
    }

    @Override
    public SourceRow next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return ready.remove();
    }

    @Override
    public void close() throws IOException {
      if (in != null) {
        in.close();
      }
    }
  }
}
