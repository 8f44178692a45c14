package parrot.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Master;
import parrot.model.tensor.Tensor;

/** What every implementation owes, beyond the numbers of {@link Agreement}. */
public abstract class KernelsContractTest {
  private Kernels kernels;

  public abstract Kernels create();

  /** Whether these kernels multiply bfloat16 here. */
  protected boolean multipliesBf16() {
    return KernelProvider.named("onednn").gainsFromBf16();
  }

  @BeforeEach
  public void open() {
    kernels = create();
  }

  @AfterEach
  public void close() {
    kernels.close();
  }

  @Test
  public void multipliesByHand() {
    Tensor a = Tensor.of(2, 3, 1, 2, 3, 4, 5, 6);
    Tensor b = Tensor.of(3, 2, 1, 0, 0, 1, 1, 1);
    Tensor c = Tensor.of(2, 2, Float.NaN, Float.NaN, Float.NaN, Float.NaN);
    kernels.matmul(c, a, false, b, false, 0);
    assertThat(c.toArray()).containsExactly(4, 5, 10, 11);
    kernels.matmul(c, a, false, b, false, 1);
    assertThat(c.toArray()).containsExactly(8, 10, 20, 22);
  }

  @Test
  public void dropsTheShareThatIsAskedForAndScalesTheRest() {
    Tensor x = Tensor.allocate(50, 401);
    kernels.fill(x, 3);
    Tensor y = Tensor.allocate(50, 401);
    kernels.drop(y, x, 0.25, 5);
    float[] values = y.toArray();
    long dropped = 0;
    for (int i = 0; i < values.length; i++) {
      boolean drops = DropMask.of(5, 0.25).drops(i);
      assertThat(values[i]).isEqualTo(drops ? 0f : 4f);
      dropped += drops ? 1 : 0;
    }
    assertThat(dropped / (double) values.length).isCloseTo(0.25, within(0.01));
    Tensor other = Tensor.allocate(50, 401);
    kernels.drop(other, x, 0.25, 6);
    assertThat(other.toArray()).isNotEqualTo(values);
    kernels.drop(x, x, 0, 5);
    assertThat(x.toArray()).containsOnly(3);
    assertThatThrownBy(() -> kernels.drop(y, x, 1, 5))
        .hasMessage("Cannot drop: share 1.0 (must be from 0 to below 1)");
  }

  @Test
  public void aProductOverNothingIsZero() {
    Tensor c = Tensor.of(1, 2, 7, 8);
    kernels.matmul(c, Tensor.allocate(1, 0), false, Tensor.allocate(0, 2), false, 1);
    assertThat(c.toArray()).containsExactly(7, 8);
    kernels.matmul(c, Tensor.allocate(1, 0), false, Tensor.allocate(0, 2), false, 0);
    assertThat(c.toArray()).containsExactly(0, 0);
  }

  @Test
  public void noRowsAreNoWork() {
    Tensor none = Tensor.allocate(0, 6);
    Tensor column = Tensor.allocate(0, 1);
    Tensor weight = Tensor.of(1, 6, 1, 1, 1, 1, 1, 1);
    kernels.matmul(none, Tensor.allocate(0, 6), false, Tensor.allocate(6, 6), false, 0);
    kernels.rmsNorm(none, column, none, weight, 1e-6f);
    kernels.activate(none, none, Activation.GELU);
    kernels.crossEntropy(column, none, none, new int[0], 1);
    kernels.addBiasBackward(weight, none);
    kernels.gather(none, weight, new int[0]);
    assertThat(kernels.sumOfSquares(none)).isZero();
    assertThat(weight.toArray()).containsOnly(1);
  }

  @Test
  public void findsTheLargestOfEachRowOnceTheBiasIsAdded() {
    Tensor x = Tensor.of(3, 4, 1, 4, 3, 2, 5, 5, 5, 5, 0, Float.NaN, 1, 2);
    assertThat(kernels.largest(x, new double[4], 2))
        .isDeepEqualTo(new int[][] {{1, 2}, {0, 1}, {1, 3}});
    assertThat(kernels.largest(x, new double[] {9, 0, -9, 1e-9}, 1))
        .isDeepEqualTo(new int[][] {{0}, {0}, {1}});
    assertThat(kernels.largest(x, new double[4], 4))
        .isDeepEqualTo(new int[][] {{0, 1, 2, 3}, {0, 1, 2, 3}, {0, 1, 2, 3}});
    assertThat(kernels.largest(x.columns(1, 3), new double[2], 1))
        .isDeepEqualTo(new int[][] {{0}, {0}, {0}});
    assertThatThrownBy(() -> kernels.largest(x, new double[3], 2))
        .hasMessage("Cannot find the 2 largest of each row: 3 x 4 with 3 biases");
    assertThatThrownBy(() -> kernels.largest(x, new double[4], 5))
        .hasMessage("Cannot find the 5 largest of each row: 3 x 4 with 4 biases");
  }

  @Test
  public void negativeRowsAreSkipped() {
    Tensor table = Tensor.of(3, 2, 1, 2, 3, 4, 5, 6);
    Tensor y = Tensor.of(3, 2, 9, 9, 9, 9, 9, 9);
    int[] rows = {2, -200, 0};
    kernels.gather(y, table, rows);
    assertThat(y.toArray()).containsExactly(5, 6, 9, 9, 1, 2);
    kernels.scatter(table, Tensor.of(3, 2, 7, 7, 8, 8, 9, 9), rows);
    assertThat(table.toArray()).containsExactly(9, 9, 3, 4, 7, 7);
  }

  @Test
  public void gradientsOfEqualRowsAddUp() {
    Tensor dtable = Tensor.of(2, 2, 1, 1, 1, 1);
    kernels.gatherBackward(dtable, Tensor.of(3, 2, 1, 2, 3, 4, 5, 6), new int[] {1, -1, 1});
    assertThat(dtable.toArray()).containsExactly(1, 1, 7, 9);
  }

  @Test
  public void cutsPatchesChannelFirst() {
    Tensor pixels = Tensor.allocate(2, 3 * 16);
    for (int image = 0; image < 2; image++) {
      for (int j = 0; j < 48; j++) {
        pixels.set(image, j, 100 * image + j);
      }
    }
    Tensor patches = Tensor.allocate(8, 12);
    kernels.patches(patches, pixels, 4, 2);
    assertThat(patches.rows(1, 2).toArray())
        .containsExactly(2, 3, 6, 7, 18, 19, 22, 23, 34, 35, 38, 39);
    assertThat(patches.rows(6, 7).toArray())
        .containsExactly(108, 109, 112, 113, 124, 125, 128, 129, 140, 141, 144, 145);
  }

  @Test
  public void rotatesBackToWhereItWas() {
    Samples samples = new Samples(1, false);
    Tensor x = samples.tensor(5, 3 * 40);
    Tensor angles = samples.tensor(9, 20, 3);
    Tensor cosine = Samples.map(angles, Math::cos);
    Tensor sine = Samples.map(angles, Math::sin);
    int[] positions = {0, 8, 3, 3, 1};
    float[] before = x.toArray();
    kernels.rotate(x, cosine, sine, positions, 40, false);
    assertThat(x.toArray()).isNotEqualTo(before);
    kernels.rotate(x, cosine, sine, positions, 40, true);
    assertThat(x.toArray()).containsExactly(before, within(1e-6f));
  }

  @Test
  public void aQuarterTurnMovesTheSecondHalfToTheFirst() {
    Tensor x = Tensor.of(1, 4, 1, 2, 3, 4);
    kernels.rotate(x, Tensor.of(1, 2, 0, 0), Tensor.of(1, 2, 1, 1), new int[] {0}, 4, false);
    assertThat(x.toArray()).containsExactly(-3, -4, 1, 2);
  }

  @Test
  public void largeLogitsStayFinite() {
    Tensor x = Tensor.of(2, 3, 1e4f, 1e4f, -1e4f, -3e38f, -3e38f, -3e38f);
    kernels.softmax(x);
    assertThat(x.toArray())
        .containsExactly(new float[] {0.5f, 0.5f, 0, 1 / 3f, 1 / 3f, 1 / 3f}, within(1e-6f));
  }

  @Test
  public void crossEntropyLeavesLogitsAloneUnlessAskedForGradients() {
    Tensor logits = Tensor.of(2, 3, 0, 0, 0, 5, -5, 1);
    Tensor losses = Tensor.allocate(2, 1);
    kernels.crossEntropy(losses, null, logits, new int[] {1, 0}, 1);
    assertThat(logits.toArray()).containsExactly(0, 0, 0, 5, -5, 1);
    assertThat(losses.get(0, 0)).isCloseTo((float) Math.log(3), within(1e-6f));
    kernels.crossEntropy(losses, logits, logits, new int[] {1, 0}, 0.5f);
    assertThat(logits.rows(0, 1).toArray())
        .containsExactly(new float[] {1 / 6f, -1 / 3f, 1 / 6f}, within(1e-6f));
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  public void activationsSurviveExtremes(Activation activation) {
    int columns = 37;
    for (ElementType type : ElementType.values()) {
      Tensor x = Tensor.allocate(type, 1, columns);
      for (int j = 0; j < columns; j++) {
        x.set(0, j, j % 2 == 0 ? 1e30f : -1e30f);
      }
      Tensor y = Tensor.allocate(type, 1, columns);
      kernels.activate(y, x, activation);
      for (int j = 0; j < columns; j++) {
        assertThat(y.get(0, j)).isEqualTo(j % 2 == 0 ? x.get(0, 0) : -0.0f);
      }
    }
  }

  /** One bad number must never turn into a good one. */
  @ParameterizedTest
  @CsvSource({
    "F32, 0",
    "F32, 15",
    "F32, 16",
    "F32, 36",
    "BF16, 0",
    "BF16, 15",
    "BF16, 16",
    "BF16, 36"
  })
  public void notANumberStaysVisible(ElementType type, int column) {
    Samples samples = new Samples(2, false);
    Function<Integer, Tensor> bad =
        rows -> {
          Tensor x = samples.tensor(type, rows, 37, 1);
          x.set(rows - 1, column, Float.NaN);
          return x;
        };
    Tensor weight = samples.tensor(1, 37);
    Tensor y = samples.tensor(type, 2, 37, 1);
    Tensor perRow = samples.empty(2, 1);
    kernels.add(y, bad.apply(2), 0);
    assertThat(y.get(1, column)).isNaN();
    kernels.scale(y, 0);
    assertThat(y.get(1, column)).isNaN();
    Tensor sums = samples.tensor(1, 37);
    kernels.addBiasBackward(sums, y);
    assertThat(sums.get(0, column)).isNaN();
    for (Activation activation : Activation.values()) {
      kernels.activate(y, bad.apply(2), activation);
      assertThat(y.get(1, column)).isNaN();
    }
    kernels.swiglu(y, samples.tensor(2, 37), bad.apply(2));
    assertThat(y.get(1, column)).isNaN();
    kernels.rmsNorm(y, perRow, bad.apply(2), weight, 1e-6f);
    assertThat(y.get(1, 5)).isNaN();
    assertThat(y.get(0, 5)).isNotNaN();
    kernels.layerNorm(y, samples.empty(2, 1), perRow, bad.apply(2), weight, weight, 1e-6f);
    assertThat(y.get(1, 5)).isNaN();
    assertThat(kernels.sumOfSquares(bad.apply(3))).isNaN();
    Tensor slopes = samples.empty(type, 2, 37);
    Tensor logits = samples.as(ElementType.F32, bad.apply(2));
    kernels.crossEntropy(perRow, slopes, logits, new int[] {3, 3}, 1);
    assertThat(perRow.get(1, 0)).isNaN();
    assertThat(perRow.get(0, 0)).isNotNaN();
    assertThat(slopes.get(1, 30)).isNaN();
    assertThat(slopes.get(0, 30)).isNotNaN();
    Tensor row = samples.as(ElementType.F32, bad.apply(1));
    kernels.softmax(row);
    assertThat(row.get(0, 30)).isNaN();
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  public void notANumberStaysVisibleThroughProductsAndAttention(ElementType type) {
    assumeTrue(type == ElementType.F32 || multipliesBf16(), "this processor computes in float32");
    Samples samples = new Samples(3, false);
    Tensor bad = samples.tensor(type, 6, 37, 1);
    bad.set(5, 36, Float.NaN);
    Tensor b = samples.tensor(type, 4, 37, 1);
    Tensor c = samples.empty(6, 4);
    for (Tensor a : List.of(bad, bad.rows(4, 6))) { // many rows, and few
      Tensor product = c.rows(0, a.rows());
      kernels.matmul(product, a, false, b, true, 0);
      assertThat(product.get(a.rows() - 1, 2)).isNaN();
      assertThat(product.get(0, 2)).isNotNaN();
    }
    Segments segments = Segments.self(new int[] {0, 3, 6}, 1, 1, 37, true);
    Tensor good = samples.tensor(type, 6, 37, 1);
    for (int place = 0; place < 3; place++) {
      Tensor q = place == 0 ? bad : good;
      Tensor k = place == 1 ? bad : good;
      Tensor v = place == 2 ? bad : good;
      Tensor out = samples.empty(type, 6, 37);
      Tensor logSum = samples.empty(6, 1);
      kernels.attention(out, logSum, q, k, v, segments);
      assertThat(out.get(5, 36)).isNaN();
      assertThat(out.rows(0, 3).toArray()).doesNotContain(Float.NaN);
      Tensor dq = samples.empty(type, 6, 37);
      Tensor dk = samples.empty(type, 6, 37);
      Tensor dv = samples.empty(type, 6, 37);
      kernels.attentionBackward(dq, dk, dv, good, out, logSum, q, k, v, segments);
      assertThat(dq.get(5, 0)).isNaN();
      assertThat(dk.get(5, 0)).isNaN();
      assertThat(dq.rows(0, 3).toArray()).doesNotContain(Float.NaN);
      assertThat(dk.rows(0, 3).toArray()).doesNotContain(Float.NaN);
      assertThat(dv.rows(0, 3).toArray()).doesNotContain(Float.NaN);
    }
  }

  @Test
  public void sumsOfSquaresAreDoublePrecise() {
    Tensor x = Tensor.allocate(1, 100_001);
    kernels.fill(x, 0.1f);
    x.set(0, 0, 1e4f);
    double expected = 1e8 + 100_000 * ((double) 0.1f * 0.1f);
    assertThat(kernels.sumOfSquares(x)).isCloseTo(expected, within(1e-3));
    assertThat(kernels.dot(x, x)).isCloseTo(expected, within(1e-3));
  }

  @Test
  public void attentionToASingleKeyIsItsValue() {
    Samples samples = new Samples(3, false);
    Tensor v = samples.tensor(3, 6);
    Tensor out = samples.empty(3, 6);
    Segments segments = Segments.self(new int[] {0, 1, 2, 3}, 2, 2, 3, true);
    kernels.attention(
        out, samples.empty(3, 2), samples.tensor(3, 6), samples.tensor(3, 6), v, segments);
    assertThat(out.toArray()).containsExactly(v.toArray(), within(1e-6f));
  }

  @Test
  public void keysThatNobodyQueriesHaveNoGradient() {
    Samples samples = new Samples(4, false);
    Segments segments = new Segments(new int[] {0, 0, 2}, new int[] {0, 3, 5}, 1, 1, 4, false);
    Tensor q = samples.tensor(2, 4);
    Tensor k = samples.tensor(5, 4);
    Tensor dk = samples.empty(5, 4);
    Tensor dv = samples.empty(5, 4);
    Tensor out = samples.empty(2, 4);
    Tensor logSum = samples.empty(2, 1);
    kernels.attention(out, logSum, q, k, k, segments);
    kernels.attentionBackward(samples.empty(2, 4), dk, dv, q, out, logSum, q, k, k, segments);
    assertThat(dk.rows(0, 3).toArray()).containsOnly(0);
    assertThat(dv.rows(0, 3).toArray()).containsOnly(0);
    assertThat(dv.rows(3, 5).toArray()).doesNotContain(0);
  }

  @Test
  public void refusesShapesThatDoNotFitBeforeWriting() {
    Tensor two = Tensor.of(1, 2, 1, 2);
    Tensor three = Tensor.of(1, 3, 1, 2, 3);
    Tensor one = Tensor.of(1, 1, 9);
    assertThatThrownBy(() -> kernels.add(two, three, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot add: got 1 x 3, expected 1 x 2");
    assertThatThrownBy(() -> kernels.matmul(two, two, false, three, true, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot multiply: c is 1 x 2, a 1 x 2, b 1 x 3 transposed");
    assertThatThrownBy(() -> kernels.matmul(one, two, false, two, true, 0.5f))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid beta: 0.5 (must be 0 or 1)");
    assertThatThrownBy(() -> kernels.rmsNorm(two, one, two, three, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot normalise: got 1 x 3, expected 1 x 2");
    assertThatThrownBy(() -> kernels.gather(two, two, new int[] {1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot gather: row 1 of 1 x 2");
    assertThatThrownBy(() -> kernels.crossEntropy(one, null, three, new int[] {3}, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot compute cross-entropy: target 3 for 1 x 3");
    assertThatThrownBy(() -> kernels.rotate(two, one, one, new int[] {1}, 2, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot rotate: position 1 (must be below 1)");
    assertThatThrownBy(() -> kernels.patches(two, three, 1, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot cut patches: size 1 (must be at least 2)");
    assertThat(two.toArray()).containsExactly(1, 2);
    assertThat(one.toArray()).containsExactly(9);
  }

  @Test
  public void refusesAQueryThatSeesNoKey() {
    Tensor q = Tensor.allocate(3, 2);
    Tensor k = Tensor.allocate(2, 2);
    Tensor out = Tensor.of(3, 2, 1, 1, 1, 1, 1, 1);
    Segments segments = new Segments(new int[] {0, 3}, new int[] {0, 2}, 1, 1, 2, true);
    assertThatThrownBy(() -> kernels.attention(out, Tensor.allocate(3, 1), q, k, k, segments))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot attend: segment 0 has 3 queries and 2 keys, every query must see a key");
    assertThat(out.toArray()).containsOnly(1);
  }

  /** As many as queries, ascending in each segment, at least one and no more than there are. */
  @Test
  public void refusesNumbersOfSeenKeysThatDoNotFit() {
    Tensor q = Tensor.allocate(4, 2);
    Tensor k = Tensor.allocate(5, 2);
    Tensor out = Tensor.of(4, 2, 1, 1, 1, 1, 1, 1, 1, 1);
    Function<int[], Throwable> attending =
        seen ->
            catchThrowable(
                () ->
                    kernels.attention(
                        out,
                        Tensor.allocate(4, 1),
                        q,
                        k,
                        k,
                        new Segments(
                            new int[] {0, 2, 4}, new int[] {0, 2, 5}, 1, 1, 2, true, seen)));
    assertThat(attending.apply(new int[] {1, 2, 1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot attend: got 3 numbers of seen keys, expected one for each of 4 queries");
    String first = "Cannot attend: segment 0 has 2 queries and 2 keys, every query must see a key";
    String second = "Cannot attend: segment 1 has 2 queries and 3 keys, every query must see a key";
    assertThat(attending.apply(new int[] {0, 2, 1, 1})).hasMessage(first);
    assertThat(attending.apply(new int[] {2, 1, 1, 1})).hasMessage(first);
    assertThat(attending.apply(new int[] {1, 3, 1, 1})).hasMessage(first);
    assertThat(attending.apply(new int[] {2, 2, 2, 4})).hasMessage(second);
    assertThat(out.toArray()).containsOnly(1);
    assertThat(attending.apply(new int[] {2, 2, 1, 3})).isNull();
  }

  @Test
  public void refusesTypesThatDoNotFitBeforeWriting() {
    Tensor x = Tensor.of(2, 4, 1, 1, 1, 1, 1, 1, 1, 1);
    Tensor row = Tensor.of(1, 4, 1, 1, 1, 1);
    Tensor column = Tensor.of(2, 1, 1, 1);
    Tensor bx = Tensor.allocate(ElementType.BF16, 2, 4);
    Tensor brow = Tensor.allocate(ElementType.BF16, 1, 4);
    Tensor bcolumn = Tensor.allocate(ElementType.BF16, 2, 1);
    Tensor bcosine = Tensor.allocate(ElementType.BF16, 1, 2);
    Tensor cosine = Tensor.of(1, 2, 1, 1);
    int[] none = {0, 0};
    Segments self = Segments.self(new int[] {0, 2}, 1, 1, 4, true);
    AdamWStep step = new AdamWStep(1, 0.9, 0.9, 1, 0, 1, 1);
    String needsFloat = "Cannot %s: got Tensor[bf16 %s] (expected float32)";
    String needsOne = "Cannot %s: got Tensor[%s] and Tensor[%s] (expected one type)";
    Map<String, ThrowingCallable> refused =
        Map.ofEntries(
            entry(
                needsOne.formatted("multiply", "2 x 4", "bf16 2 x 4"),
                () -> kernels.matmul(Tensor.of(2, 2, 1, 1, 1, 1), x, false, bx, true, 0)),
            entry(
                needsFloat.formatted("multiply", "2 x 2"),
                () ->
                    kernels.matmul(Tensor.allocate(ElementType.BF16, 2, 2), x, false, x, true, 0)),
            entry(needsFloat.formatted("add a bias", "1 x 4"), () -> kernels.addBias(x, brow)),
            entry(
                needsFloat.formatted("gather", "2 x 4"), () -> kernels.gatherBackward(x, bx, none)),
            entry(
                needsFloat.formatted("normalise", "1 x 4"),
                () -> kernels.rmsNorm(x, column, x, brow, 1)),
            entry(
                needsFloat.formatted("normalise", "2 x 1"),
                () -> kernels.layerNorm(x, column, bcolumn, x, row, row, 1)),
            entry(
                needsFloat.formatted("normalise", "2 x 4"),
                () -> kernels.rmsNormBackward(x, true, row, bx, column, x, row)),
            entry(
                needsFloat.formatted("rotate", "1 x 2"),
                () -> kernels.rotate(x, cosine, bcosine, none, 4, false)),
            entry(
                needsOne.formatted("attend", "2 x 4", "bf16 2 x 4"),
                () -> kernels.attention(bx, column, x, x, x, self)),
            entry(
                needsOne.formatted("attend", "bf16 2 x 4", "2 x 4"),
                () -> kernels.attentionBackward(x, bx, bx, bx, bx, column, bx, bx, bx, self)),
            entry(
                needsFloat.formatted("attend", "2 x 1"),
                () -> kernels.attention(x, bcolumn, x, x, x, self)),
            entry(needsFloat.formatted("apply softmax", "2 x 4"), () -> kernels.softmax(bx)),
            entry(
                needsFloat.formatted("compute cross-entropy", "2 x 4"),
                () -> kernels.crossEntropy(column, x, bx, none, 1)),
            entry(
                "Cannot update: got Tensor[1 x 4] (expected bfloat16)",
                () -> kernels.adamW(Master.copied(row, row), row, row, row, step)),
            entry(
                needsFloat.formatted("update", "1 x 4"),
                () -> kernels.adamW(Master.copied(row, brow), row, brow, row, step)),
            entry(
                "Cannot update: got 1 x 2, expected 1 x 4",
                () -> kernels.adamW(Master.copied(row, bcosine), row, row, row, step)),
            entry(
                needsFloat.formatted("cut patches", "1 x 12"),
                () ->
                    kernels.patches(
                        Tensor.allocate(1, 12), Tensor.allocate(ElementType.BF16, 1, 12), 2, 2)),
            entry(
                "Cannot scale: got 2 x 1, expected one for each block of 3 x 4",
                () -> kernels.scaleBlocks(Tensor.allocate(3, 4), Tensor.allocate(3, 4), column)));
    refused.forEach(
        (message, operation) ->
            assertThatThrownBy(operation)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message));
    assertThat(x.toArray()).containsOnly(1);
    assertThat(row.toArray()).containsOnly(1);
    assertThat(column.toArray()).containsOnly(1);
    assertThat(bx.toArray()).containsOnly(0);
  }
}
