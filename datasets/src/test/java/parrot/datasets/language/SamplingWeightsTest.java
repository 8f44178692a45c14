package parrot.datasets.language;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.DataException;

class SamplingWeightsTest {
  private static final Map<Language, Long> ROWS =
      Map.of(Language.EN, 900L, Language.ZH, 100L, Language.AR, 0L);

  @Test
  void keepsTheMixtureOfTheDataUnlessToldOtherwise() {
    assertThat(SamplingWeights.proportional().shares(ROWS))
        .isEqualTo(Map.of(Language.EN, 0.9, Language.ZH, 0.1));
    assertThat(SamplingWeights.proportional().repeats(ROWS).get(Language.EN))
        .isEqualTo(1, within(1e-12));
  }

  @Test
  void evensTheMixtureOutByTemperature() {
    // Square roots: 30 and 10.
    Map<Language, Double> shares = SamplingWeights.temperature(2).shares(ROWS);
    assertThat(shares.get(Language.EN)).isEqualTo(0.75, within(1e-12));
    assertThat(shares.get(Language.ZH)).isEqualTo(0.25, within(1e-12));
    assertThat(SamplingWeights.temperature(2).repeats(ROWS).get(Language.ZH))
        .isEqualTo(2.5, within(1e-12));
  }

  @Test
  void takesExplicitWeightsWhateverTheirSum() {
    Map<Language, Double> shares = SamplingWeights.parse("en=3, cn=1").shares(ROWS);
    assertThat(shares).isEqualTo(Map.of(Language.EN, 0.75, Language.ZH, 0.25));
  }

  @Test
  void givesALanguageWithoutRowsNoShare() {
    assertThat(SamplingWeights.temperature(5).shares(ROWS)).doesNotContainKey(Language.AR);
  }

  @Test
  void readsWhatItIsToldInAFile() {
    assertThat(SamplingWeights.parse("proportional")).isEqualTo(SamplingWeights.proportional());
    assertThat(SamplingWeights.parse("temperature=2")).isEqualTo(SamplingWeights.temperature(2));
  }

  @Test
  void refusesExplicitWeightsThatDoNotNameTheLanguagesOfTheData() {
    assertThatThrownBy(() -> SamplingWeights.parse("en=1").shares(ROWS))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot weigh languages: zh has rows and no weight (100 rows; give a weight to exactly the languages of the data)");
    assertThatThrownBy(() -> SamplingWeights.parse("en=1,zh=1,ru=1").shares(ROWS))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot weigh languages: ru has a weight and no rows");
  }

  @ParameterizedTest
  @ValueSource(strings = {"en", "", "en=x", "temperature=warm"})
  void refusesWhatItCannotRead(String text) {
    assertThatThrownBy(() -> SamplingWeights.parse(text))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Invalid sampling weights: "
                + text
                + " (must be proportional, temperature=T, or weights such as en=0.5,zh=0.3,ru=0.2)");
  }

  @ParameterizedTest
  @CsvSource({"0.5", "NaN", "-1", "Infinity"})
  void refusesATemperatureThatMakesNoSense(double temperature) {
    assertThatThrownBy(() -> SamplingWeights.temperature(temperature))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("(must be at least 1; 1 keeps the data's own mixture");
  }

  @ParameterizedTest
  @CsvSource({"0", "NaN", "-1", "Infinity"})
  void refusesAWeightThatMakesNoSense(double weight) {
    assertThatThrownBy(() -> SamplingWeights.explicit(Map.of(Language.TR, weight)))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Invalid sampling weight of tr: " + weight + " (must be positive");
  }

  @Test
  void refusesALanguageThatIsGivenTwice() {
    assertThatThrownBy(() -> SamplingWeights.parse("zh=1,cn=2"))
        .isInstanceOf(DataException.class)
        .hasMessage("Invalid sampling weights: zh=1,cn=2 (zh is given twice)");
  }
}
