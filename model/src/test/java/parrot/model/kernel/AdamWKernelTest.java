package parrot.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static parrot.model.kernel.Agreement.of;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Master;
import parrot.model.tensor.Tensor;

/** One step of AdamW in one pass over memory. */
public class AdamWKernelTest {
  private static final int SIZE = 1003; // no multiple of any vector width

  /** Kernels by name. */
  protected Kernels create(String name, Precision precision, int threads) {
    return Kernels.create(name, precision, threads);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "7, 1", "16, 1", "1003, 1", "1003, 3", "50021, 1", "50021, 3"})
  void computesWhatTheReferenceDoes(int size, int threads) {
    AdamWStep step = new AdamWStep(3e-3, 0.9, 0.95, 1e-6, 0.1, 3, 0.25);
    try (Agreement agreement =
        new Agreement(create("onednn", Precision.F32, threads), false, size)) {
      Samples samples = agreement.samples;
      Tensor parameters = samples.tensor(1, size);
      Tensor gradients = samples.tensor(1, size);
      Tensor first = samples.tensor(1, size, 0.1);
      Tensor second = squares(samples.tensor(1, size, 0.3));
      agreement.check(
          "step",
          of(parameters, first, second),
          of(gradients),
          (k, out, in) -> k.adamW(Master.whole(out[0]), in[0], out[1], out[2], step));
      Tensor rounded = samples.empty(ElementType.BF16, 1, size);
      agreement.check(
          "step with a rounded copy",
          of(parameters, rounded, first, second),
          of(gradients),
          (k, out, in) -> k.adamW(Master.copied(out[0], out[1]), in[0], out[2], out[3], step));
    }
  }

  /** What products see is the parameter as it is stored, not as it was before it was. */
  @ParameterizedTest
  @ValueSource(strings = {"reference", "onednn"})
  void theRoundedCopyIsTheNewParameterRounded(String name) {
    Samples samples = new Samples(5, false);
    Tensor parameters = samples.tensor(1, SIZE);
    Tensor rounded = samples.empty(ElementType.BF16, 1, SIZE);
    Tensor first = Tensor.allocate(1, SIZE);
    Tensor second = Tensor.allocate(1, SIZE);
    AdamWStep step = new AdamWStep(1e-2, 0.9, 0.999, 1e-8, 0, 1, 1);
    try (Kernels kernels = create(name, Precision.BF16, 1)) {
      kernels.adamW(
          Master.copied(parameters, rounded), samples.tensor(1, SIZE), first, second, step);
    }
    for (int i = 0; i < SIZE; i++) {
      assertThat(rounded.buffer().getShort(rounded.at(0, i)))
          .isEqualTo(Master.high(parameters.get(0, i)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "onednn"})
  void halvesHoldTheSameParametersToTheLastBit(String name) {
    Samples samples = new Samples(5, false);
    Tensor whole = samples.tensor(1, SIZE);
    Master split =
        Master.split(
            Tensor.allocate(ElementType.BF16, 1, SIZE), Tensor.allocate(ElementType.BF16, 1, SIZE));
    split.write(whole.buffer(), 0);
    Tensor gradients = samples.tensor(1, SIZE);
    Tensor first = Tensor.allocate(1, SIZE);
    Tensor second = Tensor.allocate(1, SIZE);
    AdamWStep step = new AdamWStep(1e-2, 0.9, 0.999, 1e-8, 0.1, 1, 0.5);
    try (Kernels kernels = create(name, Precision.BF16, 1)) {
      kernels.adamW(Master.whole(whole), gradients, first, second, step);
      first.set(new float[SIZE]);
      second.set(new float[SIZE]);
      kernels.adamW(split, gradients, first, second, step);
    }
    Tensor again = Tensor.allocate(1, SIZE);
    split.read(again.buffer(), 0);
    assertThat(again.toArray()).isEqualTo(whole.toArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "onednn"})
  void gradientsMayBeBfloat16(String name) {
    Samples samples = new Samples(5, false);
    Tensor gradients = Tensor.allocate(ElementType.BF16, 1, SIZE);
    gradients.set(samples.tensor(1, SIZE).toArray());
    Tensor start = samples.tensor(1, SIZE);
    AdamWStep step = new AdamWStep(1e-2, 0.9, 0.999, 1e-8, 0, 1, 1);
    List<float[]> results = new ArrayList<>();
    try (Kernels kernels = create(name, Precision.BF16, 1)) {
      for (Tensor given : List.of(gradients, Tensor.of(1, SIZE, gradients.toArray()))) {
        Tensor parameters = Tensor.of(1, SIZE, start.toArray());
        kernels.adamW(
            Master.whole(parameters),
            given,
            Tensor.allocate(1, SIZE),
            Tensor.allocate(1, SIZE),
            step);
        results.add(parameters.toArray());
      }
    }
    assertThat(results.get(0)).isEqualTo(results.get(1)).isNotEqualTo(start.toArray());
  }

  @ParameterizedTest
  @CsvSource({"reference, 1", "onednn, 1", "onednn, 3"})
  void followsTheTextbookInDoublePrecision(String name, int threads) {
    double decay = 0.1;
    double scale = 0.5;
    Random random = new Random(1);
    double[] parameters = random.doubles(SIZE, -1, 1).toArray();
    double[] m = new double[SIZE];
    double[] v = new double[SIZE];
    Tensor actual = vector(parameters);
    Tensor first = Tensor.allocate(1, SIZE);
    Tensor second = Tensor.allocate(1, SIZE);
    try (Kernels kernels = create(name, Precision.F32, threads)) {
      for (int step = 1; step <= 20; step++) {
        double[] gradient = random.doubles(SIZE, -0.1, 0.1).toArray();
        double rate = 3e-3 / step;
        kernels.adamW(
            Master.whole(actual),
            vector(gradient),
            first,
            second,
            new AdamWStep(rate, 0.9, 0.95, 1e-6, decay, step, scale));
        for (int i = 0; i < SIZE; i++) {
          double clipped = scale * gradient[i];
          m[i] = 0.9 * m[i] + 0.1 * clipped;
          v[i] = 0.95 * v[i] + 0.05 * clipped * clipped;
          double corrected = m[i] / (1 - Math.pow(0.9, step));
          double root = Math.sqrt(v[i] / (1 - Math.pow(0.95, step)));
          parameters[i] *= 1 - rate * decay;
          parameters[i] -= rate * corrected / (root + 1e-6);
        }
      }
    }
    for (int i = 0; i < SIZE; i++) {
      assertThat((double) actual.get(0, i)).isCloseTo(parameters[i], Offset.offset(2e-6));
    }
  }

  @ParameterizedTest
  @CsvSource({"reference, 0", "reference, 36", "onednn, 0", "onednn, 16", "onednn, 36"})
  void notANumberOfAGradientReachesTheParameterAndItsCopy(String name, int at) {
    Samples samples = new Samples(6, false);
    Tensor parameters = samples.tensor(1, 37);
    Tensor rounded = Tensor.allocate(ElementType.BF16, 1, 37);
    Tensor gradients = samples.tensor(1, 37);
    gradients.set(0, at, Float.NaN);
    Tensor first = Tensor.allocate(1, 37);
    Tensor second = Tensor.allocate(1, 37);
    AdamWStep step = new AdamWStep(1e-3, 0.9, 0.999, 1e-8, 0.1, 1, 1);
    try (Kernels kernels = create(name, Precision.F32, 1)) {
      kernels.adamW(Master.copied(parameters, rounded), gradients, first, second, step);
    }
    for (int i = 0; i < 37; i++) {
      assertThat(Float.isNaN(parameters.get(0, i))).isEqualTo(i == at);
      assertThat(Float.isNaN(rounded.get(0, i))).isEqualTo(i == at);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "onednn"})
  void aParameterThatNeverHadAGradientOnlyDecays(String name) {
    Tensor parameters = Tensor.of(1, 2, 2, -4);
    Tensor zero = Tensor.allocate(1, 2);
    AdamWStep step = new AdamWStep(0.5, 0.9, 0.999, 1e-8, 0.5, 1, 1);
    try (Kernels kernels = create(name, Precision.F32, 1)) {
      kernels.adamW(
          Master.whole(parameters), zero, Tensor.allocate(1, 2), Tensor.allocate(1, 2), step);
    }
    assertThat(parameters.toArray()).containsExactly(1.5f, -3);
  }

  private static Tensor squares(Tensor x) {
    float[] values = x.toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] *= values[i];
    }
    return Tensor.of(x.rows(), x.columns(), values);
  }

  private static Tensor vector(double[] values) {
    float[] rounded = new float[values.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = (float) values[i];
    }
    return Tensor.of(1, rounded.length, rounded);
  }
}
