package parrot.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import parrot.jobs.balance.ExpertBalance;
import parrot.jobs.checkpoint.RunProgress;
import parrot.jobs.checkpoint.SettingsChange;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.config.TrainConfigReader;

class RunLengthTest {
  private static final RunProgress START =
      RunProgress.start(List.of("a"), List.of(), ExpertBalance.NONE);

  /** Two replicas with batches of four, averaged every two steps: 16 examples a round. */
  private static RunLength length(RunProgress progress, String... settings) {
    String yaml = "{train: [projector], out: o, model: {folder: m}, data: [d]}";
    List<String> all = new ArrayList<>(List.of("replicas=2", "average_every=2", "batch_size=4"));
    all.addAll(List.of(settings));
    TrainConfig config = TrainConfigReader.read(yaml, all);
    return RunLength.of(config, 100, progress);
  }

  /** After four rounds, of which the last had ten examples. */
  private static RunProgress changed(List<String> data) {
    RunProgress progress = START;
    for (int examples : new int[] {16, 16, 16, 10}) {
      progress = progress.afterRound(2, 4, examples, 0, ExpertBalance.NONE);
    }
    return progress.changed(List.of(new SettingsChange.Setting("x", "1", "2")), data, List.of());
  }

  @Test
  void ofARunIsInRoundsAndStepsOfItsSizes() {
    RunLength length = length(START, "max_examples=58");
    assertThat(length.rounds()).isEqualTo(4);
    assertThat(length.steps()).isEqualTo(8);
    assertThat(length.next(48)).isEqualTo(10);
    assertThat(length(START, "epochs=2").examples()).isEqualTo(200);
    assertThat(length(START, "max_steps=5").examples()).isEqualTo(40);
  }

  @Test
  void afterAChangeCountsWhatIsDoneAsItWasDone() {
    RunLength longer = length(changed(List.of("a")), "max_examples=100");
    assertThat(longer.rounds()).isEqualTo(4 + 3);
    assertThat(longer.steps()).isEqualTo(8 + 6);
    RunLength larger = length(changed(List.of("a")), "max_steps=10", "batch_size=8");
    assertThat(larger.examples()).isEqualTo(58 + 2 * 16);
    assertThat(larger.steps()).isEqualTo(10);
    assertThat(larger.rounds()).isEqualTo(5);
  }

  @Test
  void inEpochsIsOfTheDataThatIsTrainedOnNow() {
    assertThat(length(changed(List.of("a"))).examples()).isEqualTo(100);
    assertThat(length(changed(List.of("b"))).examples()).isEqualTo(58 + 100);
  }
}
