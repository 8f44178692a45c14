package parrot.model.exchange;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The mean of the replicas' chunks and the outer step on it.
 *
 * @param exchange how parameters travel
 * @param outer what is done with their mean
 */
public record Averaging(ExchangeFormat exchange, OuterStep outer) implements Serializable {

  /**
   * A stretch of a chunk in which the replicas have these weights.
   *
   * @param from first value
   * @param to after the last one
   * @param weights of the replicas, adding up to 1
   */
  public record Stretch(int from, int to, double[] weights) {}

  /**
   * A chunk after a round, float32 in native order.
   *
   * @param outerMomentum empty without momentum
   */
  public record Result(byte[] values, byte[] outerMomentum) {}

  /**
   * Averages one chunk in the order given and steps.
   *
   * @param before the chunk before the round, float32 in native order
   * @param outerMomentum float32 in native order; empty without momentum, or for moments
   * @param encoded the chunk of each replica, as {@link ExchangeFormat#encode} gave it
   * @param stretches that cover the chunk
   */
  public Result average(
      StateLayout.Chunk chunk,
      byte[] before,
      byte[] outerMomentum,
      List<byte[]> encoded,
      List<Stretch> stretches) {
    boolean moments = chunk.section() == StateLayout.Section.MOMENTS;
    ExchangeFormat format = moments ? exchange.forMoments() : exchange;
    float[] mean = new float[chunk.length()];
    for (Stretch stretch : stretches) {
      for (int k = 0; k < encoded.size(); k++) {
        format.addTo(
            mean, encoded.get(k), stretch.from(), stretch.to(), (float) stretch.weights()[k]);
      }
    }
    if (moments || format == ExchangeFormat.F32 && outer.isMean()) {
      return new Result(bytes(mean), outerMomentum);
    }
    float[] old = floats(before);
    if (format != ExchangeFormat.F32) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += old[i];
      }
    }
    float[] momentum = outerMomentum.length == 0 ? null : floats(outerMomentum);
    outer.apply(mean, old, momentum);
    return new Result(bytes(mean), momentum == null ? outerMomentum : bytes(momentum));
  }

  private static float[] floats(byte[] bytes) {
    float[] values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer().get(values);
    return values;
  }

  private static byte[] bytes(float[] values) {
    byte[] bytes = new byte[Float.BYTES * values.length];
    ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer().put(values);
    return bytes;
  }
}
