package parrot.model.kernel.cpu;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.FloatPointer;

/**
 * oneDNN's product of row-major float32 matrices in memory. It takes any shape and stride without
 * preparation, which ragged batches need: a primitive would be compiled for every new row count.
 *
 * <p>For one thread at a time; a call allocates nothing.
 */
final class F32Gemm extends BlockProduct {
  private final Address aAt = new Address();
  private final Address bAt = new Address();
  private final Address cAt = new Address();

  @Override
  protected void run() {
    if (!epilogue.isNone()) {
      throw new IllegalArgumentException("float32 products take no epilogue");
    }
    int status =
        dnnl.dnnl_sgemm(
            (byte) (transposeA ? 'T' : 'N'),
            (byte) (transposeB ? 'T' : 'N'),
            m,
            n,
            k,
            1,
            aAt.at(a),
            Math.max(lda, transposeA ? m : k),
            bAt.at(b),
            Math.max(ldb, transposeB ? k : n),
            add ? 1 : 0,
            cAt.at(c),
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
