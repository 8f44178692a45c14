package parrot.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static parrot.model.kernel.Agreement.of;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * The fast kernels against the reference, on every operation but attention and AdamW: odd sizes,
 * single rows, views with gaps, small and large values, both types of activations and their
 * mixtures, one thread and several.
 */
public class KernelsAgreementTest {
  private static final Activation[] ACTIVATIONS = {
    null, Activation.GELU, Activation.QUICK_GELU, Activation.TANH_GELU
  };

  private static final ElementType[] TYPES = ElementType.values();

  private Agreement agreement;
  private Samples samples;

  /** The kernels that are tested. */
  protected Kernels actual(int threads) {
    return Kernels.create("onednn", Precision.F32, threads);
  }

  /** Whether they multiply bfloat16 here. */
  protected boolean multipliesBf16() {
    return KernelProvider.named("onednn").gainsFromBf16();
  }

  @AfterEach
  void close() {
    agreement.close();
  }

  private void open(boolean strided, int threads, long seed) {
    agreement = new Agreement(actual(threads), strided, seed);
    samples = agreement.samples;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, false, 1",
    "1, 37, 19, true, 1",
    "33, 1, 65, false, 1",
    "60, 60, 32, true, 1",
    "129, 130, 131, true, 1",
    "129, 130, 131, true, 3",
    "300, 128, 64, false, 2"
  })
  void multiplies(int m, int n, int k, boolean strided, int threads) {
    open(strided, threads, m);
    multiply(ElementType.F32, ElementType.F32, m, n, k);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, false, 1",
    "3, 130, 100, true, 2",
    "5, 1, 33, true, 1",
    "129, 130, 131, true, 3",
    "700, 130, 100, true, 1",
    "512, 128, 64, false, 3",
    "65, 4099, 129, true, 2"
  })
  void multipliesRoundedFactors(int m, int n, int k, boolean strided, int threads) {
    assumeTrue(multipliesBf16(), "this processor computes in float32");
    open(strided, threads, m);
    for (ElementType result : TYPES) {
      multiply(ElementType.BF16, result, m, n, k);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 130, 100, true, 2",
    "3, 40, 33, false, 1",
    "5, 1, 33, true, 1",
    "129, 130, 131, true, 3",
    "577, 512, 64, false, 2",
    "65, 2049, 129, true, 2"
  })
  void computesLinearLayers(int m, int n, int k, boolean strided, int threads) {
    open(strided, threads, m);
    linear(ElementType.F32, ElementType.F32, m, n, k);
    if (multipliesBf16()) {
      for (ElementType result : TYPES) {
        linear(ElementType.BF16, result, m, n, k);
      }
    }
  }

  private void linear(ElementType factors, ElementType result, int m, int n, int k) {
    Tensor x = samples.tensor(factors, m, k, 1);
    Tensor weight = samples.tensor(factors, n, k, 0.3);
    Tensor bias = samples.tensor(1, n);
    for (Activation activation : ACTIVATIONS) {
      for (int mode = 0; mode < 4; mode++) {
        boolean biased = (mode & 1) != 0;
        int beta = mode >> 1;
        Tensor y = samples.as(result, beta == 0 ? samples.empty(m, n) : samples.tensor(m, n));
        agreement.check(
            "linear " + factors + result + activation + mode,
            of(y),
            of(x, weight, bias),
            (kernels, out, in) ->
                kernels.linear(out[0], in[0], in[1], biased ? in[2] : null, activation, beta));
      }
    }
  }

  private void multiply(ElementType factors, ElementType result, int m, int n, int k) {
    for (int mode = 0; mode < 8; mode++) {
      boolean ta = (mode & 1) != 0;
      boolean tb = (mode & 2) != 0;
      int beta = mode >> 2;
      Tensor c = samples.as(result, beta == 0 ? samples.empty(m, n) : samples.tensor(m, n));
      Tensor a = samples.tensor(factors, ta ? k : m, ta ? m : k, 1);
      Tensor b = samples.tensor(factors, tb ? n : k, tb ? k : n, 1);
      agreement.check(
          "matmul " + ta + tb + beta,
          of(c),
          of(a, b),
          (kernels, out, in) -> kernels.matmul(out[0], in[0], ta, in[1], tb, beta));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, false, 1",
    "1, 16, 1, true, 1",
    "1, 37, 1e-4, false, 1",
    "7, 37, 8, true, 1",
    "100, 384, 3, false, 2",
    "65, 700, 30, true, 3",
    "33, 32, 1e3, false, 1"
  })
  void computesElementwise(int rows, int columns, double scale, boolean strided, int threads) {
    open(strided, threads, rows + columns);
    for (ElementType from : TYPES) {
      Tensor x = samples.tensor(from, rows, columns, scale);
      Tensor z = samples.tensor(from, rows, columns, scale);
      for (ElementType to : TYPES) {
        Tensor y = samples.tensor(to, rows, columns, scale);
        move(y, x);
        activate(y, x);
        gate(y, x, z);
      }
      double product = agreement.expected.dot(x, z);
      double size =
          Math.sqrt(agreement.expected.sumOfSquares(x) * agreement.expected.sumOfSquares(z));
      assertThat(Math.abs(agreement.actual.dot(x, z) - product)).isLessThanOrEqualTo(1e-12 * size);
    }
  }

  private void move(Tensor y, Tensor x) {
    Tensor bias = samples.tensor(1, x.columns(), 1);
    Tensor empty = samples.empty(y.type(), y.rows(), y.columns());
    agreement.check("copy", of(empty), of(x), (k, out, in) -> k.copy(out[0], in[0]));
    agreement.check("fill", of(empty), of(), (k, out, in) -> k.fill(out[0], 0.3f));
    agreement.check("add", of(y), of(x), (k, out, in) -> k.add(out[0], in[0], -0.3f));
    agreement.check("scale", of(y), of(), (k, out, in) -> k.scale(out[0], 1.7f));
    agreement.check("bias", of(y), of(bias), (k, out, in) -> k.addBias(out[0], in[0]));
    agreement.check(
        "bias gradient", of(bias), of(x), (k, out, in) -> k.addBiasBackward(out[0], in[0]));
  }

  private void activate(Tensor y, Tensor x) {
    Tensor empty = samples.empty(y.type(), y.rows(), y.columns());
    for (Activation activation : Activation.values()) {
      agreement.check(
          activation.name(),
          of(empty),
          of(x),
          (k, out, in) -> k.activate(out[0], in[0], activation));
      agreement.check(
          activation + " gradient",
          of(empty),
          of(y, x),
          (k, out, in) -> k.activateBackward(out[0], in[0], in[1], activation));
      agreement.check(
          activation + " gradient in place",
          of(y),
          of(x),
          (k, out, in) -> k.activateBackward(out[0], out[0], in[0], activation));
    }
  }

  private void gate(Tensor y, Tensor x, Tensor z) {
    Tensor empty = samples.empty(y.type(), y.rows(), y.columns());
    agreement.check("swiglu", of(empty), of(x, z), (k, out, in) -> k.swiglu(out[0], in[0], in[1]));
    agreement.check(
        "swiglu gradient",
        of(empty, empty),
        of(y, x, z),
        (k, out, in) -> k.swigluBackward(out[0], out[1], in[0], in[1], in[2]));
    agreement.check(
        "swiglu gradient in place",
        of(x, z),
        of(y),
        (k, out, in) -> k.swigluBackward(out[0], out[1], in[0], out[0], out[1]));
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1, false, 1", "3, 5, 37, true, 1", "6, 40, 130, false, 3"})
  void computesByBlocksOfRows(int blocks, int rows, int columns, boolean strided, int threads) {
    open(strided, threads, rows);
    Tensor factors = samples.tensor(blocks, 1);
    for (ElementType from : TYPES) {
      Tensor x = samples.tensor(from, blocks * rows, columns, 1);
      for (ElementType to : TYPES) {
        Tensor y = samples.tensor(to, blocks * rows, columns, 1);
        agreement.check(
            "scale",
            2 * Agreement.UNIT, // rounded twice where it is copied to bfloat16
            of(y),
            of(x, factors),
            (k, out, in) -> k.scaleBlocks(out[0], in[0], in[1]));
        agreement.check(
            "scale in place",
            of(y),
            of(factors),
            (k, out, in) -> k.scaleBlocks(out[0], out[0], in[0]));
        agreement.check(
            "dot",
            of(samples.empty(blocks, 1)),
            of(x, y),
            (k, out, in) -> k.dotBlocks(out[0], in[0], in[1]));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, false, 1",
    "1, 16, 1e-3, true, 1",
    "5, 37, 1, true, 1",
    "101, 128, 50, false, 3",
    "70, 900, 1, true, 2"
  })
  void normalises(int rows, int columns, double scale, boolean strided, int threads) {
    open(strided, threads, rows + columns);
    Tensor x = samples.tensor(rows, columns, scale);
    Tensor dy = samples.tensor(rows, columns);
    Tensor weight = samples.tensor(1, columns);
    Tensor bias = samples.tensor(1, columns);
    Tensor y = samples.empty(rows, columns);
    Tensor perRow = samples.empty(rows, 1);
    for (ElementType from : TYPES) {
      for (ElementType to : TYPES) {
        Tensor input = samples.as(from, x);
        Tensor output = samples.empty(to, rows, columns);
        agreement.check(
            "rms",
            of(output, perRow),
            of(input, weight),
            (k, out, in) -> k.rmsNorm(out[0], out[1], in[0], in[1], 1e-6f));
        agreement.check(
            "layer",
            of(output, perRow, perRow),
            of(input, weight, bias),
            (k, out, in) -> k.layerNorm(out[0], out[1], out[2], in[0], in[1], in[2], 1e-5f));
      }
    }
    Tensor mean = samples.empty(rows, 1);
    Tensor inverse = samples.empty(rows, 1);
    agreement.expected.layerNorm(
        samples.empty(rows, columns), mean, inverse, x, weight, bias, 1e-5f);
    // A single column normalises to zero: its gradient is rounding alone.
    if (columns > 1) {
      agreement.check(
          "layer gradient",
          of(y, weight, bias),
          of(dy, mean, inverse, x, weight),
          (k, out, in) ->
              k.layerNormBackward(
                  out[0], false, out[1], out[2], in[0], in[1], in[2], in[3], in[4]));
      agreement.check(
          "frozen layer gradient",
          of(y),
          of(dy, mean, inverse, x, weight),
          (k, out, in) ->
              k.layerNormBackward(out[0], false, null, null, in[0], in[1], in[2], in[3], in[4]));
      agreement.check(
          "added layer gradient",
          of(dy, weight, bias),
          of(dy, mean, inverse, x, weight),
          (k, out, in) ->
              k.layerNormBackward(out[0], true, out[1], out[2], in[0], in[1], in[2], in[3], in[4]));
      agreement.expected.rmsNorm(samples.empty(rows, columns), inverse, x, weight, 1e-6f);
      agreement.check(
          "rms gradient",
          of(y, weight),
          of(dy, inverse, x, weight),
          (k, out, in) -> k.rmsNormBackward(out[0], false, out[1], in[0], in[1], in[2], in[3]));
      agreement.check(
          "added rms gradient",
          of(dy, weight),
          of(dy, inverse, x, weight),
          (k, out, in) -> k.rmsNormBackward(out[0], true, out[1], in[0], in[1], in[2], in[3]));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, false, 1",
    "3, 6, 1, true, 1",
    "9, 37, 20, true, 2",
    "40, 1560, 5, false, 3",
    "2, 33, 1000, false, 1"
  })
  void computesSoftmax(int rows, int columns, double scale, boolean strided, int threads) {
    open(strided, threads, rows + columns);
    Tensor x = samples.tensor(rows, columns, scale);
    agreement.check("softmax", of(x), of(), (k, out, in) -> k.softmax(out[0]));
    // Small scores: where one probability is nearly 1, the gradient is rounding alone.
    Tensor p = samples.tensor(rows, columns, Math.min(scale, 5));
    agreement.expected.softmax(p);
    Tensor dp = samples.tensor(rows, columns);
    agreement.check(
        "softmax gradient",
        of(dp),
        of(p),
        (k, out, in) -> k.softmaxBackward(out[0], out[0], in[0]));
    int[] targets = new int[rows];
    for (int i = 0; i < rows; i++) {
      targets[i] = samples.below(columns);
    }
    agreement.check(
        "cross-entropy",
        of(samples.empty(rows, 1)),
        of(x),
        (k, out, in) -> k.crossEntropy(out[0], null, in[0], targets, 1));
    for (ElementType type : TYPES) {
      agreement.check(
          "cross-entropy gradient",
          of(samples.empty(rows, 1), samples.empty(type, rows, columns)),
          of(samples.like(x)),
          (k, out, in) -> {
            Tensor logits = samples.like(in[0]);
            k.crossEntropy(out[0], out[1], logits, targets, 0.01f);
          });
    }
    agreement.check(
        "cross-entropy gradient in place",
        of(samples.empty(rows, 1), x),
        of(),
        (k, out, in) -> k.crossEntropy(out[0], out[1], out[1], targets, 0.01f));
  }

  @ParameterizedTest
  @CsvSource({"32, 4, false, 1", "40, 3, true, 1", "8, 2, true, 1", "128, 2, false, 3"})
  void movesRows(int headSize, int heads, boolean strided, int threads) {
    open(strided, threads, headSize);
    int rows = 50;
    Tensor cosine = samples.tensor(20, headSize / 2);
    Tensor sine = samples.tensor(20, headSize / 2);
    int[] positions = new int[rows];
    int[] picks = new int[rows];
    int[] distinct = new int[rows];
    for (int i = 0; i < rows; i++) {
      positions[i] = samples.below(20);
      picks[i] = samples.below(13) - 3;
      distinct[i] = i % 7 == 0 ? -1 : rows - 1 - i;
    }
    int columns = heads * headSize;
    for (ElementType from : TYPES) {
      Tensor x = samples.tensor(from, rows, columns, 1);
      Tensor table = samples.tensor(from, 10, columns, 1);
      for (boolean inverse : new boolean[] {false, true}) {
        agreement.check(
            "rotate",
            of(x),
            of(cosine, sine),
            (k, out, in) -> k.rotate(out[0], in[0], in[1], positions, headSize, inverse));
      }
      for (ElementType to : TYPES) {
        Tensor y = samples.tensor(to, rows, columns, 1);
        agreement.check("gather", of(y), of(table), (k, out, in) -> k.gather(out[0], in[0], picks));
        agreement.check(
            "scatter", of(y), of(x), (k, out, in) -> k.scatter(out[0], in[0], distinct));
      }
      agreement.check(
          "patches",
          of(samples.empty(from, 3 * 16, 3 * 25)),
          of(samples.tensor(3, 3 * 400)),
          (k, out, in) -> k.patches(out[0], in[0], 20, 5));
      agreement.check(
          "patches that leave pixels",
          of(samples.empty(from, 3 * 4, 3 * 81)),
          of(samples.tensor(3, 3 * 400)),
          (k, out, in) -> k.patches(out[0], in[0], 20, 9));
    }
    agreement.check(
        "gather gradient",
        of(samples.tensor(10, columns)),
        of(samples.tensor(rows, columns)),
        (k, out, in) -> k.gatherBackward(out[0], in[0], picks));
  }
}
