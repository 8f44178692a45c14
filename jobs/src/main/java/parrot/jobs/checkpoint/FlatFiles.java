package parrot.jobs.checkpoint;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.model.exchange.StateLayout;
import parrot.model.weights.FloatSink;
import parrot.model.weights.Safetensors;
import parrot.model.weights.TensorSpec;

/**
 * How a flat vector is laid out in a checkpoint: in safetensors files with a stretch each, cut at
 * whole chunks. Depends on the length alone.
 *
 * @param base path and name without number and extension
 * @param tensor name of the tensor in each file
 * @param length of the vector
 */
record FlatFiles(String base, String tensor, long length) implements Serializable {
  /** Values of one file, 512 MiB: several executors share the writing of a large model. */
  private static final long MOST = 32L * StateLayout.CHUNK;

  /** Moments of the optimizer, those of each kind together. */
  static FlatFiles moments(long length) {
    return new FlatFiles("training/updater", "updater_state", length);
  }

  /** Momentum of the outer step. */
  static FlatFiles outerMomentum(long length) {
    return new FlatFiles("training/outer_momentum", "outer_momentum", length);
  }

  /** A replica's residual: what rounding has lost of its values. */
  static FlatFiles residual(int replica, long length) {
    return new FlatFiles(
        String.format(Locale.ROOT, "training/error_feedback-replica-%04d", replica),
        "error_feedback",
        length);
  }

  /**
   * One file.
   *
   * @param from the first value in it
   */
  record Part(String name, TensorSpec spec, long from) implements Serializable {}

  List<Part> parts() {
    int count = Math.toIntExact((length + MOST - 1) / MOST);
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long from = i * MOST;
      int values = (int) Math.min(MOST, length - from);
      String number = count == 1 ? "" : String.format(Locale.ROOT, "-%05d-of-%05d", i + 1, count);
      parts.add(
          new Part(
              base + number + ".safetensors",
              new TensorSpec(tensor, new int[] {values}, true),
              from));
    }
    return parts;
  }

  /** Reads values; offsets count from {@code first}. */
  void read(Path checkpoint, Configuration hadoop, long first, long count, FloatSink sink) {
    for (Part part : parts()) {
      long from = Math.max(first, part.from());
      long to = Math.min(first + count, part.from() + part.spec().elements());
      if (from < to) {
        try (Safetensors file = Safetensors.open(new Path(checkpoint, part.name()), hadoop)) {
          long shift = part.from() - first;
          file.read(
              tensor,
              from - part.from(),
              to - from,
              (offset, values, length) -> sink.accept(offset + shift, values, length));
        }
      }
    }
  }
}
