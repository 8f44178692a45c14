package parrot.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static parrot.model.kernel.Agreement.of;

import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.model.kernel.Agreement;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.kernel.Samples;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/** Products of a few rows with bfloat16 weights, as {@link Kernels#matmul} chooses them. */
class RowProductsTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1, false, 1",
    "64, 15, true, 1",
    "65, 16, false, 3",
    "63, 17, true, 1",
    "130, 64, false, 1",
    "130, 129, true, 3",
    "7, 1023, false, 1",
    "700, 333, true, 3"
  })
  void multipliesFromOneRowUpToTheMost(int n, int k, boolean strided, int threads) {
    try (Agreement agreement =
        new Agreement(Kernels.create("onednn", Precision.F32, threads), strided, n + k)) {
      Samples samples = agreement.samples;
      for (int rows = 1; rows <= RowProducts.MOST_ROWS; rows++) {
        Tensor a = samples.tensor(ElementType.BF16, rows, k, 1);
        Tensor b = samples.tensor(ElementType.BF16, n, k, 1);
        for (ElementType result : ElementType.values()) {
          for (int beta = 0; beta < 2; beta++) {
            float factor = beta;
            Tensor start = beta == 0 ? samples.empty(rows, n) : samples.tensor(rows, n);
            agreement.check(
                "product of " + rows + " rows, beta " + beta,
                of(samples.as(result, start)),
                of(a, b),
                (kernels, out, in) -> kernels.matmul(out[0], in[0], false, in[1], true, factor));
          }
        }
      }
    }
  }

  /** Decoding token by token and all at once must agree, so the two ways of computing must. */
  @Test
  void isContinuedByTheBlockedProduct() {
    assumeTrue(OneDnn.gainsFromBf16(), "this processor computes in float32");
    Samples samples = new Samples(8, false);
    int rows = RowProducts.MOST_ROWS + 1;
    Tensor a = samples.tensor(ElementType.BF16, rows, 259, 1);
    Tensor b = samples.tensor(ElementType.BF16, 131, 259, 1);
    Tensor all = samples.empty(rows, 131);
    Tensor few = samples.empty(rows, 131);
    try (Kernels kernels = Kernels.create("onednn", Precision.BF16, 1)) {
      kernels.matmul(all, a, false, b, true, 0);
      for (int row = 0; row < rows; row++) {
        kernels.matmul(few.rows(row, row + 1), a.rows(row, row + 1), false, b, true, 0);
      }
    }
    Agreement.assertClose("product by rows", few, all, Agreement.FLOAT);
  }

  /**
   * A head of 152,000 tokens and width 8192 is one. Pages that nothing writes to take no memory.
   */
  @Test
  void meetsWeightsBeyondWhatABufferHolds() {
    int outputs = (1 << 20) + 40;
    int width = 1024;
    try (BytePointer memory = new BytePointer(2L * outputs * width);
        Kernels kernels = Kernels.create("onednn", Precision.BF16, 2)) {
      Tensor weights = Tensor.view(ElementType.BF16, memory.address(), outputs, width, memory);
      assertThat(weights.hasBuffer()).isFalse();
      for (int column = 0; column < width; column++) {
        weights.set(0, column, column == 3 ? 5 : 0);
        weights.set(outputs - 1, column, column == 3 ? 2.5f : 0);
      }
      Tensor inputs = Tensor.allocate(ElementType.BF16, 3, width);
      for (int row = 0; row < inputs.rows(); row++) {
        inputs.set(row, 3, row + 1);
      }
      Tensor products = Tensor.allocate(inputs.rows(), outputs);
      kernels.matmul(products, inputs, false, weights, true, 0);
      for (int row = 0; row < inputs.rows(); row++) {
        assertThat(products.get(row, 0)).isEqualTo(5f * (row + 1));
        assertThat(products.get(row, outputs - 1)).isEqualTo(2.5f * (row + 1));
      }
    }
  }

  @Test
  void aProductOverNothingIsZero() {
    Tensor c = Tensor.of(1, 2, 7, 8);
    Tensor a = Tensor.allocate(ElementType.BF16, 1, 0);
    Tensor b = Tensor.allocate(ElementType.BF16, 2, 0);
    try (Kernels kernels = Kernels.create("onednn", Precision.F32, 1)) {
      kernels.matmul(c, a, false, b, true, 1);
      assertThat(c.toArray()).containsExactly(7, 8);
      kernels.matmul(c, a, false, b, true, 0);
      assertThat(c.toArray()).containsExactly(0, 0);
    }
  }
}
