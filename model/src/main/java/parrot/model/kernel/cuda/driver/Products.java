package parrot.model.kernel.cuda.driver;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import parrot.model.kernel.DeviceException;
import parrot.model.kernel.cuda.Product;
import parrot.model.tensor.ElementType;

/**
 * Matrix products by cuBLASLt. The algorithm for a shape is the first that its heuristic names,
 * never the fastest of several: bytes must not depend on a measurement.
 */
final class Products implements AutoCloseable {
  /** Shapes remembered: steps of ragged batches bring new numbers of rows. */
  private static final int MOST = 4096;

  private static final long WORKSPACE = 32L << 20;
  private static final int LARGEST_ALIGNMENT = 256;
  private static final float[] ONE = {1};

  private final CardContext context;
  private final long stream;
  private final long handle;
  private final long workspace;
  private final Map<Shape, Plan> plans = new LinkedHashMap<>(64, 0.75f, true);

  /** All that the heuristic may depend on. */
  private record Shape(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      ElementType factors,
      ElementType result,
      int lda,
      int ldb,
      int ldd,
      int alignmentA,
      int alignmentB,
      int alignmentD) {

    static Shape of(Product p) {
      return new Shape(
          p.transposeA(),
          p.transposeB(),
          p.m(),
          p.n(),
          p.k(),
          p.factors(),
          p.result(),
          p.lda(),
          p.ldb(),
          p.ldd(),
          alignment(p.a()),
          alignment(p.b()),
          alignment(p.d()));
    }

    private static int alignment(long address) {
      return (int) Math.min(LARGEST_ALIGNMENT, Long.lowestOneBit(address));
    }
  }

  private record Plan(long description, long a, long b, long d, long[] algorithm) {
    void close() {
      CublasLtApi.cublasLtMatmulDescDestroy(description);
      CublasLtApi.cublasLtMatrixLayoutDestroy(a);
      CublasLtApi.cublasLtMatrixLayoutDestroy(b);
      CublasLtApi.cublasLtMatrixLayoutDestroy(d);
    }
  }

  Products(CardContext context, long stream) {
    this.context = context;
    this.stream = stream;
    long[] result = {0};
    check(CublasLtApi.cublasLtCreate(result), "start cuBLASLt");
    handle = result[0];
    workspace = context.allocate(WORKSPACE);
  }

  private void check(int status, String doing) {
    if (status != 0) {
      throw new DeviceException(
          "Cannot %s on %s: %s (%d)"
              .formatted(doing, context.card(), CublasLtApi.cublasLtGetStatusName(status), status));
    }
  }

  void multiply(Product p) {
    Plan plan = plan(Shape.of(p));
    int status =
        CublasLtApi.cublasLtMatmul(
            handle,
            plan.description,
            ONE,
            p.a(),
            plan.a,
            p.b(),
            plan.b,
            new float[] {p.beta()},
            p.d(),
            plan.d,
            p.d(),
            plan.d,
            plan.algorithm,
            workspace,
            WORKSPACE,
            stream);
    check(status, "multiply " + p);
  }

  private Plan plan(Shape shape) {
    Plan known = plans.get(shape);
    if (known != null) {
      return known;
    }
    if (plans.size() == MOST) {
      var oldest = plans.entrySet().iterator();
      oldest.next().getValue().close();
      oldest.remove();
    }
    Plan plan = make(shape);
    plans.put(shape, plan);
    return plan;
  }

  private Plan make(Shape s) {
    long[] result = {0};
    int status =
        CublasLtApi.cublasLtMatmulDescCreate(
            result, CublasLtApi.COMPUTE_FLOAT32, CublasLtApi.FLOAT32);
    check(status, "describe a product");
    long description = result[0];
    set(description, CublasLtApi.TRANSPOSE_A, s.transposeA);
    set(description, CublasLtApi.TRANSPOSE_B, s.transposeB);
    long a = layout(s.factors, s.transposeA ? s.k : s.m, s.transposeA ? s.m : s.k, s.lda);
    long b = layout(s.factors, s.transposeB ? s.n : s.k, s.transposeB ? s.k : s.n, s.ldb);
    long d = layout(s.result, s.m, s.n, s.ldd);
    return new Plan(description, a, b, d, algorithm(s, description, a, b, d));
  }

  private void set(long description, int attribute, boolean value) {
    long[] number = {value ? 1 : 0};
    int status =
        CublasLtApi.cublasLtMatmulDescSetAttribute(description, attribute, number, Integer.BYTES);
    check(status, "describe a product");
  }

  private long layout(ElementType type, int rows, int columns, int stride) {
    long[] result = {0};
    int code = type == ElementType.BF16 ? CublasLtApi.BFLOAT16 : CublasLtApi.FLOAT32;
    int status = CublasLtApi.cublasLtMatrixLayoutCreate(result, code, rows, columns, stride);
    check(status, "describe a matrix");
    return result[0];
  }

  private long[] algorithm(Shape s, long description, long a, long b, long d) {
    long[] result = {0};
    check(CublasLtApi.cublasLtMatmulPreferenceCreate(result), "ask for an algorithm");
    long preference = result[0];
    prefer(preference, CublasLtApi.MOST_WORKSPACE, WORKSPACE, Long.BYTES);
    prefer(preference, CublasLtApi.ALIGNMENT_A, s.alignmentA, Integer.BYTES);
    prefer(preference, CublasLtApi.ALIGNMENT_B, s.alignmentB, Integer.BYTES);
    prefer(preference, CublasLtApi.ALIGNMENT_C, s.alignmentD, Integer.BYTES);
    prefer(preference, CublasLtApi.ALIGNMENT_D, s.alignmentD, Integer.BYTES);
    long[] best = new long[CublasLtApi.RESULT];
    int[] found = {0};
    int status =
        CublasLtApi.cublasLtMatmulAlgoGetHeuristic(
            handle, description, a, b, d, d, preference, 1, best, found);
    CublasLtApi.cublasLtMatmulPreferenceDestroy(preference);
    check(status, "find an algorithm for " + s);
    if (found[0] == 0) {
      throw new DeviceException(
          "Cannot multiply on %s: cuBLASLt has no algorithm for %s".formatted(context.card(), s));
    }
    return Arrays.copyOf(best, CublasLtApi.ALGORITHM);
  }

  private void prefer(long preference, int attribute, long value, int bytes) {
    int status =
        CublasLtApi.cublasLtMatmulPreferenceSetAttribute(
            preference, attribute, new long[] {value}, bytes);
    check(status, "ask for an algorithm");
  }

  @Override
  public void close() {
    plans.values().forEach(Plan::close);
    plans.clear();
    CublasLtApi.cublasLtDestroy(handle);
    context.free(workspace);
  }
}
