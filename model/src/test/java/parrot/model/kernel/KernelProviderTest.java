package parrot.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import parrot.model.kernel.cpu.Gemm;
import parrot.model.kernel.cpu.OneDnn;
import parrot.model.kernel.cpu.OneDnnKernels;
import parrot.model.kernel.reference.ReferenceKernels;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

class KernelProviderTest {

  @Test
  void givesWhatIsAskedFor() {
    try (Kernels reference = Kernels.create("reference", Precision.F32);
        Kernels fast = Kernels.create("onednn", Precision.F32)) {
      assertThat(reference).isInstanceOf(ReferenceKernels.class);
      assertThat(fast).isInstanceOf(OneDnnKernels.class);
    }
  }

  @Test
  void refusesAnotherName() {
    assertThatThrownBy(() -> Kernels.create("cuda", Precision.F32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid kernels: cuda (must be onednn or reference)");
  }

  @Test
  void readsPrecisionsAsWritten() {
    assertThat(Precision.of("f32")).isEqualTo(Precision.F32);
    assertThat(Precision.of("bf16")).isEqualTo(Precision.BF16).hasToString("bf16");
    assertThatThrownBy(() -> Precision.of("BF16"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid precision: BF16 (must be f32 or bf16)");
  }

  @Test
  void readsThreadsFromTheEnvironment() {
    Map<String, String> environment =
        Map.of("PARROT_THREADS", " 4 ", "ZERO", "0", "LIST", "4,2", "LONG", "99999999999");
    assertThat(KernelProvider.threads(environment, "PARROT_THREADS")).contains(4);
    assertThat(KernelProvider.threads(environment, "ZERO")).isEmpty();
    assertThat(KernelProvider.threads(environment, "LIST")).isEmpty();
    assertThat(KernelProvider.threads(environment, "LONG")).isEmpty();
    assertThat(KernelProvider.threads(environment, "OMP_NUM_THREADS")).isEmpty();
    assertThat(KernelProvider.defaultThreads()).isPositive();
  }

  @Test
  void oneDnnWorksWhereTheTestsRun() {
    assertThat(OneDnn.isAvailable()).isTrue();
    assertThatCode(OneDnn::requireAvailable).doesNotThrowAnyException();
  }

  @Test
  void namesTheStatusAndTheSizesOfAFailedProduct() {
    assertThatThrownBy(
            () ->
                new Gemm()
                    .multiply(false, false, 2, 3, -1, 0, 1, 0, 3, false, ElementType.F32, 0, 3))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "Cannot multiply 2 x -1 by -1 x 3: oneDNN reports status 2 (invalid arguments)");
  }

  @Test
  void instancesWorkAtTheSameTime() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(2);
    try {
      Callable<List<float[]>> task =
          () -> {
            try (Kernels kernels = Kernels.create("onednn", Precision.BF16, 2)) {
              Samples samples = new Samples(1, false);
              Tensor a = samples.tensor(300, 128);
              Tensor b = samples.tensor(200, 128);
              Tensor c = samples.empty(300, 200);
              Segments segments = Segments.self(new int[] {0, 40, 300}, 4, 2, 32, true);
              Tensor out = samples.empty(300, 128);
              Tensor logSum = samples.empty(300, 4);
              Tensor k = samples.tensor(300, 64);
              for (int round = 0; round < 50; round++) {
                kernels.matmul(c, a, false, b, true, 0);
                kernels.attention(out, logSum, a, k, k, segments);
                kernels.softmax(c);
              }
              return List.of(c.toArray(), out.toArray());
            }
          };
      Future<List<float[]>> first = executor.submit(task);
      Future<List<float[]>> second = executor.submit(task);
      List<float[]> alone = task.call();
      for (int i = 0; i < alone.size(); i++) {
        assertThat(first.get().get(i)).isEqualTo(alone.get(i));
        assertThat(second.get().get(i)).isEqualTo(alone.get(i));
      }
    } finally {
      executor.shutdownNow();
    }
  }
}
