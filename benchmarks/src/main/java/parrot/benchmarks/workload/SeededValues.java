package parrot.benchmarks.workload;

import java.util.SplittableRandom;
import parrot.model.weights.FloatSink;
import parrot.model.weights.SafetensorsWriter;
import parrot.model.weights.TensorSpec;

/**
 * Weights as a function of a tensor's name alone: normal, norms around 1. Biases and norms are not
 * left at 0 and 1, so that a side that forgets one does not compute the same loss.
 *
 * @param deviation of every value
 */
record SeededValues(double deviation) implements SafetensorsWriter.Values {
  private static final int PIECE = 1 << 16;

  @Override
  public void write(TensorSpec tensor, FloatSink sink) {
    SplittableRandom random = new SplittableRandom(seed(tensor.name()));
    boolean norm = tensor.name().contains("norm") && tensor.name().endsWith(".weight");
    float centre = norm ? 1 : 0;
    long left = tensor.elements();
    float[] values = new float[(int) Math.min(PIECE, left)];
    for (long offset = 0; left > 0; ) {
      int count = (int) Math.min(values.length, left);
      for (int i = 0; i < count; i++) {
        values[i] = centre + (float) (deviation * random.nextGaussian());
      }
      sink.accept(offset, values, count);
      offset += count;
      left -= count;
    }
  }

  private static long seed(String name) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < name.length(); i++) {
      hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }
}
