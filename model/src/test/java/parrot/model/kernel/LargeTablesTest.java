package parrot.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.model.tensor.Tensor;

/** An embedding of 150,000 tokens and width 4,096 takes 2.3 GiB as float32. */
class LargeTablesTest {
  private static final int ROWS = 152_064;
  private static final int COLUMNS = 4096;

  /** Only the rows that are used touch memory. */
  @ParameterizedTest
  @ValueSource(strings = {"reference", "onednn"})
  void rowsAreTakenAndAddedToBeyond2GiB(String name) {
    try (BytePointer memory = new BytePointer(4L * ROWS * COLUMNS);
        Kernels kernels = Kernels.create(name, Precision.F32, 1)) {
      Tensor table = Tensor.view(memory.address(), ROWS, COLUMNS, memory);
      int[] rows = {ROWS - 1, -1, 3, ROWS - 1};
      for (int row : new int[] {3, ROWS - 1}) {
        for (int column = 0; column < COLUMNS; column++) {
          table.set(row, column, row + column);
        }
      }
      Tensor taken = Tensor.allocate(rows.length, COLUMNS);

      kernels.gather(taken, table, rows);
      kernels.gatherBackward(table, taken, rows);

      assertThat(taken.get(0, 5)).isEqualTo(ROWS + 4);
      assertThat(taken.get(1, 5)).isZero();
      assertThat(taken.get(2, COLUMNS - 1)).isEqualTo(3 + COLUMNS - 1);
      assertThat(table.get(3, 5)).isEqualTo(16);
      assertThat(table.get(ROWS - 1, 5)).isEqualTo(3 * (ROWS + 4));
    }
  }
}
