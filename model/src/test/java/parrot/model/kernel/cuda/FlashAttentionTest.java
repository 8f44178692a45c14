package parrot.model.kernel.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static parrot.model.kernel.Agreement.assertClose;
import static parrot.model.kernel.Agreement.assertSame;
import static parrot.model.kernel.Samples.boundaries;

import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.kernel.Samples;
import parrot.model.kernel.Segments;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

/** Attention by tiles on emulated tensor cores, forward and backward, in memory of the card. */
class FlashAttentionTest {
  private static final double ROUNDED_WEIGHTS = 1 / 128.0;

  private final Samples samples = new Samples(9, false);

  @BeforeAll
  static void needsTheEmulator() {
    Emulator.assumeWorks();
  }

  /** Ragged segments, one without queries, more keys than queries, tiles that are not full. */
  @ParameterizedTest
  @CsvSource({
    "64, 4, 2, true",
    "64, 2, 2, false",
    "80, 2, 1, true",
    "96, 2, 1, false",
    "128, 2, 2, true",
    "128, 4, 1, false"
  })
  void isWhatTheReferenceComputesInEveryOrderOfThreads(
      int headSize, int heads, int keyHeads, boolean causal) {
    Segments segments =
        new Segments(
            boundaries(1, 70, 0, 40), boundaries(1, 70, 3, 130), heads, keyHeads, headSize, causal);
    Tensor q = sample(111, heads * headSize);
    Tensor k = sample(204, keyHeads * headSize);
    Tensor v = sample(204, keyHeads * headSize);
    Tensor dout = sample(111, heads * headSize);
    Tensor[] wanted = results(q, k, heads);
    try (Kernels reference = Kernels.create("reference", Precision.F32, 1)) {
      run(reference, wanted, dout, q, k, v, segments);
    }
    Tensor[] first = null;
    for (long seed = 0; seed < 2; seed++) {
      Tensor[] actual = results(q, k, heads);
      try (CudaKernels kernels = new CudaKernels(new EmulatedDevice(seed), ElementType.BF16)) {
        Memory memory = kernels.memory();
        Tensor[] there = in(memory, actual);
        run(kernels, there, dout.in(memory), q.in(memory), k.in(memory), v.in(memory), segments);
        actual = in(Memory.HOST, there);
      }
      for (int i = 0; i < wanted.length; i++) {
        String what = "result " + i + ", order " + seed;
        assertClose(what, actual[i], wanted[i], i == 1 ? 1e-5 : ROUNDED_WEIGHTS);
        if (first != null) {
          assertSame(what, actual[i].toArray(), first[i].toArray());
        }
      }
      first = actual;
    }
    assertThat(wanted[3].rows(71, 74).toArray()).containsOnly(0); // keys without queries
  }

  private static void run(
      Kernels kernels,
      Tensor[] results,
      Tensor dout,
      Tensor q,
      Tensor k,
      Tensor v,
      Segments segments) {
    kernels.attention(results[0], results[1], q, k, v, segments);
    kernels.attentionBackward(
        results[2], results[3], results[4], dout, results[0], results[1], q, k, v, segments);
  }

  /** Output, log sums, and gradients of queries, keys and values: not-a-number at first. */
  private Tensor[] results(Tensor q, Tensor k, int heads) {
    return new Tensor[] {
      samples.empty(ElementType.BF16, q.rows(), q.columns()),
      samples.empty(q.rows(), heads),
      samples.empty(ElementType.BF16, q.rows(), q.columns()),
      samples.empty(ElementType.BF16, k.rows(), k.columns()),
      samples.empty(ElementType.BF16, k.rows(), k.columns())
    };
  }

  private Tensor sample(int rows, int columns) {
    return samples.tensor(ElementType.BF16, rows, columns, 1);
  }

  private static Tensor[] in(Memory memory, Tensor[] tensors) {
    return Stream.of(tensors).map(tensor -> tensor.in(memory)).toArray(Tensor[]::new);
  }
}
