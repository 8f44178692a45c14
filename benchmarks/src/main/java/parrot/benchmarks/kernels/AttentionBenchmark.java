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
import parrot.model.kernel.Segments;
import parrot.model.tensor.Tensor;

/**
 * Attention of a decoder layer (causal) and of a vision layer, 16 heads of 64. Run: {@code ./parrot
 * bench kernels}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
public class AttentionBenchmark {
  private static final int HEAD = 64;

  @Param({"causal 1024", "causal 4096", "vision 577"})
  public String sample;

  @Param({"f32", "bf16"})
  public String precision;

  private Kernels kernels;
  private Case full;

  /** Tensors of one shape, all (T, H h) but the sums (T, H). */
  private static final class Case {
    final Segments segments;
    final Tensor q;
    final Tensor k;
    final Tensor v;
    final Tensor out;
    final Tensor logSum;
    final Tensor dout;
    final Tensor dq;
    final Tensor dk;
    final Tensor dv;

    Case(int tokens, int heads, boolean causal) {
      int width = heads * HEAD;
      segments = Segments.self(new int[] {0, tokens}, heads, heads, HEAD, causal);
      Tensor all = KernelState.random(4 * tokens, width);
      q = all.rows(0, tokens);
      k = all.rows(tokens, 2 * tokens);
      v = all.rows(2 * tokens, 3 * tokens);
      dout = all.rows(3 * tokens, 4 * tokens);
      out = Tensor.allocate(tokens, width);
      logSum = Tensor.allocate(tokens, heads);
      dq = Tensor.allocate(tokens, width);
      dk = Tensor.allocate(tokens, width);
      dv = Tensor.allocate(tokens, width);
    }

    void forward(Kernels kernels) {
      kernels.attention(out, logSum, q, k, v, segments);
    }

    void backward(Kernels kernels) {
      kernels.attentionBackward(dq, dk, dv, dout, out, logSum, q, k, v, segments);
    }
  }

  @Setup(Level.Trial)
  public void setUp() {
    String[] words = sample.split(" ");
    boolean causal = words[0].equals("causal");
    KernelState.check(
        "attention",
        precision,
        reference -> {
          Case small = new Case(70, 2, causal);
          small.forward(reference);
          small.backward(reference);
          return new Tensor[] {small.out, small.dq, small.dk, small.dv};
        });
    kernels = KernelState.create(precision);
    full = new Case(Integer.parseInt(words[1]), 16, causal);
    full.forward(kernels);
  }

  @Benchmark
  public Tensor forward() {
    full.forward(kernels);
    return full.out;
  }

  @Benchmark
  public Tensor backward() {
    full.backward(kernels);
    return full.dq;
  }

  @TearDown
  public void tearDown() {
    kernels.close();
  }
}
