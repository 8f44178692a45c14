package parrot.jobs.state;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.apache.spark.api.java.function.FlatMapFunction2;
import parrot.model.exchange.Averaging;
import parrot.model.exchange.StateLayout;
import scala.Tuple2;

/**
 * Reduces a chunk of the state and the replicas' pieces of it to the next chunk. Adds up in the
 * order of the replicas, in whatever order they arrive.
 */
final class ReduceChunks
    implements FlatMapFunction2<
        Iterator<Tuple2<Integer, ReplicaPiece>>, Iterator<StateChunk>, StateChunk> {
  private static final long serialVersionUID = 1L;
  private static final byte[] NONE = {};

  private final StateLayout layout;
  private final ReplicaWeights mixing;
  private final BitSet local;

  /**
   * @param local chunks that are not averaged: replicas go on with their own
   */
  ReduceChunks(StateLayout layout, ReplicaWeights mixing, BitSet local) {
    this.layout = layout;
    this.mixing = mixing;
    this.local = local;
  }

  @Override
  public Iterator<StateChunk> call(
      Iterator<Tuple2<Integer, ReplicaPiece>> arriving, Iterator<StateChunk> state) {
    StateChunk before = StateChunk.only(state);
    List<ReplicaPiece> pieces = new ArrayList<>();
    long bytes = 0;
    while (arriving.hasNext()) {
      ReplicaPiece piece = arriving.next()._2();
      bytes += piece.encoded() == null ? 0 : piece.encoded().length;
      pieces.add(piece);
    }
    pieces.sort(Comparator.comparingInt(ReplicaPiece::replica));
    long arrived = System.currentTimeMillis();
    Averaging.Result after = mean(before, pieces);
    List<ReplicaOutcome> replicas =
        pieces.stream().map(ReplicaPiece::outcome).filter(Objects::nonNull).toList();
    ChunkOutcome outcome = new ChunkOutcome(replicas, bytes, arrived, System.currentTimeMillis());
    return List.of(new StateChunk(before.index(), after.values(), after.outerMomentum(), outcome))
        .iterator();
  }

  private Averaging.Result mean(StateChunk before, List<ReplicaPiece> pieces) {
    if (local.get(before.index())) {
      return new Averaging.Result(NONE, NONE);
    }
    List<ReplicaPiece> counting = pieces.stream().filter(ReplicaPiece::counts).toList();
    if (counting.isEmpty()) {
      return new Averaging.Result(before.values(), before.outerMomentum());
    }
    StateLayout.Chunk chunk = layout.chunk(before.index());
    return mixing
        .averaging()
        .average(
            chunk,
            before.values(),
            before.outerMomentum(),
            counting.stream().map(ReplicaPiece::encoded).toList(),
            mixing.stretches(chunk, counting));
  }
}
