package parrot.jobs.checkpoint;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.model.weights.FloatSink;
import parrot.model.weights.Safetensors;
import parrot.model.weights.TensorSpec;

/**
 * The safetensors files that a vector of a checkpoint is cut into, each with a stretch of whole
 * chunks. Depends on the length alone.
 *
 * @param base path and name without number and extension
 * @param tensor name of the tensor in each file
 * @param length of the vector
 */
record VectorFiles(String base, String tensor, long length) implements Serializable {
  /** The most values of one file, a multiple of a chunk. */
  private static final long MOST = CheckpointLayout.FILE_BYTES / Float.BYTES;

  /**
   * One file.
   *
   * @param from the first value in it
   */
  record VectorFile(String name, TensorSpec spec, long from) implements Serializable {}

  List<VectorFile> list() {
    int count = Math.toIntExact((length + MOST - 1) / MOST);
    List<VectorFile> files = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long from = i * MOST;
      int values = (int) Math.min(MOST, length - from);
      String number = count == 1 ? "" : String.format(Locale.ROOT, "-%05d-of-%05d", i + 1, count);
      files.add(
          new VectorFile(
              base + number + ".safetensors",
              new TensorSpec(tensor, new int[] {values}, true),
              from));
    }
    return files;
  }

  /**
   * Whether a checkpoint has them.
   *
   * @throws UncheckedIOException if that cannot be found out
   */
  boolean exist(Path checkpoint, Configuration hadoop) {
    Path first = new Path(checkpoint, list().get(0).name());
    try {
      return first.getFileSystem(hadoop).exists(first);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read %s: %s".formatted(first, e.getMessage()), e);
    }
  }

  /** Reads values; offsets count from {@code first}. */
  void read(Path checkpoint, Configuration hadoop, long first, long count, FloatSink sink) {
    for (VectorFile each : list()) {
      long from = Math.max(first, each.from());
      long to = Math.min(first + count, each.from() + each.spec().elements());
      if (from < to) {
        try (Safetensors file = Safetensors.open(new Path(checkpoint, each.name()), hadoop)) {
          long shift = each.from() - first;
          file.read(
              tensor,
              from - each.from(),
              to - from,
              (offset, values, length) -> sink.accept(offset + shift, values, length));
        }
      }
    }
  }
}
