package parrot.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.global.dnnl;
import org.junit.jupiter.api.Test;
import parrot.model.kernel.Activation;
import parrot.model.tensor.ElementType;

class CompiledBf16ProductTest {
  /** Row counts of ragged batches, heads of odd size, and what a projection has. */
  private static final List<CompiledBf16Product.Shape> SHAPES =
      List.of(shape(256, 512, 128), shape(300, 48, 37), shape(5, 1000, 64), shape(33, 1, 65));

  private static CompiledBf16Product.Shape shape(int m, int n, int k) {
    return new CompiledBf16Product.Shape(m, n, k, 1024, 1024, 1024);
  }

  /** The reference implementation computes the same, some hundred times slower. */
  @Test
  void noProductFallsBackToPlainLoops() {
    assumeTrue(OneDnn.gainsFromBf16(), "this processor computes in float32");
    dnnl_engine engine = new dnnl_engine();
    OneDnn.check(dnnl.dnnl_engine_create(engine, dnnl.dnnl_cpu, 0), "create an engine");
    try {
      for (int mode = 0; mode < 64; mode++) {
        for (CompiledBf16Product.Shape shape : SHAPES) {
          CompiledBf16Product.Kind kind =
              new CompiledBf16Product.Kind(
                  (mode & 1) != 0,
                  (mode & 2) != 0,
                  (mode & 4) != 0 ? ElementType.BF16 : ElementType.F32,
                  (mode & 8) != 0,
                  (mode & 16) != 0,
                  (mode & 32) != 0 ? Activation.QUICK_GELU : null,
                  OneDnn.hasTiles() ? shape : null);
          try (CompiledBf16Product product = new CompiledBf16Product(engine, kind, shape)) {
            assertThat(product.implementation()).as("%s", kind).isNotEmpty().doesNotContain("ref");
          }
        }
      }
    } finally {
      dnnl.dnnl_engine_destroy(engine);
    }
  }
}
