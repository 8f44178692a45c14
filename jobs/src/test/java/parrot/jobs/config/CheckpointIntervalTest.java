package parrot.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import parrot.datasets.UsageException;

/** {@code checkpoints.every} is a time or a number of rounds. */
class CheckpointIntervalTest {
  private static TrainConfig read(String... settings) {
    return TrainConfigReader.read(
        "{stage: align, out: o, model: {folder: m}, data: [d]}", List.of(settings));
  }

  private static CheckpointInterval every(String value) {
    return read("checkpoints.every=" + value).checkpoints().every();
  }

  @Test
  void isTenMinutesIfAbsent() {
    CheckpointInterval usual = read().checkpoints().every();

    assertThat(usual.isDue(7, Duration.ofSeconds(599))).isFalse();
    assertThat(usual.isDue(7, Duration.ofSeconds(600))).isTrue();
    assertThat(usual.risk())
        .isEqualTo(
            "a driver that dies loses at most 10m of training and the round that it is in"
                + " (checkpoints.every)");
    assertThat(TrainConfigReader.toYaml(read().resolved())).contains("every: \"10m\"");
  }

  @Test
  void countsRoundsIfItIsANumber() {
    CheckpointInterval rounds = every("50");

    assertThat(rounds.isDue(49, Duration.ofDays(1))).isFalse();
    assertThat(rounds.isDue(100, Duration.ZERO)).isTrue();
    assertThat(rounds.risk()).contains("at most the 50 rounds since the last checkpoint");
    assertThat(read("checkpoints.every=50").resolved().at("/checkpoints/every").isInt()).isTrue();
  }

  @Test
  void readsSecondsMinutesAndHours() {
    assertThat(every("90s")).hasToString("90s");
    assertThat(every("2h").time()).isEqualTo(Duration.ofHours(2));
    assertThat(every("120m")).hasToString("2h");
  }

  @Test
  void warnsWithoutCheckpoints() {
    CheckpointInterval never = every("0");

    assertThat(never.isDue(100, Duration.ofDays(1))).isFalse();
    assertThat(never.risk()).startsWith("warning: no checkpoint is written before the last round");
  }

  @Test
  void refusesOtherTexts() {
    for (String wrong : new String[] {"-1", "10 minutes", "1.5h", "often"}) {
      assertThatThrownBy(() -> every(wrong))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("Invalid checkpoints.every: " + wrong + " (must be a number of");
    }
  }
}
