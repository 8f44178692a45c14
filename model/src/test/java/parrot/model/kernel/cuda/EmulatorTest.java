package parrot.model.kernel.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Samples;
import parrot.model.kernel.Segments;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

/**
 * Faults that a card would hide for a while are found: each is planted into a kernel that is right.
 */
class EmulatorTest {
  private static final int ORDERS = 4;
  private static final List<String> NORMS = List.of("norms.cu", "elementwise.cu");
  private static final List<String> FLASH = List.of("flash.cu");

  @BeforeAll
  static void needsTheEmulator() {
    Emulator.assumeWorks();
  }

  @Test
  void withoutAFaultEveryOrderGivesTheSameBits() {
    Map<String, String> right = Emulator.sources(NORMS);
    assertThat(orders(right, EmulatorTest::norm)).isEqualTo(1);
    assertThat(orders(right, EmulatorTest::normBackward)).isEqualTo(1);
    assertThat(orders(Emulator.sources(FLASH), EmulatorTest::attend)).isEqualTo(1);
  }

  @Test
  void aMissingBarrierBehindAWriteMakesTheOrderMatter() {
    Map<String, String> wrong =
        without(NORMS, "device.cuh", "  if (lane == 0) slots[warp] = x;\n  __syncthreads();", 1);
    assertThat(orders(wrong, EmulatorTest::norm)).isGreaterThan(1);
  }

  @Test
  void aMissingBarrierBeforeMemoryIsUsedAgainMakesTheOrderMatter() {
    Map<String, String> wrong =
        without(
            NORMS,
            "device.cuh",
            "  __syncthreads(); // slots may still be read from the call before",
            0);
    assertThat(orders(wrong, EmulatorTest::normBackward)).isGreaterThan(1);
  }

  @Test
  void aTileThatIsCopiedOverTheOneInUseMakesTheOrderMatter() {
    Map<String, String> wrong =
        without(
            FLASH,
            "flash.cu",
            "    __syncthreads(); // this tile is there, and nobody reads the other one any more",
            0);
    assertThat(orders(wrong, EmulatorTest::attend)).isGreaterThan(1);
  }

  @Test
  void aCopyThatNothingWaitsForIsFound() {
    Map<String, String> wrong = Emulator.sources(FLASH);
    wrong.computeIfPresent("flash.cu", (name, text) -> text.replace("wait_for_copies();", ""));
    assertThatThrownBy(() -> orders(wrong, EmulatorTest::attend))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Kernel flash_64 failed: a copy that nothing waited for");
  }

  @Test
  void aLaneLeftOutOfAShuffleIsFound() {
    Map<String, String> wrong = Emulator.sources(NORMS);
    wrong.computeIfPresent(
        "device.cuh",
        (name, text) -> text.replace("  x = warp_sum(x);", "  if (lane < 31) x = warp_sum(x);"));
    assertThatThrownBy(() -> orders(wrong, EmulatorTest::norm))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Kernel rmsNorm failed: a lane that a shuffle names did not take part");
  }

  @Test
  void aBarrierThatSomeThreadsDoNotComeToIsFound() {
    Map<String, String> wrong = Emulator.sources(NORMS);
    wrong.computeIfPresent(
        "norms.cu",
        (name, text) ->
            text.replaceFirst(
                "  long long row = blockIdx.x;", "$0\n  if (threadIdx.x >= 32) return;"));
    assertThatThrownBy(() -> orders(wrong, EmulatorTest::norm))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Kernel rmsNorm failed: a barrier that some threads did not come to");
  }

  @Test
  void aWritePastTheEndIsFound() {
    Map<String, String> wrong = Emulator.sources(NORMS);
    wrong.computeIfPresent(
        "elementwise.cu",
        (name, text) ->
            text.replace(
                "cells(y.rows, y.columns, [&](long long i, int j) { put4(y, i, j, Four",
                "cells(y.rows + 1, y.columns, [&](long long i, int j) { put4(y, i, j, Four"));
    try (CudaKernels kernels = kernels(0, wrong)) {
      Tensor y = Tensor.allocate(kernels.memory(), ElementType.F32, 4, 16);
      assertThatThrownBy(() -> kernels.fill(y, 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Kernel fill wrote outside of its memory");
    }
  }

  @Test
  void aTensorOfTheHostIsRefused() {
    try (CudaKernels kernels = kernels(0, Emulator.sources(NORMS))) {
      Tensor y = Tensor.allocate(1, 4);
      assertThatThrownBy(() -> kernels.fill(y, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Cannot compute on the device: [Tensor[1 x 4]] lies elsewhere");
    }
  }

  /** The sources without the last line of a passage, which must be there. */
  private static Map<String, String> without(
      List<String> units, String file, String passage, int line) {
    Map<String, String> sources = Emulator.sources(units);
    String[] lines = passage.split("\n");
    String kept = String.join("\n", Arrays.copyOf(lines, line));
    assertThat(sources.get(file)).contains(passage);
    sources.computeIfPresent(file, (name, text) -> text.replaceFirst(Pattern.quote(passage), kept));
    return sources;
  }

  private static CudaKernels kernels(long seed, Map<String, String> sources) {
    return new CudaKernels(new EmulatedDevice(seed, sources), ElementType.BF16);
  }

  /** How many results some orders of threads give. */
  private static long orders(Map<String, String> sources, BiConsumer<Kernels, Tensor> operation) {
    return LongStream.range(0, ORDERS)
        .mapToObj(
            seed -> {
              try (CudaKernels kernels = kernels(seed, sources)) {
                Tensor result = Tensor.allocate(kernels.memory(), ElementType.BF16, 130, 512);
                operation.accept(kernels, result);
                return Arrays.hashCode(result.toArray());
              }
            })
        .distinct()
        .count();
  }

  private static void norm(Kernels kernels, Tensor y) {
    Samples samples = new Samples(1, false);
    Memory memory = kernels.memory();
    Tensor x = samples.tensor(y.type(), y.rows(), y.columns(), 1).in(memory);
    Tensor weight = samples.tensor(1, y.columns()).in(memory);
    kernels.rmsNorm(y, samples.empty(y.rows(), 1).in(memory), x, weight, 1e-6f);
  }

  private static void normBackward(Kernels kernels, Tensor dx) {
    Samples samples = new Samples(2, false);
    Memory memory = kernels.memory();
    Tensor result = samples.empty(dx.rows(), dx.columns()).in(memory);
    Tensor mean = samples.tensor(dx.rows(), 1).in(memory);
    Tensor weight = samples.tensor(1, dx.columns()).in(memory);
    Tensor x = samples.tensor(dx.rows(), dx.columns()).in(memory);
    kernels.layerNormBackward(result, false, null, null, x, mean, mean, x, weight);
    kernels.copy(dx, result);
  }

  private static void attend(Kernels kernels, Tensor out) {
    Samples samples = new Samples(3, false);
    Memory memory = kernels.memory();
    Tensor q = samples.tensor(out.type(), out.rows(), out.columns(), 1).in(memory);
    Tensor k = samples.tensor(out.type(), 300, 64, 1).in(memory);
    Tensor v = samples.tensor(out.type(), 300, 64, 1).in(memory);
    Segments segments = new Segments(new int[] {0, out.rows()}, new int[] {0, 300}, 8, 1, 64, true);
    kernels.attention(out, samples.empty(out.rows(), 8).in(memory), q, k, v, segments);
  }
}
