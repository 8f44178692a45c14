package parrot.model.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static parrot.model.kernel.Agreement.of;
import static parrot.model.kernel.Samples.boundaries;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/** Attention by blocks against its definition, forward and backward. */
public class AttentionAgreementTest {
  /**
   * Of attention in bfloat16: every weight of a sum is rounded to 8 bits, which moves the sum by
   * half a unit at most, relative to its terms. Terms of both signs leave sums smaller than
   * themselves.
   */
  private static final double ROUNDED_WEIGHTS = Agreement.UNIT;

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
    if (agreement != null) {
      agreement.close();
    }
  }

  private void open(ElementType type, boolean strided, int threads, long seed) {
    assumeTrue(type == ElementType.F32 || multipliesBf16(), "this processor computes in float32");
    agreement = new Agreement(actual(threads), strided, seed);
    samples = agreement.samples;
  }

  private static double tolerance(ElementType type) {
    return type == ElementType.F32 ? Agreement.FLOAT : ROUNDED_WEIGHTS;
  }

  private void checkForward(Tensor q, Tensor k, Tensor v, Segments segments) {
    Tensor out = samples.empty(q.type(), q.rows(), q.columns());
    Tensor logSum = samples.empty(q.rows(), segments.heads());
    agreement.check(
        "attention",
        tolerance(q.type()),
        of(out),
        of(q, k, v),
        (kernels, o, in) ->
            kernels.attention(o[0], samples.like(logSum), in[0], in[1], in[2], segments));
    agreement.check(
        "sums of attention",
        of(logSum),
        of(q, k, v),
        (kernels, o, in) ->
            kernels.attention(samples.like(out), o[0], in[0], in[1], in[2], segments));
  }

  private void check(Tensor q, Tensor k, Tensor v, Segments segments) {
    checkForward(q, k, v, segments);
    ElementType type = q.type();
    Tensor out = samples.empty(type, q.rows(), q.columns());
    Tensor logSum = samples.empty(q.rows(), segments.heads());
    agreement.expected.attention(out, logSum, q, k, v, segments);
    Tensor dout = samples.tensor(type, q.rows(), q.columns(), 1);
    agreement.check(
        "attention gradient",
        tolerance(type),
        of(
            samples.empty(type, q.rows(), q.columns()),
            samples.empty(type, k.rows(), k.columns()),
            samples.empty(type, v.rows(), v.columns())),
        of(dout, out, logSum, q, k, v),
        (kernels, o, in) ->
            kernels.attentionBackward(
                o[0], o[1], o[2], in[0], in[1], in[2], in[3], in[4], in[5], segments));
  }

  /** One token, one segment among many, a segment without queries, more keys than queries. */
  @ParameterizedTest
  @CsvSource({
    "F32, 1, 1, 8, true, false, 1, 1",
    "F32, 4, 4, 32, true, true, 1, 1",
    "F32, 4, 2, 16, true, false, 3, 1",
    "F32, 6, 2, 20, false, true, 1, 1",
    "F32, 4, 1, 32, true, true, 2, 30",
    "F32, 2, 2, 64, false, false, 1, 0.01",
    "BF16, 1, 1, 8, true, false, 1, 1",
    "BF16, 4, 4, 32, true, true, 1, 1",
    "BF16, 4, 2, 16, true, false, 3, 1",
    "BF16, 6, 2, 20, false, true, 1, 1",
    "BF16, 4, 1, 32, true, true, 2, 30",
    "BF16, 2, 2, 64, false, false, 1, 0.01"
  })
  void attends(
      ElementType type,
      int heads,
      int keyHeads,
      int headSize,
      boolean causal,
      boolean strided,
      int threads,
      double scale) {
    open(type, strided, threads, heads);
    int[] queries = boundaries(1, 60, 0, 17, 3, 70);
    int[] keys = boundaries(1, 60, 4, 17, 90, 75);
    Segments segments = new Segments(queries, keys, heads, keyHeads, headSize, causal);
    check(
        samples.tensor(type, queries[6], heads * headSize, scale),
        samples.tensor(type, keys[6], keyHeads * headSize, 1),
        samples.tensor(type, keys[6], keyHeads * headSize, 1),
        segments);
  }

  @ParameterizedTest
  @CsvSource({"F32, true", "F32, false", "BF16, true", "BF16, false"})
  void attendsInSeveralBlocks(ElementType type, boolean causal) {
    open(type, false, 1, 5);
    int rows = 400;
    check(
        samples.tensor(type, rows, 16, 1),
        samples.tensor(type, rows, 8, 1),
        samples.tensor(type, rows, 8, 1),
        Segments.self(new int[] {0, rows}, 2, 1, 8, causal));
  }

  /** Only some rows of a segment ask, each seeing the keys up to its own position. */
  @ParameterizedTest
  @EnumSource(ElementType.class)
  void attendsFromSomeRowsOnly(ElementType type) {
    open(type, true, 2, 6);
    int[] queries = boundaries(3, 0, 1, 340);
    int[] keys = boundaries(40, 9, 1, 400);
    int[] seen = new int[queries[4]];
    seen[0] = 1;
    seen[1] = 17;
    seen[2] = 39; // the last key is nobody's
    seen[3] = 1;
    for (int i = queries[3]; i < queries[4]; i++) {
      seen[i] = 61 + i - queries[3];
    }
    check(
        samples.tensor(type, queries[4], 4 * 20, 1),
        samples.tensor(type, keys[4], 2 * 20, 1),
        samples.tensor(type, keys[4], 2 * 20, 1),
        new Segments(queries, keys, 4, 2, 20, true, seen));
  }

  /**
   * Scores of thousands: one key takes all, and no exponential overflows. The gradient of such a
   * choice is rounding alone.
   */
  @ParameterizedTest
  @EnumSource(ElementType.class)
  void attendsToOneKeyAloneWhereScoresAreFarApart(ElementType type) {
    open(type, false, 1, 7);
    int rows = 37;
    int size = 16;
    Tensor q = Tensor.allocate(type, rows, size);
    Tensor k = Tensor.allocate(type, rows, size);
    for (int row = 0; row < rows; row++) {
      q.set(row, 0, 512);
      k.set(row, 0, row * 7 % rows); // distances of 512 / 4
    }
    Segments segments = Segments.self(new int[] {0, rows}, 1, 1, size, true);
    checkForward(q, k, samples.tensor(type, rows, size, 1), segments);
  }
}
