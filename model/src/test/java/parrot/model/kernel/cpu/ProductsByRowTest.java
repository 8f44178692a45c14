package parrot.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.kernel.Samples;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/** What {@link Kernels#byRow} promises: no bit of a row depends on the rows beside it. */
class ProductsByRowTest {
  private static final int ROWS = 11;

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "5, 33, 1",
    "64, 16, 1",
    "130, 129, 2",
    "700, 333, 1",
    "2001, 896, 2",
    "896, 4864, 2"
  })
  void everyRowIsWhatItIsAlone(int outputs, int inputs, int threads) {
    for (ElementType type : ElementType.values()) {
      assumeTrue(type == ElementType.F32 || OneDnn.gainsFromBf16(), "no bfloat16 here");
      Samples samples = new Samples(outputs + inputs, false);
      Tensor x = samples.tensor(type, ROWS, inputs, 1);
      Tensor weight = samples.tensor(type, outputs, inputs, 1);
      Tensor bias = samples.tensor(1, outputs);
      Tensor start = samples.tensor(ROWS, outputs);
      try (Kernels kernels = Kernels.create("onednn", Precision.BF16, threads)) {
        for (int rows : new int[] {1, 2, 4, 7, 8, ROWS}) {
          Tensor together = Tensor.of(ROWS, outputs, start.toArray()).rows(0, rows);
          kernels.byRow().linear(together, x.rows(0, rows), weight, bias, null, 1);
          for (int row = 0; row < rows; row++) {
            Tensor alone = Tensor.of(1, outputs, start.rows(row, row + 1).toArray());
            Tensor one = x.rows(row, row + 1);
            kernels.byRow().linear(alone, one, weight, bias, null, 1);
            assertThat(together.rows(row, row + 1).toArray()).isEqualTo(alone.toArray());
          }
        }
      }
    }
  }
}
