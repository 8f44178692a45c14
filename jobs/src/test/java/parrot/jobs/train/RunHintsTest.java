package parrot.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import parrot.jobs.config.TrainConfigReader;

/** A learning rate that is rarely meant; TrainRefusalsTest has the hints that need data. */
class RunHintsTest {
  private static final long LARGE = 494_000_000;

  private static Optional<String> hint(long decoder, String... settings) {
    String yaml = "{stage: instruct, out: o, model: {folder: m}, data: [d]}";
    return RunHints.rate(TrainConfigReader.read(yaml, List.of(settings)), decoder);
  }

  @Test
  void warnsOfARateTenTimesThePapers() {
    assertThat(hint(LARGE)).isEmpty();
    assertThat(hint(LARGE, "optimizer.learning_rate=1e-4")).isEmpty();
    assertThat(hint(LARGE, "optimizer.learning_rate=1e-3"))
        .hasValue(
            "warning: the learning rate of the decoder is 0.001, 50 times the paper's 2.0E-5: a"
                + " trained model may lose what it knows (lower optimizer.learning_rate, or"
                + " optimizer.rates.decoder)");
    assertThat(hint(LARGE, "optimizer.rates={projector: 0.02}"))
        .hasValueSatisfying(
            line -> assertThat(line).contains("of the projector is 0.02, 20 times"));
  }

  @Test
  void saysNothingOfSmallModelsAndOfPartsThatStartFresh() {
    assertThat(hint(5_000_000, "optimizer.learning_rate=1e-3")).isEmpty();
    assertThat(hint(LARGE, "optimizer.learning_rate=1e-3", "model.initialize=[decoder]")).isEmpty();
  }
}
