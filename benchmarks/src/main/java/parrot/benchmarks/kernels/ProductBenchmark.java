package parrot.benchmarks.kernels;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.Tensor;

/** The three products of a linear layer. Run: {@code ./parrot bench kernels}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
public class ProductBenchmark {
  /** Rows, outputs, inputs. */
  @Param({"1024x1024x1024", "1024x2816x1024", "1024x1024x2816", "512x32000x1024"})
  public String shape;

  @Param({"f32", "bf16"})
  public String precision;

  private Kernels kernels;
  private Tensor x; // (rows, in)
  private Tensor y; // (rows, out)
  private Tensor weight; // (out, in)
  private Tensor dx; // (rows, in)
  private Tensor dweight; // (out, in)

  @Setup(Level.Trial)
  public void setUp() {
    KernelState.check("products", precision, ProductBenchmark::small);
    String[] sizes = shape.split("x");
    int rows = Integer.parseInt(sizes[0]);
    int out = Integer.parseInt(sizes[1]);
    int in = Integer.parseInt(sizes[2]);
    kernels = KernelState.create(precision);
    x = KernelState.random(rows, in);
    y = KernelState.random(rows, out);
    weight = KernelState.random(out, in);
    dx = Tensor.allocate(rows, in);
    dweight = Tensor.allocate(out, in);
  }

  private static Tensor[] small(Kernels kernels) {
    // Large enough that products are cut and rounded as large ones are.
    Tensor x = KernelState.random(160, 192);
    Tensor weight = KernelState.random(224, 192);
    Tensor y = Tensor.allocate(160, 224);
    Tensor dx = Tensor.allocate(160, 192);
    Tensor dweight = Tensor.allocate(224, 192);
    kernels.matmul(y, x, false, weight, true, 0);
    kernels.matmul(dx, y, false, weight, false, 0);
    kernels.matmul(dweight, y, true, x, false, 1);
    return new Tensor[] {y, dx, dweight};
  }

  @Benchmark
  public Tensor forward() {
    kernels.matmul(y, x, false, weight, true, 0);
    return y;
  }

  @Benchmark
  public Tensor inputGradient() {
    kernels.matmul(dx, y, false, weight, false, 0);
    return dx;
  }

  @Benchmark
  public Tensor weightGradient() {
    kernels.matmul(dweight, y, true, x, false, 0);
    return dweight;
  }

  @TearDown
  public void tearDown() {
    kernels.close();
  }
}
