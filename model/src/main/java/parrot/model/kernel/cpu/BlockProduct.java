package parrot.model.kernel.cpu;

import parrot.model.tensor.ElementType;

/**
 * A product of matrices that lie in memory row by row: {@code c = op(a) op(b) + beta c}, finished
 * by an epilogue. It holds its own arguments, so that a call allocates nothing: {@link #sizes}
 * begins one, {@link #into} runs it. For one thread at a time.
 *
 * <p>Addresses are in bytes; a stride counts values from one row, as it is stored, to the next.
 */
abstract class BlockProduct {
  /** Rows of {@code op(a)} and {@code c}. */
  protected int m;

  /** Columns of {@code op(b)} and {@code c}. */
  protected int n;

  /** Columns of {@code op(a)}, rows of {@code op(b)}. */
  protected int k;

  protected boolean transposeA;
  protected boolean transposeB;
  protected long a;
  protected int lda;
  protected long b;
  protected int ldb;

  /** Whether beta is 1 and not 0. */
  protected boolean add;

  protected Epilogue epilogue;
  protected ElementType result;
  protected long c;
  protected int ldc;

  /** Begins a product of m x k by k x n: nothing transposed, nothing added, no epilogue. */
  final BlockProduct sizes(int m, int n, int k) {
    this.m = m;
    this.n = n;
    this.k = k;
    transposeA = false;
    transposeB = false;
    add = false;
    epilogue = Epilogue.NONE;
    return this;
  }

  final BlockProduct transpose(boolean left, boolean right) {
    transposeA = left;
    transposeB = right;
    return this;
  }

  final BlockProduct left(long address, int stride) {
    a = address;
    lda = stride;
    return this;
  }

  final BlockProduct right(long address, int stride) {
    b = address;
    ldb = stride;
    return this;
  }

  /** Whether the product is added to the result instead of overwriting it. */
  final BlockProduct add(boolean value) {
    add = value;
    return this;
  }

  /** What happens to the result before it is stored; none if the factors are float32. */
  final BlockProduct then(Epilogue value) {
    epilogue = value;
    return this;
  }

  /** Computes. */
  final void into(ElementType type, long address, int stride) {
    result = type;
    c = address;
    ldc = stride;
    run();
  }

  /** Computes what the fields say. */
  protected abstract void run();
}
