package parrot.datasets.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;
import parrot.datasets.UsageException;
import parrot.datasets.language.Language;

class MixtureTest {
  private static final Map<Language, Long> ROWS = Map.of(Language.EN, 900L, Language.TR, 100L);

  @Test
  void theMixtureOfTheDataChangesNothing() {
    assertThat(Mixture.OF_THE_DATA.factors(ROWS))
        .containsEntry(Language.EN, 1.0)
        .containsEntry(Language.TR, 1.0);
  }

  @Test
  void temperatureMakesSharesEven() {
    assertThat(ratio(new Mixture(2, Map.of()))).isCloseTo(3, within(1e-12));
    assertThat(ratio(new Mixture(1e9, Map.of()))).isCloseTo(1, within(1e-6));
  }

  @Test
  void weightsReplaceTheSharesOfTheData() {
    Mixture mixture = new Mixture(2, Map.of(Language.EN, 1.0, Language.TR, 4.0));

    assertThat(ratio(mixture)).isCloseTo(0.25, within(1e-12));
  }

  @Test
  void everyLanguageOfTheDataNeedsAWeight() {
    Mixture mixture = new Mixture(1, Map.of(Language.EN, 1.0));

    assertThatThrownBy(() -> mixture.factors(ROWS))
        .isInstanceOf(UsageException.class)
        .hasMessage("Missing mixture.weights.tr: the data has 100 rows of it (0 leaves them out)");
  }

  @Test
  void aWeightOfZeroLeavesALanguageOut() {
    Mixture mixture = new Mixture(1, Map.of(Language.EN, 1.0, Language.TR, 0.0));

    assertThat(mixture.factors(ROWS)).containsEntry(Language.TR, 0.0);
  }

  @Test
  void onlyLanguagesOfTheDataHaveAWeight() {
    Map<Language, Double> weights = Map.of(Language.EN, 1.0, Language.TR, 1.0, Language.AR, 0.5);

    assertThatThrownBy(() -> new Mixture(1, weights).factors(ROWS))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("Invalid mixture.weights.ar: 0.5 ");
  }

  /** How many English rows come up per Turkish row. */
  private static double ratio(Mixture mixture) {
    Map<Language, Double> factors = mixture.factors(ROWS);
    return 900 * factors.get(Language.EN) / (100 * factors.get(Language.TR));
  }
}
