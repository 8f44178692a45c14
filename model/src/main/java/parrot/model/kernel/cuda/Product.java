package parrot.model.kernel.cuda;

import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * A matrix product in cuBLASLt's terms, by column: {@code d[m, n] = op(a)[m, k] op(b)[k, n] + beta
 * d}, with float32 sums.
 *
 * @param factors type of a and b
 * @param a address
 * @param lda values from one column of a to the next
 * @param b address
 * @param ldb values from one column of b to the next
 * @param beta 0 or 1
 * @param d address
 * @param ldd values from one column of d to the next
 */
public record Product(
    boolean transposeA,
    boolean transposeB,
    int m,
    int n,
    int k,
    ElementType factors,
    long a,
    int lda,
    long b,
    int ldb,
    float beta,
    ElementType result,
    long d,
    int ldd) {

  /**
   * {@code c = op(a) op(b) + beta c} of tensors. By column a tensor is its own transpose, so the
   * factors change places: {@code c^T = op(b)^T op(a)^T}.
   */
  static Product of(
      Tensor c, Tensor a, boolean transposeA, Tensor b, boolean transposeB, float beta) {
    return new Product(
        transposeB,
        transposeA,
        c.columns(),
        c.rows(),
        transposeA ? a.rows() : a.columns(),
        a.type(),
        b.address(),
        b.stride(),
        a.address(),
        a.stride(),
        beta,
        c.type(),
        c.address(),
        c.stride());
  }
}
