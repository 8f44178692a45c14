package parrot.benchmarks.limit;

import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import parrot.benchmarks.side.Side;

/** Copies memory that no cache holds; bytes read and bytes written both count. */
public final class Bandwidth implements Side {
  /** Of the extra that a step reports: bytes per second. */
  public static final String BYTES_PER_SECOND = "bytes/s";

  private static final long BYTES = 512L << 20;
  private static final long PIECE = 1L << 20;

  private final Team team;
  private final BytePointer from = new BytePointer(BYTES);
  private final BytePointer to = new BytePointer(BYTES);

  public Bandwidth(int threads) {
    team = new Team(threads);
    Pointer.memset(from, 1, BYTES);
    Pointer.memset(to, 2, BYTES);
  }

  @Override
  public StepOutcome step() {
    long start = System.nanoTime();
    team.run(this::copy);
    double seconds = (System.nanoTime() - start) / 1e9;
    return new StepOutcome(new double[0], Map.of(BYTES_PER_SECOND, 2 * BYTES / seconds));
  }

  private void copy(int member) {
    long share = BYTES / team.size();
    // Views of their own for each member; closing one would free what it looks at.
    BytePointer source = new BytePointer(from);
    BytePointer target = new BytePointer(to);
    for (long at = member * share; at < (member + 1) * share; at += PIECE) {
      long bytes = Math.min(PIECE, (member + 1) * share - at);
      Pointer.memcpy(target.position(at), source.position(at), bytes);
    }
  }

  @Override
  public void close() {
    team.close();
    from.close();
    to.close();
  }
}
