package parrot.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LogProbabilitiesTest {
  private static final float[] LOGITS = {1, 3, 2, 3, 99}; // the last one only pads the weights

  @Test
  void probabilitiesOfTheVocabularyAddUpToOne() {
    double sum = 0;
    for (int id = 0; id < 4; id++) {
      sum += Math.exp(LogProbabilities.of(LOGITS, 4, id));
    }
    assertThat(sum).isCloseTo(1, within(1e-6));
    assertThat(LogProbabilities.of(LOGITS, 4, 1) - LogProbabilities.of(LOGITS, 4, 2))
        .isCloseTo(1, within(1e-6f));
  }

  @Test
  void theLikeliestComeFirstAndTheLowestIdAmongEquals() {
    assertThat(LogProbabilities.likeliest(LOGITS, 4, 3)).containsExactly(1, 3, 2);
    assertThat(LogProbabilities.likeliest(LOGITS, 4, 9)).containsExactly(1, 3, 2, 0);
    assertThat(LogProbabilities.likeliest(LOGITS, 4, 0)).isEmpty();
  }
}
