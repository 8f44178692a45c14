package parrot.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import parrot.datasets.EnvironmentException;

class ClusterCardsTest {
  private static final String H200 = "NVIDIA H200, 140 GiB, sm_90, driver for CUDA 13.0";
  private static final String A100 = "NVIDIA A100, 80 GiB, sm_80, driver for CUDA 13.0";

  @Test
  void countsEqualCards() {
    assertThat(ClusterCards.summary(Map.of("a", List.of(H200, H200), "b", List.of(H200)), false))
        .isEqualTo("3 GPUs on 2 executors: " + H200);
    assertThat(ClusterCards.summary(Map.of("a", List.of(H200)), true)).isEqualTo("1 GPU: " + H200);
  }

  @Test
  void refusesCardsOfDifferentKinds() {
    assertThatThrownBy(
            () -> ClusterCards.summary(Map.of("a", List.of(H200), "b", List.of(A100)), false))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageStartingWith("Cannot compute on GPUs of different kinds")
        .hasMessageContaining("b=[" + A100 + "]")
        .hasMessageContaining("CUDA_VISIBLE_DEVICES")
        .hasMessageContaining("--device cpu");
  }

  @Test
  void namesTheHostThatCannotUseItsCards() {
    assertThatThrownBy(
            () ->
                ClusterCards.summary(
                    Map.of("a", List.of(H200), "b", List.of("!", "Cannot use a GPU: none")), false))
        .isInstanceOf(EnvironmentException.class)
        .hasMessage("Cannot use a GPU: none (on b)");
  }
}
