package parrot.model.kernel.cpu;

import parrot.model.tensor.ElementType;

/** A product of matrices that lie in memory row by row, for one thread at a time. */
interface BlockProduct {
  /**
   * {@code c = op(a) op(b) + beta c}, with {@code op(a)} m x k and {@code op(b)} k x n.
   *
   * @param a address in bytes
   * @param lda values from one row of {@code a}, as it is stored, to the next
   * @param add whether beta is 1 and not 0
   * @param result type of {@code c}
   */
  default void multiply(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      long a,
      int lda,
      long b,
      int ldb,
      boolean add,
      ElementType result,
      long c,
      int ldc) {
    multiply(transposeA, transposeB, m, n, k, a, lda, b, ldb, add, result, c, ldc, Epilogue.NONE);
  }

  /** The same, finished by an epilogue; none where the factors are float32. */
  void multiply(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      long a,
      int lda,
      long b,
      int ldb,
      boolean add,
      ElementType result,
      long c,
      int ldc,
      Epilogue epilogue);
}
