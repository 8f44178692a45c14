package parrot.jobs.checkpoint;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.util.SerializableConfiguration;
import parrot.jobs.state.ChunkOutcome;
import parrot.jobs.state.Kept;
import parrot.jobs.state.StateChunk;
import parrot.jobs.state.StateReader;
import parrot.jobs.state.StateWork;
import parrot.model.exchange.StateLayout;
import parrot.model.exchange.StateLayout.Chunk;
import parrot.model.exchange.StateLayout.Section;
import parrot.model.network.Parameter;
import parrot.model.weights.FloatSink;
import parrot.model.weights.ModelFolder;
import parrot.model.weights.TensorSpec;

/** Writes files of a checkpoint from the state that executors hold. */
final class WriteCheckpointFile implements StateWork<CheckpointFile, CheckpointManifest.Entry> {
  private static final long serialVersionUID = 1L;

  private final String folder;
  private final String frozen;
  private final StateLayout layout;
  private final HashMap<String, Parameter> parameters = new HashMap<>();
  private final SerializableConfiguration hadoop;

  /**
   * @param folder that files are written to
   * @param frozen model folder with the weights that are not trained
   */
  WriteCheckpointFile(
      Path folder,
      Path frozen,
      StateLayout layout,
      List<Parameter> parameters,
      Configuration hadoop) {
    this.folder = folder.toString();
    this.frozen = frozen.toString();
    this.layout = layout;
    parameters.forEach(parameter -> this.parameters.put(parameter.name(), parameter));
    this.hadoop = new SerializableConfiguration(hadoop);
  }

  @Override
  public Iterator<CheckpointManifest.Entry> run(
      CheckpointFile file, StateReader state, StateReader own) throws Exception {
    return List.of(write(file, new OneChunk(state))).iterator();
  }

  /**
   * Writes all files of what a replica keeps.
   *
   * @param own gives it by number, see {@link Kept}
   */
  Iterator<CheckpointManifest.Entry> own(int replica, Kept kept, StateReader state, StateReader own)
      throws Exception {
    List<CheckpointManifest.Entry> entries = new ArrayList<>();
    StateReader values = index -> values(index, kept, state, own);
    if (kept.residuals()) {
      VectorFiles residual = CheckpointLayout.residual(replica, layout.parameters());
      write(residual, CheckpointFile.Content.OF_REPLICA, own, entries);
    }
    if (kept.contributions()) {
      VectorFiles contribution = CheckpointLayout.contribution(replica, layout.parameters());
      write(contribution, CheckpointFile.Content.OF_REPLICA, values, entries);
    }
    if (layout.moments() > 0 && (kept.contributions() || !kept.local().isEmpty())) {
      VectorFiles moments = CheckpointLayout.moments(replica, layout.moments());
      write(moments, CheckpointFile.Content.MOMENTS, values, entries);
    }
    return entries.iterator();
  }

  private void write(
      VectorFiles files,
      CheckpointFile.Content content,
      StateReader values,
      List<CheckpointManifest.Entry> entries)
      throws Exception {
    for (VectorFiles.VectorFile file : files.list()) {
      entries.add(write(CheckpointFile.of(file, content), values));
    }
  }

  /** A replica that gave nothing to an average goes on from it. */
  private static StateChunk values(int index, Kept kept, StateReader state, StateReader own) {
    if (!kept.hasValues(index)) {
      return absent(index);
    }
    StateChunk values = own.chunk(kept.values(index));
    return values.values().length == 0 ? state.chunk(index) : values;
  }

  private static StateChunk absent(int index) {
    return new StateChunk(index, new byte[0], new byte[0], ChunkOutcome.NONE);
  }

  private CheckpointManifest.Entry write(CheckpointFile file, StateReader state) throws Exception {
    Path to = new Path(folder);
    FileSystem files = to.getFileSystem(hadoop.value());
    if (file.content() != CheckpointFile.Content.MODEL) {
      return file.write(files, to, (tensor, sink) -> flat(file, tensor, state, sink));
    }
    try (ModelFolder model = ModelFolder.open(new Path(frozen), hadoop.value())) {
      return file.write(
          files,
          to,
          (tensor, sink) -> {
            Parameter parameter = parameters.get(tensor.name());
            if (parameter == null) {
              model.weights().read(tensor.name(), sink);
            } else {
              pass(state, Section.PARAMETERS, false, parameter.offset(), parameter.size(), sink);
            }
          });
    }
  }

  private void flat(CheckpointFile file, TensorSpec tensor, StateReader state, FloatSink sink) {
    Section section =
        file.content() == CheckpointFile.Content.MOMENTS ? Section.MOMENTS : Section.PARAMETERS;
    boolean outerMomentum = file.content() == CheckpointFile.Content.OUTER_MOMENTUM;
    pass(state, section, outerMomentum, file.from(), tensor.elements(), sink);
  }

  private void pass(
      StateReader state,
      Section section,
      boolean outerMomentum,
      long from,
      long count,
      FloatSink sink) {
    for (Chunk chunk : layout.covering(section, from, count)) {
      StateChunk held = state.chunk(chunk.index());
      long first = Math.max(from, chunk.offset());
      long last = Math.min(from + count, chunk.offset() + chunk.length());
      byte[] values = outerMomentum ? held.outerMomentum() : held.values();
      FloatBytes.pass(
          values.length == 0 ? new byte[Float.BYTES * chunk.length()] : values, // held elsewhere
          (int) (first - chunk.offset()),
          (int) (last - first),
          first - from,
          sink);
    }
  }

  /** Keeps the last chunk: it may have come over the network, and many small tensors are in it. */
  private static final class OneChunk implements StateReader {
    private final StateReader state;
    private StateChunk last;

    OneChunk(StateReader state) {
      this.state = state;
    }

    @Override
    public StateChunk chunk(int index) {
      if (last == null || last.index() != index) {
        last = state.chunk(index);
      }
      return last;
    }
  }
}
