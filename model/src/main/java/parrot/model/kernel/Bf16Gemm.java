package parrot.model.kernel;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import parrot.model.tensor.Tensor;

/**
 * Products of float32 matrices whose values are rounded to bfloat16 first; sums and results stay
 * float32.
 *
 * <p>oneDNN compiles these per shape, and ragged batches bring a new number of rows with every
 * step. So shapes are made few: the inner dimension is padded with zeros, and rows are cut into a
 * long part and a rest that is rounded up and computed aside.
 *
 * <p>For one thread at a time.
 */
final class Bf16Gemm implements AutoCloseable {
  /** Rows of the long part come in this unit. */
  private static final int LONG = 256;

  /** The rest and the inner dimension come in this unit. */
  private static final int SHORT = 64;

  private static final int MOST_PRODUCTS = 1024;

  private final dnnl_engine engine = new dnnl_engine();
  private final dnnl_stream stream = new dnnl_stream();
  private final Map<OneDnnProduct.Key, OneDnnProduct> products =
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<OneDnnProduct.Key, OneDnnProduct> eldest) {
          if (size() <= MOST_PRODUCTS) {
            return false;
          }
          eldest.getValue().close();
          return true;
        }
      };
  private final Memory left = new Memory();
  private final Memory right = new Memory();
  private final Memory rest = new Memory();
  private final Memory scratch = new Memory();

  Bf16Gemm() {
    OneDnn.check(dnnl.dnnl_engine_create(engine, dnnl.dnnl_cpu, 0), "create an engine");
    OneDnn.check(
        dnnl.dnnl_stream_create(stream, engine, dnnl.dnnl_stream_default_flags), "create a stream");
  }

  /** {@code c = op(a) op(b) + beta c}. */
  void multiply(
      Tensor c, Tensor a, boolean transposeA, Tensor b, boolean transposeB, float beta, int k) {
    int m = c.rows();
    int inner = roundUp(k, SHORT);
    int longRows = m / LONG * LONG;
    int restRows = roundUp(m - longRows, SHORT);
    // Padding stands where the inner dimension grows, and below the last row of op(a).
    int rowsA = longRows + restRows;
    int lda = transposeA ? rowsA : inner;
    int ldb = transposeB ? inner : c.columns();
    round(left, a, transposeA ? inner : rowsA, lda);
    round(right, b, transposeB ? c.columns() : inner, ldb);
    if (longRows > 0) {
      run(
          new OneDnnProduct.Key(
              longRows,
              c.columns(),
              inner,
              transposeA,
              transposeB,
              lda,
              ldb,
              c.stride(),
              beta != 0),
          left.address(),
          c.address());
    }
    if (restRows > 0) {
      long from = left.address() + 2L * longRows * (transposeA ? 1 : lda);
      int columns = c.columns();
      ByteBuffer result = rest.atLeast(4L * restRows * columns);
      run(
          new OneDnnProduct.Key(
              restRows, columns, inner, transposeA, transposeB, lda, ldb, columns, false),
          from,
          rest.address());
      for (int i = longRows; i < m; i++) {
        int at = Spans.at(c, i, 0);
        int resultAt = 4 * (i - longRows) * columns;
        if (beta == 0) {
          c.buffer().put(at, result, resultAt, 4 * columns);
        } else {
          VectorElementwise.add(c.buffer(), at, result, resultAt, columns, 1);
        }
      }
    }
  }

  private void run(OneDnnProduct.Key key, long a, long c) {
    OneDnnProduct product = products.computeIfAbsent(key, k -> new OneDnnProduct(engine, k));
    scratch.atLeast(product.scratchBytes());
    product.run(stream, a, right.address(), c, scratch.address());
  }

  /** Rounds a matrix into memory of {@code rows} rows of {@code columns}, padded with zeros. */
  private static void round(Memory memory, Tensor x, int rows, int columns) {
    ByteBuffer target = memory.atLeast(2L * rows * columns);
    for (int i = 0; i < rows; i++) {
      int at = 2 * i * columns;
      int count = i < x.rows() ? x.columns() : 0;
      if (count > 0) {
        Bf16.round(target, at, x.buffer(), Spans.at(x, i, 0), count);
      }
      Bf16.clear(target, at + 2 * count, columns - count);
    }
  }

  private static int roundUp(int value, int multiple) {
    return (value + multiple - 1) / multiple * multiple;
  }

  @Override
  public void close() {
    products.values().forEach(OneDnnProduct::close);
    products.clear();
    dnnl.dnnl_stream_destroy(stream);
    dnnl.dnnl_engine_destroy(engine);
  }

  /** Memory that grows and is kept. */
  private static final class Memory {
    private Tensor tensor = Tensor.allocate(1, 16);

    ByteBuffer atLeast(long bytes) {
      if (4 * tensor.size() < bytes) {
        tensor = Tensor.allocate(1, Math.toIntExact((bytes + bytes / 4 + 3) / 4));
      }
      return tensor.buffer();
    }

    long address() {
      return tensor.address();
    }
  }
}
