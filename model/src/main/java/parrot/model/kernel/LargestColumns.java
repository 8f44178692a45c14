package parrot.model.kernel;

import java.util.Arrays;
import parrot.model.tensor.Tensor;

/** Finds the largest values of each row. */
final class LargestColumns {
  private LargestColumns() {}

  static int[][] of(Tensor x, double[] bias, int count) {
    int[][] largest = new int[x.rows()][];
    double[] values = new double[x.columns()];
    for (int row = 0; row < largest.length; row++) {
      for (int column = 0; column < values.length; column++) {
        values[column] = x.get(row, column) + bias[column];
      }
      largest[row] = of(values, count);
    }
    return largest;
  }

  /** NaN counts as the largest, so that a row always has its share of columns. */
  private static int[] of(double[] values, int count) {
    boolean[] taken = new boolean[values.length];
    int[] columns = new int[count];
    for (int i = 0; i < count; i++) {
      int best = -1;
      for (int column = 0; column < values.length; column++) {
        if (!taken[column] && (best < 0 || Double.compare(values[column], values[best]) > 0)) {
          best = column;
        }
      }
      taken[best] = true;
      columns[i] = best;
    }
    Arrays.sort(columns);
    return columns;
  }
}
