package parrot.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.model.ModelException;

class TokenChoiceTest {
  /** Probabilities 0.1, 0.4, 0.2, 0.3, and a padded id that is likelier than all. */
  private static final float[] LOGITS = {log(0.1), log(0.4), log(0.2), log(0.3), 50};

  private static final int VOCABULARY = 4;

  private static float log(double probability) {
    return (float) Math.log(probability);
  }

  private static TokenChoice choice(Sampling sampling, int... prompt) {
    return new TokenChoice(sampling, prompt, VOCABULARY);
  }

  private static Sampling sampling(double temperature, int topK, double topP, double minP) {
    return new Sampling(temperature, topK, topP, minP, 1, 7);
  }

  private static Set<Integer> drawn(Sampling sampling) {
    TokenChoice choice = choice(sampling);
    Set<Integer> drawn = new TreeSet<>();
    for (int i = 0; i < 500; i++) {
      drawn.add(choice.next(LOGITS));
    }
    return drawn;
  }

  @Test
  void theLikeliestWinsAndOfEqualOnesTheFirstButNoPaddedId() {
    assertThat(choice(Sampling.GREEDY).next(LOGITS)).isEqualTo(1);
    assertThat(choice(Sampling.GREEDY).next(new float[] {1, 2, 2, 0, 9})).isEqualTo(1);
  }

  @Test
  void drawsInTheProportionsOfTheModel() {
    TokenChoice choice = choice(sampling(1, 0, 1, 0));
    int[] counts = new int[VOCABULARY];
    for (int i = 0; i < 20_000; i++) {
      counts[choice.next(LOGITS)]++;
    }
    double[] shares = Arrays.stream(counts).mapToDouble(count -> count / 20_000.0).toArray();

    assertThat(shares).containsExactly(new double[] {0.1, 0.4, 0.2, 0.3}, within(0.015));
  }

  @Test
  void temperatureSharpensAndFlattens() {
    assertThat(drawn(sampling(0.02, 0, 1, 0))).containsExactly(1);
    assertThat(drawn(sampling(100, 0, 1, 0))).containsExactly(0, 1, 2, 3);
  }

  @Test
  void leavesTheUnlikelyOut() {
    assertThat(drawn(sampling(1, 1, 1, 0))).containsExactly(1);
    assertThat(drawn(sampling(1, 2, 1, 0))).containsExactly(1, 3);
    assertThat(drawn(sampling(1, 0, 0.39, 0))).containsExactly(1);
    assertThat(drawn(sampling(1, 0, 0.41, 0))).containsExactly(1, 3);
    assertThat(drawn(sampling(1, 0, 1, 0.49))).containsExactly(1, 2, 3);
    assertThat(drawn(sampling(1, 0, 1, 1))).containsExactly(1);
    assertThat(drawn(sampling(1, 3, 0.7, 0.6))).containsExactly(1, 3);
  }

  @Test
  void aSeedDecidesEverything() {
    for (int seed = 0; seed < 5; seed++) {
      Sampling sampling = new Sampling(1, 3, 0.95, 0, 1.2, seed);
      TokenChoice first = choice(sampling, 2);
      TokenChoice second = choice(sampling, 2);
      for (int i = 0; i < 50; i++) {
        assertThat(first.next(LOGITS)).isEqualTo(second.next(LOGITS));
      }
    }
  }

  @Test
  void whatWasSaidBeforeIsLessLikely() {
    float[] logits = {1, 3, 2, -1, 9};
    TokenChoice choice = choice(new Sampling(0, 0, 1, 0, 2, 0), 0, -200);

    assertThat(choice.next(logits)).isEqualTo(1);
    assertThat(choice.next(logits)).isEqualTo(2);
    assertThat(choice.next(logits)).isEqualTo(1);
    assertThat(logits).containsExactly(1, 3, 2, -1, 9);
  }

  @Test
  void aLogitThatIsNotFiniteIsAnError() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      assertThatThrownBy(() -> choice(Sampling.GREEDY).next(new float[] {1, bad, 2, 3, 4}))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("the logit of token 1 is " + bad);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 0, 1, 0, 1, temperature", "NaN, 0, 1, 0, 1, temperature", "1, -1, 1, 0, 1, top-k",
    "1, 0, 0, 0, 1, top-p", "1, 0, 1.1, 0, 1, top-p", "1, 0, 1, -0.1, 1, min-p",
    "1, 0, 1, 0, 0, repetition-penalty", "0, 5, 1, 0, 1, temperature"
  })
  void refusesValuesWithoutMeaning(
      double temperature, int topK, double topP, double minP, double penalty, String name) {
    assertThatThrownBy(() -> new Sampling(temperature, topK, topP, minP, penalty, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Invalid " + name + ": ")
        .hasMessageContaining("(must be ");
  }
}
