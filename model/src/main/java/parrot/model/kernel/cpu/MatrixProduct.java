package parrot.model.kernel.cpu;

import java.lang.ref.Reference;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/** Products of tensors, cut into one block per thread if the threads are ours. */
final class MatrixProduct implements AutoCloseable {
  /** Multiplications below which cutting costs more than it gains: some 10 microseconds. */
  private static final long SMALL = 1 << 20;

  /** Weights that one task of a product by rows keeps in the cache of its core. */
  private static final int TILE = 1 << 16;

  private final Workers workers;
  private final F32Gemm[] gemms;
  private final Bf16Gemm[] bf16;
  private final boolean cut;

  /**
   * @param bf16 whether bfloat16 matrices will be multiplied
   * @param cut whether to cut products into blocks; pointless where oneDNN has threads of its own
   */
  MatrixProduct(Workers workers, boolean bf16, boolean cut) {
    this.workers = workers;
    this.cut = cut && workers.threads() > 1;
    gemms = new F32Gemm[workers.threads()];
    this.bf16 = new Bf16Gemm[bf16 ? gemms.length : 0];
    for (int i = 0; i < gemms.length; i++) {
      gemms[i] = new F32Gemm();
      if (bf16) {
        this.bf16[i] = new Bf16Gemm();
      }
    }
  }

  /** Products of matrices of this type for the thread that is this worker. */
  BlockProduct product(ElementType type, int worker) {
    return type == ElementType.F32 ? gemms[worker] : bf16[worker];
  }

  /** Whether {@link #multiply} takes epilogues for products with {@code a}. */
  static boolean finishes(Tensor a) {
    return a.type() == ElementType.BF16 && a.columns() > 0;
  }

  /**
   * {@code c = op(a) op(b) + beta c}, finished by the epilogue while it is in the cache.
   *
   * @param epilogue none unless it {@link #finishes}
   */
  void multiply(
      Tensor c,
      Tensor a,
      boolean transposeA,
      Tensor b,
      boolean transposeB,
      float beta,
      Epilogue epilogue) {
    int k = transposeA ? a.rows() : a.columns();
    if (c.size() == 0) {
      return;
    }
    if (k == 0) {
      if (beta == 0) {
        VectorElementwise.fill(workers, c, 0);
      }
      return;
    }
    if (b.type() == ElementType.BF16
        && c.rows() <= RowProducts.MOST_ROWS
        && transposeB
        && !transposeA
        && epilogue.activation() == null) {
      RowProducts.multiply(workers, c, a, b, beta, epilogue.bias());
      return;
    }
    if (cut && c.size() * k >= SMALL) {
      multiplyBlocks(c, a, transposeA, b, transposeB, beta, k, epilogue);
    } else {
      multiplyBlock(0, c, a, transposeA, b, transposeB, beta, k, epilogue);
    }
    Reference.reachabilityFence(a);
    Reference.reachabilityFence(b);
    Reference.reachabilityFence(c);
    Reference.reachabilityFence(epilogue);
  }

  /**
   * {@code c = a b^T + beta c}, each row of {@code c} computed as if it were alone. Weights are
   * read from memory once: every row meets a tile of them while it is in the cache.
   *
   * @param epilogue none unless it {@link #finishes}
   */
  void multiplyByRow(Tensor c, Tensor a, Tensor b, float beta, Epilogue epilogue) {
    int k = a.columns();
    if (c.size() == 0 || k == 0) {
      multiply(c, a, false, b, true, beta, epilogue);
      return;
    }
    if (b.type() == ElementType.BF16 && epilogue.activation() == null) {
      RowProducts.multiply(workers, c, a, b, beta, epilogue.bias());
      return;
    }
    // The tiles depend on the weights alone, so that neither rows nor threads decide any bit.
    int outputs = Math.max(16, TILE / k / 16 * 16);
    int tiles = (b.rows() + outputs - 1) / outputs;
    Workers.Task tile =
        (index, worker) -> {
          int from = index * outputs;
          int to = Math.min(b.rows(), from + outputs);
          Tensor part = b.rows(from, to);
          Tensor columns = c.columns(from, to);
          Epilogue end = epilogue.columns(from, to);
          for (int row = 0; row < c.rows(); row++) {
            multiplyBlock(
                worker,
                columns.rows(row, row + 1),
                a.rows(row, row + 1),
                false,
                part,
                true,
                beta,
                k,
                end);
          }
        };
    if (cut && c.size() * k >= SMALL) {
      workers.run(tiles, tile);
    } else {
      for (int index = 0; index < tiles; index++) {
        tile.run(index, 0);
      }
    }
    Reference.reachabilityFence(a);
    Reference.reachabilityFence(b);
    Reference.reachabilityFence(c);
    Reference.reachabilityFence(epilogue);
  }

  private void multiplyBlocks(
      Tensor c,
      Tensor a,
      boolean transposeA,
      Tensor b,
      boolean transposeB,
      float beta,
      int k,
      Epilogue epilogue) {
    boolean byRows = excess(c.rows()) <= excess(c.columns());
    int length = byRows ? c.rows() : c.columns();
    int block = block(length);
    workers.run(
        (length + block - 1) / block,
        (index, worker) -> {
          int from = index * block;
          int to = Math.min(length, from + block);
          if (byRows) {
            Tensor part = transposeA ? a.columns(from, to) : a.rows(from, to);
            multiplyBlock(
                worker, c.rows(from, to), part, transposeA, b, transposeB, beta, k, epilogue);
          } else {
            Tensor part = transposeB ? b.rows(from, to) : b.columns(from, to);
            multiplyBlock(
                worker,
                c.columns(from, to),
                a,
                transposeA,
                part,
                transposeB,
                beta,
                k,
                epilogue.columns(from, to));
          }
        });
  }

  private void multiplyBlock(
      int worker,
      Tensor c,
      Tensor a,
      boolean transposeA,
      Tensor b,
      boolean transposeB,
      float beta,
      int k,
      Epilogue epilogue) {
    product(a.type(), worker)
        .sizes(c.rows(), c.columns(), k)
        .transpose(transposeA, transposeB)
        .left(a.address(), a.stride())
        .right(b.address(), b.stride())
        .add(beta != 0)
        .then(epilogue)
        .into(c.type(), c.address(), c.stride());
  }

  /** Length of the blocks, but for the last. */
  private int block(int length) {
    return roundUp((length + gemms.length - 1) / gemms.length, 16);
  }

  /** What the longest block has more than an equal share, to be weighed against another cut. */
  private double excess(int length) {
    return (double) block(length) * gemms.length / length;
  }

  private static int roundUp(int value, int multiple) {
    return (value + multiple - 1) / multiple * multiple;
  }

  @Override
  public void close() {
    for (Bf16Gemm gemm : bf16) {
      gemm.close();
    }
  }
}
