package parrot.jobs.round;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Supplier;
import org.deeplearning4j.nn.graph.ComputationGraph;
import parrot.jobs.state.ChunkOutcome;
import parrot.jobs.state.Kept;
import parrot.jobs.state.ReplicaOutcome;
import parrot.jobs.state.ReplicaPiece;
import parrot.jobs.state.StateChunk;
import parrot.model.exchange.Averaging;
import parrot.model.exchange.ExchangeFormat;
import parrot.model.exchange.OuterStep;
import parrot.model.exchange.StateLayout;
import parrot.model.exchange.StateLayout.Chunk;
import parrot.model.exchange.StateLayout.Section;

/**
 * What a replica gives and keeps after its steps, chunk by chunk. Encodes each on demand, so that
 * only one is in memory twice.
 */
final class ReplicaPieces implements Iterator<ReplicaPiece> {
  private static final double[] NO_LOAD = {};
  private static final byte[] NOTHING = {};

  private final TrainReplica work;
  private final ComputationGraph graph;
  private final Kept kept;
  private final StartValues start;
  private final ReplicaOutcome outcome;
  private final boolean gives;
  private final double[] load;
  private int next =
      1; // the outcome goes with chunk 0, and is complete when all others are encoded
  private boolean done;
  private long bytes;
  private double seconds;

  /**
   * @param start what the replica began with
   * @param gives whether it has something to average
   */
  ReplicaPieces(
      TrainReplica work,
      ComputationGraph graph,
      StartValues start,
      ReplicaOutcome outcome,
      boolean gives) {
    this.work = work;
    this.graph = graph;
    this.kept = work.after();
    this.start = start;
    this.outcome = outcome;
    this.gives = gives;
    this.load = outcome.images() > 0 ? outcome.tally().load().weights() : NO_LOAD;
  }

  private StateLayout layout() {
    return kept.layout();
  }

  @Override
  public boolean hasNext() {
    return !done;
  }

  @Override
  public ReplicaPiece next() {
    if (done) {
      throw new NoSuchElementException();
    }
    int last = gives || !kept.isNothing() ? layout().count() : 0;
    boolean isLast = next >= last;
    int index = isLast ? 0 : next++;
    long began = System.nanoTime();
    List<StateChunk> own = new ArrayList<>();
    byte[] encoded = encode(layout().chunk(index), own);
    seconds += (System.nanoTime() - began) / 1e9;
    bytes += encoded == null ? 0 : encoded.length;
    if (isLast) {
      done = true;
      GraphPool.giveBack(work.network(), work.optimizer(), graph);
    }
    return new ReplicaPiece(
        index,
        outcome.replica(),
        outcome.examples(),
        encoded,
        load,
        own,
        isLast ? outcome.withEncoding(seconds, bytes) : null);
  }

  /**
   * @param own gets what the replica keeps of the chunk
   * @return what it sends, or null
   */
  private byte[] encode(Chunk chunk, List<StateChunk> own) {
    int index = chunk.index();
    ByteBuffer values = GraphRestore.read(graph, chunk);
    if (kept.local().get(index)) {
      keep(own, kept.values(index), gives ? copy(values) : start.newest(index));
      return null;
    }
    if (chunk.section() == Section.MOMENTS) {
      keepContribution(own, index, () -> copy(values));
      return gives ? work.exchange().forMoments().encode(values, null, null) : null;
    }
    byte[] residual = null;
    if (kept.residuals()) {
      residual = residual(chunk);
      keep(own, kept.residual(index), residual);
    }
    byte[] old = before(index);
    byte[] encoded = gives ? work.exchange().encode(values, old, residual) : null;
    keepContribution(own, index, () -> decode(chunk, old, encoded));
    return encoded;
  }

  /** Empty if the replica gives nothing: then it goes on from the average. */
  private void keepContribution(List<StateChunk> own, int index, Supplier<byte[]> values) {
    if (kept.contributions()) {
      keep(own, kept.values(index), gives ? values.get() : NOTHING);
    }
  }

  /** What the others get to know of the replica's values. */
  private byte[] decode(Chunk chunk, byte[] old, byte[] encoded) {
    if (work.exchange() == ExchangeFormat.F32) {
      return encoded;
    }
    double[] whole = {1};
    return new Averaging(work.exchange(), OuterStep.AVERAGE)
        .average(
            chunk,
            old,
            NOTHING,
            List.of(encoded),
            List.of(new Averaging.Stretch(0, chunk.length(), whole)))
        .values();
  }

  /**
   * The average that differences are taken from. Read again: kept in the heap, its chunks would be
   * as large as the model.
   */
  private byte[] before(int index) {
    return work.exchange().sendsDifferences() ? start.state().chunk(index).values() : null;
  }

  private static void keep(List<StateChunk> own, int number, byte[] values) {
    own.add(new StateChunk(number, values, new byte[0], ChunkOutcome.NONE));
  }

  private static byte[] copy(ByteBuffer values) {
    byte[] copy = new byte[values.remaining()];
    values.get(values.position(), copy);
    return copy;
  }

  /** A copy: a repeated task begins with the old residual. */
  private byte[] residual(Chunk chunk) {
    StateChunk old = start.own().chunk(kept.residual(chunk.index()));
    return old == null ? new byte[Float.BYTES * chunk.length()] : old.values().clone();
  }
}
