package parrot.jobs.checkpoint;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import parrot.jobs.state.ChunkOutcome;
import parrot.jobs.state.StateChunk;
import parrot.model.exchange.Averaging;
import parrot.model.exchange.ExchangeFormat;
import parrot.model.exchange.OuterStep;
import parrot.model.exchange.StateLayout;
import parrot.model.exchange.StateLayout.Chunk;

/** Reads the mean of several checkpoints' parameters, on executors, a chunk at a time. */
final class MeanReader implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final Averaging MEAN = new Averaging(ExchangeFormat.F32, OuterStep.AVERAGE);
  private static final byte[] NONE = {};

  private final StateLayout layout;
  private final ArrayList<CheckpointReader> checkpoints;

  /**
   * @param layout of all checkpoints, without moments
   * @param checkpoints at least one
   */
  MeanReader(StateLayout layout, List<CheckpointReader> checkpoints) {
    this.layout = layout;
    this.checkpoints = new ArrayList<>(checkpoints);
  }

  StateChunk chunk(int index) {
    Chunk chunk = layout.chunk(index);
    double[] weights = new double[checkpoints.size()];
    Arrays.fill(weights, 1.0 / weights.length);
    List<byte[]> values =
        checkpoints.stream().map(checkpoint -> checkpoint.chunk(index).values()).toList();
    Averaging.Result mean =
        MEAN.average(
            chunk, NONE, NONE, values, List.of(new Averaging.Stretch(0, chunk.length(), weights)));
    return new StateChunk(index, mean.values(), NONE, ChunkOutcome.NONE);
  }
}
