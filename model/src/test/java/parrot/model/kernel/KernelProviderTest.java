package parrot.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

class KernelProviderTest {

  @Test
  void givesWhatIsAskedFor() {
    assertThat(Kernels.names()).containsExactly("onednn", "reference");
    assertThat(Kernels.defaultName()).isEqualTo("onednn");
    for (KernelProvider provider : KernelProvider.all()) {
      assertThat(KernelProvider.named(provider.name())).isSameAs(provider);
      if (provider.isOnCards() && provider.obstacle().isPresent()) {
        assertThatThrownBy(() -> Kernels.create(provider.name(), Precision.F32, 1))
            .isInstanceOf(DeviceException.class)
            .hasMessage(provider.obstacle().get());
        continue;
      }
      assertThat(provider.obstacle()).isEmpty();
      try (Kernels kernels = Kernels.create(provider.name(), Precision.F32, 1)) {
        assertThat(kernels.factorType()).isEqualTo(ElementType.F32);
      }
    }
  }

  @Test
  void refusesAnotherName() {
    assertThatThrownBy(() -> Kernels.create("opencl", Precision.F32, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid kernels: opencl (must be onednn or reference)");
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
