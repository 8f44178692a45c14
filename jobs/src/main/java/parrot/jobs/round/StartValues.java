package parrot.jobs.round;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import parrot.jobs.state.Kept;
import parrot.jobs.state.StateReader;
import parrot.model.exchange.StateLayout;

/**
 * The values that a replica begins a round with, by chunk.
 *
 * @param kept what each replica has kept in the round before
 * @param own the chunks that this one has kept
 */
record StartValues(Kept kept, StateReader state, StateReader own) {
  /** Float32 in native order; must not be written to. */
  byte[] chunk(int index) {
    return kept.hasValues(index) ? ownOr(index) : state.chunk(index).values();
  }

  /** What a replica goes on from that adds nothing: its own values only until they are averaged. */
  byte[] newest(int index) {
    return kept.local().get(index) ? ownOr(index) : state.chunk(index).values();
  }

  /** The replica's own values; those of the average if it had nothing to give to it. */
  private byte[] ownOr(int index) {
    byte[] values = own.chunk(kept.values(index)).values();
    return values.length == 0 ? state.chunk(index).values() : values;
  }

  /**
   * Exchanges what the replica gave to the average for the average, after some steps from there.
   * Moments forget by a factor in each step; what is exchanged has been forgotten as far.
   *
   * @param decays of first and second moments in these steps
   */
  void exchange(ComputationGraph graph, double[] decays) {
    StateLayout layout = kept.layout();
    for (int i = 0; i < layout.count(); i++) {
      if (kept.local().get(i)) {
        continue; // has not been averaged
      }
      boolean isParameters = i < layout.parameterChunks();
      byte[] average = state.chunk(i).values();
      float factor = isParameters ? 1 : (float) decays[layout.isSecond(i) ? 1 : 0];
      ByteBuffer now = GraphRestore.read(graph, layout.chunk(i));
      byte[] next = exchanged(now, ownOr(i), average, factor, layout.isSecond(i));
      GraphRestore.write(graph, layout.chunk(i), next);
    }
  }

  /**
   * @param isSecond values are second moments. What is left of the average is the least that they
   *     can be; rounded moments (8 bits) would otherwise fall below 0
   */
  static byte[] exchanged(
      ByteBuffer values, byte[] own, byte[] average, float factor, boolean isSecond) {
    byte[] result = new byte[own.length];
    FloatBuffer now = values.slice().order(ByteOrder.nativeOrder()).asFloatBuffer();
    FloatBuffer from = floats(own);
    FloatBuffer to = floats(average);
    FloatBuffer next = floats(result);
    for (int i = 0; i < next.capacity(); i++) {
      float value = now.get(i) + factor * (to.get(i) - from.get(i));
      next.put(i, isSecond ? Math.max(value, factor * to.get(i)) : value);
    }
    return result;
  }

  private static FloatBuffer floats(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }
}
