package parrot.benchmarks.kernels;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.Tensor;

/**
 * What passes over memory once: SwiGLU (1024 x 2816), norms (1024 x 1024) and cross-entropy (512 x
 * 32000). Run: {@code ./parrot bench kernels}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
public class ElementwiseBenchmark {
  private static final int TOKENS = 1024;
  private static final int WIDTH = 1024;
  private static final int BETWEEN = 2816;
  private static final int SUPERVISED = 512;
  private static final int VOCABULARY = 32000;
  private static final float EPSILON = 1e-6f;

  private Kernels kernels;
  private final Gated gated = new Gated(TOKENS, BETWEEN);
  private final Normed normed = new Normed(TOKENS, WIDTH);
  private final Predicted predicted = new Predicted(SUPERVISED, VOCABULARY);

  private static final class Gated {
    final Tensor gate;
    final Tensor up;
    final Tensor dy;
    final Tensor y;
    final Tensor dgate;
    final Tensor dup;

    Gated(int rows, int columns) {
      Tensor all = KernelState.random(3 * rows, columns);
      gate = all.rows(0, rows);
      up = all.rows(rows, 2 * rows);
      dy = all.rows(2 * rows, 3 * rows);
      y = Tensor.allocate(rows, columns);
      dgate = Tensor.allocate(rows, columns);
      dup = Tensor.allocate(rows, columns);
    }
  }

  private static final class Normed {
    final Tensor x;
    final Tensor dy;
    final Tensor weight;
    final Tensor bias;
    final Tensor y;
    final Tensor dx;
    final Tensor mean;
    final Tensor inverse;

    Normed(int rows, int columns) {
      Tensor all = KernelState.random(2 * rows + 2, columns);
      x = all.rows(0, rows);
      dy = all.rows(rows, 2 * rows);
      weight = all.rows(2 * rows, 2 * rows + 1);
      bias = all.rows(2 * rows + 1, 2 * rows + 2);
      y = Tensor.allocate(rows, columns);
      dx = Tensor.allocate(rows, columns);
      mean = Tensor.allocate(rows, 1);
      inverse = Tensor.allocate(rows, 1);
    }
  }

  private static final class Predicted {
    final Tensor logits;
    final Tensor losses;
    final int[] targets;

    Predicted(int rows, int vocabulary) {
      logits = KernelState.random(rows, vocabulary);
      losses = Tensor.allocate(rows, 1);
      targets = KernelState.targets(rows, vocabulary);
    }
  }

  @Setup(Level.Trial)
  public void setUp() {
    KernelState.check("elementwise kernels", "f32", ElementwiseBenchmark::small);
    kernels = KernelState.create("bf16");
    kernels.rmsNorm(normed.y, normed.inverse, normed.x, normed.weight, EPSILON);
    kernels.layerNorm(
        normed.y, normed.mean, normed.inverse, normed.x, normed.weight, normed.bias, EPSILON);
  }

  private static Tensor[] small(Kernels kernels) {
    Gated gated = new Gated(9, 50);
    kernels.swiglu(gated.y, gated.gate, gated.up);
    kernels.swigluBackward(gated.dgate, gated.dup, gated.dy, gated.gate, gated.up);
    Normed rms = new Normed(9, 50);
    kernels.rmsNorm(rms.y, rms.inverse, rms.x, rms.weight, EPSILON);
    kernels.rmsNormBackward(rms.dx, false, null, rms.dy, rms.inverse, rms.x, rms.weight);
    Normed layer = new Normed(9, 50);
    kernels.layerNorm(
        layer.y, layer.mean, layer.inverse, layer.x, layer.weight, layer.bias, EPSILON);
    kernels.layerNormBackward(
        layer.dx, false, null, null, layer.dy, layer.mean, layer.inverse, layer.x, layer.weight);
    Predicted predicted = new Predicted(9, 130);
    kernels.crossEntropy(
        predicted.losses, predicted.logits, predicted.logits, predicted.targets, 0.1f);
    return new Tensor[] {
      gated.y,
      gated.dgate,
      gated.dup,
      rms.y,
      rms.dx,
      layer.y,
      layer.dx,
      predicted.losses,
      predicted.logits
    };
  }

  @Benchmark
  public Tensor swiglu() {
    kernels.swiglu(gated.y, gated.gate, gated.up);
    return gated.y;
  }

  @Benchmark
  public Tensor swigluBackward() {
    kernels.swigluBackward(gated.dgate, gated.dup, gated.dy, gated.gate, gated.up);
    return gated.dup;
  }

  @Benchmark
  public Tensor rmsNorm() {
    kernels.rmsNorm(normed.y, normed.inverse, normed.x, normed.weight, EPSILON);
    return normed.y;
  }

  @Benchmark
  public Tensor rmsNormBackward() {
    kernels.rmsNormBackward(
        normed.dx, false, null, normed.dy, normed.inverse, normed.x, normed.weight);
    return normed.dx;
  }

  @Benchmark
  public Tensor layerNorm() {
    kernels.layerNorm(
        normed.y, normed.mean, normed.inverse, normed.x, normed.weight, normed.bias, EPSILON);
    return normed.y;
  }

  @Benchmark
  public Tensor layerNormBackward() {
    kernels.layerNormBackward(
        normed.dx,
        false,
        null,
        null,
        normed.dy,
        normed.mean,
        normed.inverse,
        normed.x,
        normed.weight);
    return normed.dx;
  }

  /** Loss and gradient in one pass; it reads its own gradients from the second call on. */
  @Benchmark
  public Tensor crossEntropy() {
    kernels.crossEntropy(
        predicted.losses, predicted.logits, predicted.logits, predicted.targets, 1f / SUPERVISED);
    return predicted.losses;
  }

  @TearDown
  public void tearDown() {
    kernels.close();
  }
}
