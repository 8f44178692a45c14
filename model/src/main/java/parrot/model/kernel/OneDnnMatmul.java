package parrot.model.kernel;

import java.lang.ref.Reference;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/** Products of tensors, cut into one block per thread where the threads are ours. */
final class OneDnnMatmul implements AutoCloseable {
  /** Multiplications below which cutting costs more than it gains: some 10 microseconds. */
  private static final long SMALL = 1 << 20;

  private final Workers workers;
  private final Gemm[] gemms;
  private final Bf16Gemm[] bf16;
  private final boolean cut;

  /**
   * @param bf16 whether bfloat16 matrices will be multiplied
   * @param cut whether to cut products into blocks; pointless where oneDNN has threads of its own
   */
  OneDnnMatmul(Workers workers, boolean bf16, boolean cut) {
    this.workers = workers;
    this.cut = cut && workers.threads() > 1;
    gemms = new Gemm[workers.threads()];
    this.bf16 = new Bf16Gemm[bf16 ? gemms.length : 0];
    for (int i = 0; i < gemms.length; i++) {
      gemms[i] = new Gemm();
      if (bf16) {
        this.bf16[i] = new Bf16Gemm();
      }
    }
  }

  /** Products of matrices of this type for the thread that is this worker. */
  BlockProduct product(ElementType type, int worker) {
    return type == ElementType.F32 ? gemms[worker] : bf16[worker];
  }

  void multiply(Tensor c, Tensor a, boolean transposeA, Tensor b, boolean transposeB, float beta) {
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
        && !transposeA) {
      RowProducts.multiply(workers, c, a, b, beta);
      return;
    }
    if (cut && c.size() * k >= SMALL) {
      multiplyBlocks(c, a, transposeA, b, transposeB, beta, k);
    } else {
      multiplyBlock(0, c, a, transposeA, b, transposeB, beta, k);
    }
    Reference.reachabilityFence(a);
    Reference.reachabilityFence(b);
    Reference.reachabilityFence(c);
  }

  private void multiplyBlocks(
      Tensor c, Tensor a, boolean transposeA, Tensor b, boolean transposeB, float beta, int k) {
    boolean byRows = c.rows() >= c.columns();
    int length = byRows ? c.rows() : c.columns();
    int block = roundUp((length + gemms.length - 1) / gemms.length, 16);
    workers.run(
        (length + block - 1) / block,
        (index, worker) -> {
          int from = index * block;
          int to = Math.min(length, from + block);
          if (byRows) {
            Tensor part = transposeA ? a.columns(from, to) : a.rows(from, to);
            multiplyBlock(worker, c.rows(from, to), part, transposeA, b, transposeB, beta, k);
          } else {
            Tensor part = transposeB ? b.rows(from, to) : b.columns(from, to);
            multiplyBlock(worker, c.columns(from, to), a, transposeA, part, transposeB, beta, k);
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
      int k) {
    product(a.type(), worker)
        .multiply(
            transposeA,
            transposeB,
            c.rows(),
            c.columns(),
            k,
            a.address(),
            a.stride(),
            b.address(),
            b.stride(),
            beta != 0,
            c.type(),
            c.address(),
            c.stride());
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
