package parrot.datasets.source;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.storage.Digests;

/**
 * Conversations in LLaVA's JSON: an array of objects, or one object per line. A first pass over the
 * bytes ({@link #scan}) cuts a file into ranges of whole rows; ranges are read independently, a row
 * in memory at a time.
 */
public final class LlavaSource {
  /** Size of a range unless told otherwise, in bytes: some thousand rows of LLaVA. */
  public static final long RANGE_BYTES = 8L << 20;

  /** A longer row is taken for a quote that was never closed. */
  static final int LONGEST_ROW = 64 << 20;

  private LlavaSource() {}

  /**
   * The files that {@code input} stands for: itself, the {@code .json} and {@code .jsonl} files of
   * a folder, or what a pattern matches; sorted by path.
   *
   * @throws DataException if there is none
   */
  public static List<Path> expand(FileSystem files, Path input) throws IOException {
    // A name with brackets in it is itself first, a pattern only if there is no such file.
    FileStatus[] found =
        files.exists(input)
            ? new FileStatus[] {files.getFileStatus(input)}
            : files.globStatus(input);
    if (found == null || found.length == 0) {
      throw new DataException("Cannot read input " + input + ": it does not exist");
    }
    List<Path> expanded = new ArrayList<>();
    for (FileStatus one : found) {
      if (!one.isDirectory()) {
        expanded.add(one.getPath());
        continue;
      }
      for (FileStatus inside : files.listStatus(one.getPath())) {
        String name = inside.getPath().getName();
        if (!inside.isDirectory() && (name.endsWith(".json") || name.endsWith(".jsonl"))) {
          expanded.add(inside.getPath());
        }
      }
    }
    if (expanded.isEmpty()) {
      throw new DataException(
          "Cannot read input " + input + ": no .json or .jsonl files in the folder");
    }
    expanded.sort(null);
    return expanded;
  }

  /**
   * Cuts a file into ranges of about {@code rangeBytes}, and takes its checksum on the way. Reads
   * the file once and keeps nothing of it.
   *
   * @param name what origins call the file
   * @throws DataException if it is neither a JSON array nor JSON lines
   */
  public static SourceScan scan(FileSystem files, Path file, String name, long rangeBytes)
      throws IOException {
    Cutter cutter = new Cutter(file.toString(), name, rangeBytes);
    RowBoundaries boundaries = new RowBoundaries(cutter);
    cutter.boundaries = boundaries;
    var digest = Digests.sha256();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = files.open(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
        for (int i = 0; i < n; i++) {
          boundaries.accept(buffer[i], name);
        }
      }
    }
    String problem = boundaries.finishFile();
    return new SourceScan(
        cutter.finish(problem), boundaries.position(), Digests.hex(digest.digest()));
  }

  /** Collects rows into ranges. */
  private static final class Cutter implements RowBoundaries.Sink {
    private final String file;
    private final String name;
    private final long rangeBytes;
    private final List<SourceRange> pending = new ArrayList<>();
    private long start = -1;
    private long end;
    private long firstRow;
    private long rows;
    private RowBoundaries boundaries;

    Cutter(String file, String name, long rangeBytes) {
      this.file = file;
      this.name = name;
      this.rangeBytes = Math.max(1, rangeBytes);
    }

    @Override
    public void row(long number, long rowStart, long rowEnd) {
      if (rowEnd - rowStart > LONGEST_ROW) {
        cut();
        pending.add(
            range(
                rowStart,
                rowEnd,
                number,
                1,
                "row %d has %d bytes (at most %d; is a quote not closed?)"
                    .formatted(number, rowEnd - rowStart, LONGEST_ROW)));
        return;
      }
      if (start >= 0 && rowEnd - start > rangeBytes) {
        cut();
      }
      if (start < 0) {
        start = rowStart;
        firstRow = number;
      }
      end = rowEnd;
      rows++;
    }

    private void cut() {
      if (start >= 0) {
        pending.add(range(start, end, firstRow, rows, null));
      }
      start = -1;
      rows = 0;
    }

    private SourceRange range(long from, long to, long first, long count, String problem) {
      return new SourceRange(file, name, boundaries.isArray(), from, to, first, count, problem);
    }

    List<SourceRange> finish(String problem) {
      cut();
      if (problem != null) {
        long at = boundaries.position();
        pending.add(range(at, at, boundaries.number(), 1, problem));
      }
      return pending;
    }
  }

  /** The rows of a range, in order. */
  public static Rows read(FileSystem files, SourceRange range, RowReader reader)
      throws IOException {
    return new Rows(files, range, reader);
  }

  /** Rows of a range as they are read; throws {@link DataException} if reading fails. */
  public static final class Rows implements Iterator<SourceRow>, AutoCloseable {
    private final SourceRange range;
    private final RowReader reader;
    private final FSDataInputStream in;
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
        ready.add(
            new Reject(
                range.name() + ":" + range.firstRow(),
                "",
                RejectReason.BROKEN_FILE,
                "Cannot read " + range.name() + ": " + range.problem()));
      }
      this.in = done ? null : files.open(new Path(range.file()));
      if (in != null) {
        in.seek(range.start());
      }
    }

    /** Rows arrive in order, so what was read before a row's first byte is no longer needed. */
    private void row(long number, long start, long end) {
      byte[] bytes = open.toByteArray();
      int from = (int) (start - openStart);
      ready.add(
          reader.read(
              Arrays.copyOfRange(bytes, from, from + (int) (end - start)),
              range.name() + ":" + number));
      open.reset();
      openStart = -1;
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
        if (openStart < 0) {
          openStart = boundaries.position();
        }
        open.write(buffer[i]);
        boundaries.accept(buffer[i], range.name());
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
