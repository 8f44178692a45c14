package parrot.jobs.checkpoint;

import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.util.SerializableConfiguration;
import parrot.jobs.state.ChunkOutcome;
import parrot.jobs.state.Kept;
import parrot.jobs.state.StateChunk;
import parrot.model.exchange.StateLayout;
import parrot.model.exchange.StateLayout.Chunk;
import parrot.model.exchange.StateLayout.Section;
import parrot.model.network.Parameter;
import parrot.model.weights.FloatSink;
import parrot.model.weights.ModelFolder;
import parrot.model.weights.Weights;

/** Reads the state of a run from a checkpoint, on executors, a chunk at a time. */
public final class CheckpointReader implements java.io.Serializable {
  private static final long serialVersionUID = 1L;

  private final String checkpoint;
  private final boolean isStart;
  private final Kept kept;
  private final MomentOrder order;
  private final boolean hasMomentum;
  private final ArrayList<Parameter> parameters;
  private final SerializableConfiguration hadoop;

  /**
   * @param isStart whether the run begins with it: moments and outer momentum are zero then
   * @param kept what each replica keeps for itself after the checkpoint's round
   * @param order of its moments and of those that are wanted
   * @param parameters trained tensors in the order of the state
   */
  public CheckpointReader(
      Path checkpoint,
      boolean isStart,
      Kept kept,
      MomentOrder order,
      boolean hasMomentum,
      List<Parameter> parameters,
      Configuration hadoop) {
    this.checkpoint = checkpoint.toString();
    this.isStart = isStart;
    this.kept = kept;
    this.order = order;
    this.hasMomentum = hasMomentum;
    this.parameters = new ArrayList<>(parameters);
    this.hadoop = new SerializableConfiguration(hadoop);
  }

  private Path path() {
    return new Path(checkpoint);
  }

  /** Reads a chunk of the state; empty if each replica has its own values. */
  public StateChunk chunk(int index) {
    if (kept.local().get(index)) {
      return new StateChunk(index, new byte[0], new byte[0], ChunkOutcome.NONE);
    }
    StateLayout layout = kept.layout();
    Chunk chunk = layout.chunk(index);
    byte[] values = new byte[Float.BYTES * chunk.length()];
    byte[] outerMomentum = new byte[0];
    if (chunk.section() == Section.PARAMETERS) {
      readParameters(chunk, FloatBytes.into(values));
      if (hasMomentum) {
        outerMomentum = new byte[values.length];
        read(
            CheckpointLayout.outerMomentum(layout.parameters()),
            chunk,
            FloatBytes.into(outerMomentum));
      }
    } else {
      readMoments(CheckpointLayout.moments(layout.moments()), chunk, FloatBytes.into(values));
    }
    return new StateChunk(index, values, outerMomentum, ChunkOutcome.NONE);
  }

  private void readParameters(Chunk chunk, FloatSink sink) {
    VectorFiles unrounded = CheckpointLayout.parameters(kept.layout().parameters());
    if (unrounded.exist(path(), hadoop.value())) {
      unrounded.read(path(), hadoop.value(), chunk.offset(), chunk.length(), sink);
      return;
    }
    try (ModelFolder model = ModelFolder.open(path(), hadoop.value())) {
      Weights weights = model.weights();
      for (Parameter parameter : parameters) {
        long from = Math.max(chunk.offset(), parameter.offset());
        long to = Math.min(chunk.offset() + chunk.length(), parameter.offset() + parameter.size());
        if (from < to) {
          long shift = parameter.offset() - chunk.offset();
          weights.read(
              parameter.name(),
              from - parameter.offset(),
              to - from,
              (offset, values, count) -> sink.accept(offset + shift, values, count));
        }
      }
    }
  }

  private void read(VectorFiles files, Chunk chunk, FloatSink sink) {
    if (!isStart) {
      files.read(path(), hadoop.value(), chunk.offset(), chunk.length(), sink);
    }
  }

  private void readMoments(VectorFiles files, Chunk chunk, FloatSink sink) {
    if (isStart) {
      return;
    }
    for (MomentOrder.Run run : order.runs()) {
      long from = Math.max(chunk.offset(), run.present());
      long to = Math.min(chunk.offset() + chunk.length(), run.present() + run.length());
      if (from < to) {
        files.read(
            path(),
            hadoop.value(),
            run.stored() + from - run.present(),
            to - from,
            (offset, values, count) -> sink.accept(offset + from - chunk.offset(), values, count));
      }
    }
  }

  /**
   * Reads what a replica keeps for itself.
   *
   * @param number see {@link Kept}
   */
  public StateChunk own(int replica, int number) {
    StateLayout layout = kept.layout();
    boolean isContribution = number >= layout.count();
    Chunk chunk = layout.chunk(isContribution ? number - layout.count() : number);
    byte[] values = new byte[Float.BYTES * chunk.length()];
    FloatSink sink = FloatBytes.into(values);
    if (isContribution) {
      read(CheckpointLayout.contribution(replica, layout.parameters()), chunk, sink);
    } else if (chunk.section() == Section.PARAMETERS) {
      read(CheckpointLayout.residual(replica, layout.parameters()), chunk, sink);
    } else {
      readMoments(CheckpointLayout.moments(replica, layout.moments()), chunk, sink);
    }
    return new StateChunk(number, values, new byte[0], ChunkOutcome.NONE);
  }
}
