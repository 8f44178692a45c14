package parrot.jobs.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class StepsTest {
  private final List<String> lines = new ArrayList<>();
  private final AtomicLong nanos = new AtomicLong();
  private Steps steps;

  @BeforeEach
  void start() {
    Map<String, Double> expected = new LinkedHashMap<>();
    expected.put("one", 30.0);
    expected.put("two", 60.0);
    expected.put("three", 30.0);
    steps = new Steps(expected, lines::add, nanos::get);
  }

  private void run(String name, long seconds) throws Exception {
    steps.run(name, () -> nanos.addAndGet(seconds * 1_000_000_000L));
  }

  @Test
  void sayWhichOfHowManyAndTheTimeLeft() throws Exception {
    run("one", 30);
    run("two", 60);
    run("three", 30);

    assertThat(lines)
        .extracting(String::strip)
        .containsExactly(
            "[1 of 3] one  (elapsed 0 s, about 2:00 min left)",
            "[2 of 3] two  (elapsed 30 s, about 1:30 min left)",
            "[3 of 3] three  (elapsed 1:30 min, about 30 s left)");
    assertThat(steps.timings()).extracting("seconds").containsExactly(30.0, 60.0, 30.0);
  }

  @Test
  void expectMoreOfASlowMachine() throws Exception {
    run("one", 90);
    run("two", 180);

    assertThat(lines.get(1)).contains("about 4:30 min left");
  }

  @Test
  void keepTheTimeOfAStepThatFailsToThemselves() {
    assertThatThrownBy(
            () ->
                steps.run(
                    "one",
                    () -> {
                      throw new IllegalStateException("no");
                    }))
        .hasMessage("no");
    assertThat(steps.timings()).isEmpty();
  }

  @Test
  void refuseAStepThatNobodyPlanned() {
    assertThatThrownBy(() -> steps.run("four", () -> null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Unknown step: four");
  }
}
