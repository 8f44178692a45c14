package parrot.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.model.tensor.Tensor;

/**
 * The fast kernels against the reference, on every operation: odd sizes, single rows, views with
 * gaps, small and large values, one thread and several. Inputs must stay as they are, and a second
 * call must give the same bits.
 */
class KernelsAgreementTest {
  private static final double TOLERANCE = 1e-5;

  private final Kernels expected = new ReferenceKernels();
  private Kernels actual;

  @AfterEach
  void close() {
    actual.close();
  }

  /** One operation on given inputs and outputs. */
  private interface Operation {
    void run(Kernels kernels, Tensor[] outputs, Tensor[] inputs);
  }

  private void compare(
      String name, Samples samples, Tensor[] outputs, Tensor[] inputs, Operation operation) {
    Tensor[] wanted = copies(samples, outputs);
    operation.run(expected, wanted, copies(samples, inputs));
    List<float[]> before = values(inputs);
    Tensor[] first = copies(samples, outputs);
    operation.run(actual, first, inputs);
    Tensor[] second = copies(samples, outputs);
    operation.run(actual, second, inputs);
    for (int i = 0; i < inputs.length; i++) {
      assertThat(inputs[i].toArray()).as(name + ", input " + i).isEqualTo(before.get(i));
    }
    for (int i = 0; i < outputs.length; i++) {
      String what = name + ", output " + i + " " + outputs[i];
      assertSame(what + ", again", second[i].toArray(), first[i].toArray());
      assertClose(what, first[i].toArray(), wanted[i].toArray(), TOLERANCE);
    }
  }

  static void assertSame(String what, float[] actual, float[] wanted) {
    int mismatch = Arrays.mismatch(actual, wanted);
    if (mismatch >= 0) {
      throw new AssertionError(
          "%s: value %d is %s, was %s"
              .formatted(what, mismatch, actual[mismatch], wanted[mismatch]));
    }
  }

  static void assertClose(String what, float[] actual, float[] wanted, double tolerance) {
    double scale = 0;
    for (float value : wanted) {
      scale = Math.max(scale, Math.abs(value));
    }
    for (int i = 0; i < wanted.length; i++) {
      double difference = Math.abs((double) actual[i] - wanted[i]);
      if (!(difference <= tolerance * scale)) {
        throw new AssertionError(
            "%s: value %d is %s, expected %s (largest %s)"
                .formatted(what, i, actual[i], wanted[i], scale));
      }
    }
  }

  private static Tensor[] copies(Samples samples, Tensor[] tensors) {
    Tensor[] copies = new Tensor[tensors.length];
    for (int i = 0; i < copies.length; i++) {
      copies[i] = samples.like(tensors[i]);
    }
    return copies;
  }

  private static List<float[]> values(Tensor[] tensors) {
    List<float[]> values = new ArrayList<>();
    for (Tensor tensor : tensors) {
      values.add(tensor.toArray());
    }
    return values;
  }

  private static Tensor[] of(Tensor... tensors) {
    return tensors;
  }

  private Samples open(boolean strided, int threads, long seed) {
    actual = Kernels.create("onednn", Precision.F32, threads);
    return new Samples(seed, strided);
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
    Samples samples = open(strided, threads, m);
    for (int mode = 0; mode < 8; mode++) {
      boolean ta = (mode & 1) != 0;
      boolean tb = (mode & 2) != 0;
      int beta = mode >> 2;
      Tensor c = beta == 0 ? samples.empty(m, n) : samples.tensor(m, n);
      Tensor a = ta ? samples.tensor(k, m) : samples.tensor(m, k);
      Tensor b = tb ? samples.tensor(n, k) : samples.tensor(k, n);
      compare(
          "matmul " + ta + tb + beta,
          samples,
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
    Samples samples = open(strided, threads, rows + columns);
    Tensor x = samples.tensor(rows, columns, scale);
    Tensor z = samples.tensor(rows, columns, scale);
    Tensor y = samples.tensor(rows, columns, scale);
    Tensor empty = samples.empty(rows, columns);
    Tensor bias = samples.tensor(1, columns, scale);
    compare("copy", samples, of(empty), of(x), (k, out, in) -> k.copy(out[0], in[0]));
    compare("fill", samples, of(empty), of(), (k, out, in) -> k.fill(out[0], 3));
    compare("add", samples, of(y), of(x), (k, out, in) -> k.add(out[0], in[0], -0.3f));
    compare("scale", samples, of(y), of(), (k, out, in) -> k.scale(out[0], 1.7f));
    compare("bias", samples, of(y), of(bias), (k, out, in) -> k.addBias(out[0], in[0]));
    compare(
        "bias gradient",
        samples,
        of(bias),
        of(x),
        (k, out, in) -> k.addBiasBackward(out[0], in[0]));
    for (Activation activation : Activation.values()) {
      compare(
          activation.name(),
          samples,
          of(empty),
          of(x),
          (k, out, in) -> k.activate(out[0], in[0], activation));
      compare(
          activation + " gradient",
          samples,
          of(empty),
          of(y, x),
          (k, out, in) -> k.activateBackward(out[0], in[0], in[1], activation));
      compare(
          activation + " gradient in place",
          samples,
          of(y),
          of(x),
          (k, out, in) -> k.activateBackward(out[0], out[0], in[0], activation));
    }
    compare("swiglu", samples, of(empty), of(x, z), (k, out, in) -> k.swiglu(out[0], in[0], in[1]));
    compare(
        "swiglu gradient",
        samples,
        of(empty, empty),
        of(y, x, z),
        (k, out, in) -> k.swigluBackward(out[0], out[1], in[0], in[1], in[2]));
    compare(
        "swiglu gradient in place",
        samples,
        of(x, z),
        of(y),
        (k, out, in) -> k.swigluBackward(out[0], out[1], in[0], out[0], out[1]));
    double product = expected.dot(x, z);
    double size = Math.sqrt(expected.sumOfSquares(x) * expected.sumOfSquares(z));
    assertThat(Math.abs(actual.dot(x, z) - product)).isLessThanOrEqualTo(1e-12 * size);
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
    Samples samples = open(strided, threads, rows + columns);
    Tensor x = samples.tensor(rows, columns, scale);
    Tensor dy = samples.tensor(rows, columns);
    Tensor weight = samples.tensor(1, columns);
    Tensor bias = samples.tensor(1, columns);
    Tensor y = samples.empty(rows, columns);
    Tensor perRow = samples.empty(rows, 1);
    compare(
        "rms",
        samples,
        of(y, perRow),
        of(x, weight),
        (k, out, in) -> k.rmsNorm(out[0], out[1], in[0], in[1], 1e-6f));
    compare(
        "layer",
        samples,
        of(y, perRow, perRow),
        of(x, weight, bias),
        (k, out, in) -> k.layerNorm(out[0], out[1], out[2], in[0], in[1], in[2], 1e-5f));
    Tensor mean = samples.empty(rows, 1);
    Tensor inverse = samples.empty(rows, 1);
    expected.layerNorm(samples.empty(rows, columns), mean, inverse, x, weight, bias, 1e-5f);
    // A single column normalises to zero: its gradient is rounding alone.
    if (columns > 1) {
      compare(
          "layer gradient",
          samples,
          of(y, weight, bias),
          of(dy, mean, inverse, x, weight),
          (k, out, in) ->
              k.layerNormBackward(
                  out[0], false, out[1], out[2], in[0], in[1], in[2], in[3], in[4]));
      compare(
          "frozen layer gradient",
          samples,
          of(y),
          of(dy, mean, inverse, x, weight),
          (k, out, in) ->
              k.layerNormBackward(
                  out[0], false, null, null, in[0], in[1], in[2], in[3], in[4]));
      compare(
          "added layer gradient",
          samples,
          of(dy, weight, bias),
          of(dy, mean, inverse, x, weight),
          (k, out, in) ->
              k.layerNormBackward(
                  out[0], true, out[1], out[2], in[0], in[1], in[2], in[3], in[4]));
      expected.rmsNorm(samples.empty(rows, columns), inverse, x, weight, 1e-6f);
      compare(
          "rms gradient",
          samples,
          of(y, weight),
          of(dy, inverse, x, weight),
          (k, out, in) -> k.rmsNormBackward(out[0], false, out[1], in[0], in[1], in[2], in[3]));
      compare(
          "added rms gradient",
          samples,
          of(dy, weight),
          of(dy, inverse, x, weight),
          (k, out, in) ->
              k.rmsNormBackward(out[0], true, out[1], in[0], in[1], in[2], in[3]));
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
    Samples samples = open(strided, threads, rows + columns);
    Tensor x = samples.tensor(rows, columns, scale);
    compare("softmax", samples, of(x), of(), (k, out, in) -> k.softmax(out[0]));
    // Small scores: where one probability is nearly 1, the gradient is rounding alone.
    Tensor p = samples.tensor(rows, columns, Math.min(scale, 5));
    expected.softmax(p);
    Tensor dp = samples.tensor(rows, columns);
    compare(
        "softmax gradient",
        samples,
        of(dp),
        of(p),
        (k, out, in) -> k.softmaxBackward(out[0], out[0], in[0]));
    int[] targets = new int[rows];
    for (int i = 0; i < rows; i++) {
      targets[i] = samples.below(columns);
    }
    compare(
        "cross-entropy",
        samples,
        of(samples.empty(rows, 1)),
        of(x),
        (k, out, in) -> k.crossEntropy(out[0], null, in[0], targets, 1));
    compare(
        "cross-entropy gradient in place",
        samples,
        of(samples.empty(rows, 1), x),
        of(),
        (k, out, in) -> k.crossEntropy(out[0], out[1], out[1], targets, 0.01f));
  }

  @ParameterizedTest
  @CsvSource({"32, 4, false, 1", "40, 3, true, 1", "8, 2, true, 1", "128, 2, false, 3"})
  void movesRows(int headSize, int heads, boolean strided, int threads) {
    Samples samples = open(strided, threads, headSize);
    int rows = 50;
    Tensor x = samples.tensor(rows, heads * headSize);
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
    for (boolean inverse : new boolean[] {false, true}) {
      compare(
          "rotate",
          samples,
          of(x),
          of(cosine, sine),
          (k, out, in) -> k.rotate(out[0], in[0], in[1], positions, headSize, inverse));
    }
    Tensor table = samples.tensor(10, heads * headSize);
    Tensor y = samples.tensor(rows, heads * headSize);
    compare("gather", samples, of(y), of(table), (k, out, in) -> k.gather(out[0], in[0], picks));
    compare(
        "gather gradient",
        samples,
        of(table),
        of(x),
        (k, out, in) -> k.gatherBackward(out[0], in[0], picks));
    compare("scatter", samples, of(y), of(x), (k, out, in) -> k.scatter(out[0], in[0], distinct));
    compare(
        "patches",
        samples,
        of(samples.empty(3 * 16, 3 * 25)),
        of(samples.tensor(3, 3 * 400)),
        (k, out, in) -> k.patches(out[0], in[0], 20, 5));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 8, true, false, 1, 1",
    "4, 4, 32, true, true, 1, 1",
    "4, 2, 16, true, false, 3, 1",
    "6, 2, 20, false, true, 1, 1",
    "4, 1, 32, true, true, 2, 30",
    "2, 2, 64, false, false, 1, 0.01"
  })
  void attends(
      int heads,
      int keyHeads,
      int headSize,
      boolean causal,
      boolean strided,
      int threads,
      double scale) {
    Samples samples = open(strided, threads, heads);
    int[] queries = KernelsContractTest.boundaries(1, 60, 0, 17, 3, 70);
    int[] keys = KernelsContractTest.boundaries(1, 60, 4, 17, 90, 75);
    Segments segments = new Segments(queries, keys, heads, keyHeads, headSize, causal);
    int rows = queries[6];
    Tensor q = samples.tensor(rows, heads * headSize, scale);
    Tensor k = samples.tensor(keys[6], keyHeads * headSize);
    Tensor v = samples.tensor(keys[6], keyHeads * headSize);
    Tensor dout = samples.tensor(rows, heads * headSize);
    Tensor out = samples.empty(rows, heads * headSize);
    Tensor logSum = samples.empty(rows, heads);
    compare(
        "attention",
        samples,
        of(out, logSum),
        of(q, k, v),
        (kernels, o, in) -> kernels.attention(o[0], o[1], in[0], in[1], in[2], segments));
    expected.attention(out, logSum, q, k, v, segments);
    compare(
        "attention gradient",
        samples,
        of(samples.empty(rows, heads * headSize), samples.like(k), samples.like(v)),
        of(dout, out, logSum, q, k, v),
        (kernels, o, in) ->
            kernels.attentionBackward(
                o[0], o[1], o[2], in[0], in[1], in[2], in[3], in[4], in[5], segments));
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void attendsInSeveralBlocks(boolean causal) {
    Samples samples = open(false, 1, 5);
    int rows = 400;
    Segments segments = Segments.self(new int[] {0, rows}, 2, 1, 8, causal);
    Tensor q = samples.tensor(rows, 16);
    Tensor k = samples.tensor(rows, 8);
    Tensor out = samples.empty(rows, 16);
    Tensor logSum = samples.empty(rows, 2);
    expected.attention(out, logSum, q, k, k, segments);
    compare(
        "attention",
        samples,
        of(samples.empty(rows, 16), samples.empty(rows, 2)),
        of(q, k),
        (kernels, o, in) -> kernels.attention(o[0], o[1], in[0], in[1], in[1], segments));
    compare(
        "attention gradient",
        samples,
        of(samples.empty(rows, 16), samples.empty(rows, 8), samples.empty(rows, 8)),
        of(q, out, logSum, k),
        (kernels, o, in) ->
            kernels.attentionBackward(
                o[0], o[1], o[2], in[0], in[1], in[2], in[0], in[3], in[3], segments));
  }
}
