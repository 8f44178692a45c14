package parrot.jobs.checkpoint;

import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.util.SerializableConfiguration;
import parrot.jobs.state.RoundNotes;
import parrot.jobs.state.StateChunk;
import parrot.model.exchange.StateLayout;
import parrot.model.exchange.StateLayout.Chunk;
import parrot.model.exchange.StateLayout.Section;
import parrot.model.network.Parameter;
import parrot.model.weights.FloatSink;
import parrot.model.weights.ModelFolder;
import parrot.model.weights.Weights;

/** Reads the state of a run from a checkpoint, on executors, a piece at a time. */
public final class CheckpointReader implements java.io.Serializable {
  private static final long serialVersionUID = 1L;

  private final String checkpoint;
  private final boolean isStart;
  private final StateLayout layout;
  private final boolean hasVelocity;
  private final ArrayList<Parameter> parameters;
  private final SerializableConfiguration hadoop;

  /**
   * @param isStart whether it is the one that a run begins with: moments and velocity are zero
   * @param parameters trained tensors in the order of the state
   */
  public CheckpointReader(
      Path checkpoint,
      boolean isStart,
      StateLayout layout,
      boolean hasVelocity,
      List<Parameter> parameters,
      Configuration hadoop) {
    this.checkpoint = checkpoint.toString();
    this.isStart = isStart;
    this.layout = layout;
    this.hasVelocity = hasVelocity;
    this.parameters = new ArrayList<>(parameters);
    this.hadoop = new SerializableConfiguration(hadoop);
  }

  private Path path() {
    return new Path(checkpoint);
  }

  /** Reads a chunk of the state. */
  public StateChunk chunk(int index) {
    Chunk chunk = layout.chunk(index);
    byte[] values = new byte[Float.BYTES * chunk.length()];
    byte[] velocity = new byte[0];
    if (chunk.section() == Section.PARAMETERS) {
      readParameters(chunk, FloatBytes.into(values));
      if (hasVelocity) {
        velocity = new byte[values.length];
        read(FlatFiles.velocity(layout.parameters()), chunk, FloatBytes.into(velocity));
      }
    } else {
      read(FlatFiles.moments(layout.moments()), chunk, FloatBytes.into(values));
    }
    return new StateChunk(index, values, velocity, RoundNotes.NONE);
  }

  private void readParameters(Chunk chunk, FloatSink sink) {
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

  private void read(FlatFiles files, Chunk chunk, FloatSink sink) {
    if (!isStart) {
      files.read(path(), hadoop.value(), chunk.offset(), chunk.length(), sink);
    }
  }

  /** Reads what a replica remembers of a chunk of the parameters. */
  public StateChunk memory(int replica, int index) {
    Chunk chunk = layout.chunk(index);
    byte[] lost = new byte[Float.BYTES * chunk.length()];
    read(FlatFiles.errorFeedback(replica, layout.parameters()), chunk, FloatBytes.into(lost));
    return new StateChunk(index, lost, new byte[0], RoundNotes.NONE);
  }
}
