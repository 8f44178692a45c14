package parrot.model.kernel.cpu;

import parrot.model.tensor.Tensor;

/**
 * Cuts sums over rows into blocks. A block of rows is summed in registers before it is added to the
 * total, which keeps the error of long sums small; threads get columns of their own, so that the
 * order of additions, and with it every bit, does not depend on how many there are.
 */
final class ColumnSums {
  private static final int ROWS = 32;

  private ColumnSums() {}

  interface Block {
    /** Adds rows {@code from} to {@code to} of the columns {@code first} to {@code last}. */
    void run(int from, int to, int first, int last);
  }

  static void forEachBlock(Workers workers, Tensor x, Block block) {
    int vectors = (x.columns() + VectorMath.WIDTH - 1) / VectorMath.WIDTH;
    workers.split(
        vectors,
        (long) x.rows() * VectorMath.WIDTH,
        (first, last) -> {
          int end = Math.min(x.columns(), last * VectorMath.WIDTH);
          for (int row = 0; row < x.rows(); row += ROWS) {
            block.run(row, Math.min(x.rows(), row + ROWS), first * VectorMath.WIDTH, end);
          }
        });
  }
}
