package parrot.model.dl4j;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import parrot.model.tensor.Tensor;

/** The step of {@link AdamW} over flat vectors, in one pass over memory. */
final class AdamWUpdater implements GradientUpdater<AdamW> {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final String FIRST = "M";
  private static final String SECOND = "V";

  private final AdamW config;
  private INDArray first; // [n]
  private INDArray second; // [n]

  AdamWUpdater(AdamW config) {
    this.config = config;
  }

  @Override
  public AdamW getConfig() {
    return config;
  }

  @Override
  public void setState(Map<String, INDArray> state, boolean initialize) {
    first = state.get(FIRST);
    second = state.get(SECOND);
    if (initialize) {
      first.assign(0);
      second.assign(0);
    }
  }

  @Override
  public Map<String, INDArray> getState() {
    Map<String, INDArray> state = new HashMap<>();
    state.put(FIRST, first);
    state.put(SECOND, second);
    return state;
  }

  @Override
  public void setStateViewArray(INDArray view, long[] shape, char order, boolean initialize) {
    INDArray flat = view.reshape(view.length());
    long half = flat.length() / 2;
    if (initialize) {
      flat.assign(0);
    }
    first = FlatVectors.interval(flat, 0, half);
    second = FlatVectors.interval(flat, half, 2 * half);
  }

  /** Replaces the gradient by what is to be subtracted from the parameters. */
  @Override
  public void applyUpdater(INDArray gradient, int iteration, int epoch) {
    double step = iteration + 1.0;
    double correction1 = 1 - Math.pow(config.beta1(), step);
    double correction2 = Math.sqrt(1 - Math.pow(config.beta2(), step));
    float size = (float) (config.getLearningRate(iteration, epoch) / correction1);
    long n = gradient.length();
    if (n != first.length()) {
      throw new IllegalArgumentException(
          "Cannot update " + n + " parameters: the state is for " + first.length());
    }
    for (long start = 0; start < n; start += FlatVectors.WINDOW) {
      int length = (int) Math.min(FlatVectors.WINDOW, n - start);
      update(
          FlatVectors.window(gradient, start, length),
          FlatVectors.window(first, start, length),
          FlatVectors.window(second, start, length),
          size,
          (float) correction2);
    }
  }

  private void update(Tensor gradient, Tensor m, Tensor v, float size, float correction2) {
    float keep2 = (float) config.beta2();
    float take1 = (float) (1 - config.beta1());
    float take2 = (float) (1 - config.beta2());
    float epsilon = (float) config.epsilon();
    ByteBuffer g = gradient.buffer();
    ByteBuffer mb = m.buffer();
    ByteBuffer vb = v.buffer();
    int bytes = gradient.columns() * Float.BYTES;
    int width = SPECIES.vectorByteSize();
    int i = 0;
    for (; i <= bytes - width; i += width) {
      FloatVector gradients = FloatVector.fromByteBuffer(SPECIES, g, i, ORDER);
      FloatVector firsts = FloatVector.fromByteBuffer(SPECIES, mb, i, ORDER);
      firsts = gradients.sub(firsts).mul(take1).add(firsts);
      FloatVector seconds = FloatVector.fromByteBuffer(SPECIES, vb, i, ORDER);
      seconds = seconds.mul(keep2).add(gradients.mul(gradients).mul(take2));
      firsts.intoByteBuffer(mb, i, ORDER);
      seconds.intoByteBuffer(vb, i, ORDER);
      FloatVector divisor = seconds.sqrt().div(correction2).add(epsilon);
      firsts.div(divisor).mul(size).intoByteBuffer(g, i, ORDER);
    }
    for (; i < bytes; i += Float.BYTES) {
      float one = g.getFloat(i);
      float firstMoment = mb.getFloat(i);
      firstMoment = (one - firstMoment) * take1 + firstMoment;
      float secondMoment = vb.getFloat(i) * keep2 + one * one * take2;
      mb.putFloat(i, firstMoment);
      vb.putFloat(i, secondMoment);
      float divisor = (float) Math.sqrt(secondMoment) / correction2 + epsilon;
      g.putFloat(i, firstMoment / divisor * size);
    }
  }
}
