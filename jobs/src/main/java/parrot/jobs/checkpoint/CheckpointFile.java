package parrot.jobs.checkpoint;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.storage.Digests;
import parrot.model.weights.Adapter;
import parrot.model.weights.DataType;
import parrot.model.weights.SafetensorsWriter;
import parrot.model.weights.TensorSpec;

/**
 * A safetensors file of a checkpoint, written by one executor.
 *
 * @param name relative to the checkpoint
 * @param adapter whether the file is an adapter's, in which tensors have PEFT's names
 * @param bf16 names of the tensors that are stored as bfloat16, the others as float32
 * @param content what its values are
 * @param from the first value, if it holds a stretch of a vector
 */
public record CheckpointFile(
    String name,
    List<TensorSpec> tensors,
    boolean adapter,
    List<String> bf16,
    Content content,
    long from)
    implements Serializable {
  /** What values are. */
  enum Content {
    /** Tensors, trained or frozen. */
    MODEL,
    PARAMETERS,
    MOMENTS,
    OUTER_MOMENTUM,
    /** Parameters of a replica. */
    OF_REPLICA
  }

  public CheckpointFile {
    tensors = List.copyOf(tensors);
    bf16 = List.copyOf(bf16);
  }

  static CheckpointFile of(VectorFiles.VectorFile file, Content content) {
    return new CheckpointFile(
        file.name(), List.of(file.spec()), false, List.of(), content, file.from());
  }

  /** How tensors are stored. */
  static Function<TensorSpec, DataType> types(Collection<String> bf16) {
    Set<String> names = Set.copyOf(bf16);
    return tensor -> names.contains(tensor.name()) ? DataType.BF16 : DataType.F32;
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
      Map<TensorSpec, TensorSpec> stored = new LinkedHashMap<>();
      tensors.forEach(tensor -> stored.put(adapter ? Adapter.stored(tensor) : tensor, tensor));
      Function<TensorSpec, DataType> types = types(bf16);
      new SafetensorsWriter(tensor -> types.apply(stored.get(tensor)))
          .write(
              out,
              List.copyOf(stored.keySet()),
              (tensor, sink) -> values.write(stored.get(tensor), sink));
    }
    return new CheckpointManifest.Entry(
        name, files.getFileStatus(file).getLen(), Digests.hex(digest.digest()));
  }
}
