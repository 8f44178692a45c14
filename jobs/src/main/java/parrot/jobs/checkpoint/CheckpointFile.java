package parrot.jobs.checkpoint;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.storage.Digests;
import parrot.model.weights.DataType;
import parrot.model.weights.SafetensorsWriter;
import parrot.model.weights.TensorSpec;

/**
 * A safetensors file of a checkpoint, written by one executor.
 *
 * @param name relative to the checkpoint
 * @param content what its values are
 * @param from the first value, if it holds a stretch of a vector
 */
public record CheckpointFile(String name, List<TensorSpec> tensors, Content content, long from)
    implements Serializable {
  /** What values are. */
  enum Content {
    /** Tensors, trained or frozen. */
    MODEL,
    MOMENTS,
    OUTER_MOMENTUM,
    RESIDUAL
  }

  public CheckpointFile {
    tensors = List.copyOf(tensors);
  }

  static CheckpointFile of(VectorFiles.Part part, Content content) {
    return new CheckpointFile(part.name(), List.of(part.spec()), content, part.from());
  }

  /**
   * Writes the file.
   *
   * @return its entry in the manifest, made without reading the file again
   */
  CheckpointManifest.Entry write(FileSystem files, Path folder, SafetensorsWriter.Values values)
      throws IOException {
    MessageDigest digest = Digests.sha256();
    Path file = new Path(folder, name);
    try (OutputStream out =
        new BufferedOutputStream(new DigestOutputStream(files.create(file, true), digest))) {
      new SafetensorsWriter(DataType.F32).write(out, tensors, values);
    }
    return new CheckpointManifest.Entry(
        name, files.getFileStatus(file).getLen(), Digests.hex(digest.digest()));
  }
}
