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
import parrot.benchmarks.limit.ProductsSide;
import parrot.benchmarks.side.Side;

/**
 * The peer of {@link ProductBenchmark}: oneDNN's product alone, bfloat16 in, float32 out. Run:
 * {@code ./parrot bench kernels}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
public class BareProductBenchmark {
  /** Rows, outputs, inputs. */
  @Param({"1024x1024x1024", "1024x2816x1024", "1024x1024x2816", "512x32000x1024"})
  public String shape;

  private Side forward;
  private Side inputGradient;
  private Side weightGradient;

  @Setup(Level.Trial)
  public void setUp() {
    String[] sizes = shape.split("x");
    int rows = Integer.parseInt(sizes[0]);
    int out = Integer.parseInt(sizes[1]);
    int in = Integer.parseInt(sizes[2]);
    int threads = KernelState.threads();
    forward = ProductsSide.single(rows, out, in, false, true, threads);
    inputGradient = ProductsSide.single(rows, in, out, false, false, threads);
    weightGradient = ProductsSide.single(out, in, rows, true, false, threads);
  }

  @Benchmark
  public Object forward() {
    return forward.step();
  }

  @Benchmark
  public Object inputGradient() {
    return inputGradient.step();
  }

  @Benchmark
  public Object weightGradient() {
    return weightGradient.step();
  }

  @TearDown
  public void tearDown() {
    forward.close();
    inputGradient.close();
    weightGradient.close();
  }
}
