package parrot.model.kernel.cpu;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import parrot.model.tensor.Tensor;

/**
 * oneDNN's products of bfloat16 matrices; sums are float32, results float32 or bfloat16.
 *
 * <p>Ragged batches bring a new number of rows with every step, and oneDNN compiles for shapes. On
 * processors without tiles (AMX) one product compiled for any shape is as fast as the exact ones,
 * often faster; only with tiles exact shapes are compiled, and the last thousand kept.
 *
 * <p>For one thread at a time.
 */
final class Bf16Gemm extends BlockProduct implements AutoCloseable {
  private static final int MOST_PRODUCTS = 1024;

  private final dnnl_engine engine = new dnnl_engine();
  private final dnnl_stream stream = new dnnl_stream();
  private final boolean exact = OneDnn.hasTiles();
  private final Map<CompiledBf16Product.Kind, CompiledBf16Product> products =
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(
            Map.Entry<CompiledBf16Product.Kind, CompiledBf16Product> eldest) {
          if (size() <= MOST_PRODUCTS) {
            return false;
          }
          eldest.getValue().close();
          return true;
        }
      };
  private Tensor scratch = Tensor.allocate(1, 16);

  Bf16Gemm() {
    OneDnn.check(dnnl.dnnl_engine_create(engine, dnnl.dnnl_cpu, 0), "create an engine");
    OneDnn.check(
        dnnl.dnnl_stream_create(stream, engine, dnnl.dnnl_stream_default_flags), "create a stream");
  }

  @Override
  protected void run() {
    CompiledBf16Product.Shape shape = new CompiledBf16Product.Shape(m, n, k, lda, ldb, ldc);
    CompiledBf16Product.Kind kind =
        new CompiledBf16Product.Kind(
            transposeA,
            transposeB,
            result,
            add,
            epilogue.bias() != null,
            epilogue.activation(),
            exact ? shape : null);
    CompiledBf16Product product = products.get(kind);
    if (product == null) {
      product = new CompiledBf16Product(engine, kind, shape);
      products.put(kind, product);
    }
    if (4 * scratch.size() < product.scratchBytes()) {
      scratch = Tensor.allocate(1, Math.toIntExact(product.scratchBytes() / 4 + 1));
    }
    long bias = epilogue.bias() == null ? 0 : epilogue.bias().address();
    product.run(stream, shape, a, b, c, bias, scratch.address());
  }

  @Override
  public void close() {
    products.values().forEach(CompiledBf16Product::close);
    products.clear();
    dnnl.dnnl_stream_destroy(stream);
    dnnl.dnnl_engine_destroy(engine);
  }
}
