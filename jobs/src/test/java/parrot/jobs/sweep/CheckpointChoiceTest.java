package parrot.jobs.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class CheckpointChoiceTest {
  private static List<Integer> chosen(String text, Integer... steps) {
    SweepConfig config =
        SweepConfig.read(
            "{out: x, models: [{path: run, checkpoints: %s}], benchmarks: [b]}".formatted(text));
    List<Integer> all = List.of(steps);
    return config.models().get(0).checkpoints().orElseThrow().of(all).stream()
        .map(all::get)
        .toList();
  }

  @Test
  void takesAllOrTheLast() {
    assertThat(chosen("all", 0, 64, 128)).containsExactly(0, 64, 128);
    assertThat(chosen("last", 0, 64, 128)).containsExactly(128);
  }

  @Test
  void takesTheFirstAtOrAfterEachMultipleAndTheLast() {
    assertThat(chosen("every 500", 0, 128, 256, 384, 512, 640, 1000, 1100))
        .containsExactly(0, 512, 1000, 1100);
    assertThat(chosen("every 500", 2000, 2100, 4000)).containsExactly(2000, 4000);
  }
}
