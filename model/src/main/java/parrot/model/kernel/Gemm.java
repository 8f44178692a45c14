package parrot.model.kernel;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.FloatPointer;

/**
 * oneDNN's product of row-major float32 matrices in memory. It takes any shape and stride without
 * preparation, which ragged batches need: a primitive would be compiled for every new row count.
 *
 * <p>For one thread at a time; a call allocates nothing.
 */
final class Gemm {
  private final Address left = new Address();
  private final Address right = new Address();
  private final Address result = new Address();

  /**
   * {@code c = alpha op(a) op(b) + beta c}, with {@code op(a)} m x k and {@code op(b)} k x n.
   *
   * @param a address in bytes
   * @param lda values from one row of {@code a}, as it is stored, to the next
   */
  void multiply(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      float alpha,
      long a,
      int lda,
      long b,
      int ldb,
      float beta,
      long c,
      int ldc) {
    int status =
        dnnl.dnnl_sgemm(
            (byte) (transposeA ? 'T' : 'N'),
            (byte) (transposeB ? 'T' : 'N'),
            m,
            n,
            k,
            alpha,
            left.at(a),
            Math.max(lda, transposeA ? m : k),
            right.at(b),
            Math.max(ldb, transposeB ? k : n),
            beta,
            result.at(c),
            Math.max(ldc, n));
    if (status != dnnl.dnnl_success) {
      OneDnn.check(status, "multiply %d x %d by %d x %d".formatted(m, k, k, n));
    }
  }

  /** A pointer that moves: creating one per call would cost more than a small product. */
  private static final class Address extends FloatPointer {
    Address() {
      super((FloatPointer) null);
    }

    Address at(long bytes) {
      address = bytes;
      return this;
    }
  }
}
