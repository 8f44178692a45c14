package parrot.datasets.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class HolmTest {
  @Test
  void multipliesTheSmallestByTheNumberOfTestsAndNeverFalls() {
    // By hand: 4 x 0.005, 3 x 0.01, 2 x 0.03, and no less than the one before.
    assertThat(Holm.corrected(List.of(0.01, 0.04, 0.03, 0.005)))
        .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-12 ? 0 : Double.compare(a, b))
        .containsExactly(0.03, 0.06, 0.06, 0.02);
    assertThat(Holm.corrected(List.of(0.7, 0.6))).containsExactly(1.0, 1.0);
    assertThat(Holm.corrected(List.of(0.2))).containsExactly(0.2);
    assertThat(Holm.corrected(List.of())).isEmpty();
  }

  @Test
  void keepsFalseFindingsBelowOneInTwentyHoweverManyLanguagesThereAre() {
    Random random = new Random(3);
    for (double alike : new double[] {0, 0.7}) {
      int raw = 0;
      int corrected = 0;
      for (int run = 0; run < 2000; run++) {
        List<Double> pValues = equalModels(alike, random);
        raw += pValues.stream().anyMatch(p -> p < 0.05) ? 1 : 0;
        corrected += Holm.corrected(pValues).stream().anyMatch(p -> p < 0.05) ? 1 : 0;
      }
      assertThat(corrected / 2000.0).as("%s alike", alike).isLessThanOrEqualTo(0.05);
      assertThat(raw).as("%s alike, without correction", alike).isGreaterThan(2 * corrected);
    }
  }

  @Test
  void stillFindsTheOneLanguageThatDiffers() {
    Random random = new Random(4);
    int found = 0;
    for (int run = 0; run < 500; run++) {
      List<Double> pValues = new ArrayList<>(equalModels(0, random));
      pValues.set(2, comparison(random, 0.2, 0.05).pValue());
      found += Holm.corrected(pValues).get(2) < 0.05 ? 1 : 0;
    }
    assertThat(found / 500.0).isCloseTo(1, Offset.offset(0.05));
  }

  /** p-values of six languages in which no model is better, alike by so much. */
  private static List<Double> equalModels(double alike, Random random) {
    List<List<Integer>> languages = new ArrayList<>();
    for (int language = 0; language < 6; language++) {
      languages.add(new ArrayList<>());
    }
    for (int question = 0; question < 200; question++) {
      int shared = better(random, 0.15, 0.15);
      for (List<Integer> language : languages) {
        language.add(random.nextDouble() < alike ? shared : better(random, 0.15, 0.15));
      }
    }
    return languages.stream().map(HolmTest::comparison).map(PairedComparison::pValue).toList();
  }

  private static PairedComparison comparison(Random random, double second, double first) {
    List<Integer> questions = new ArrayList<>();
    for (int question = 0; question < 200; question++) {
      questions.add(better(random, second, first));
    }
    return comparison(questions);
  }

  private static PairedComparison comparison(List<Integer> questions) {
    return PairedComparison.of(questions.stream().map(List::of).toList());
  }

  private static int better(Random random, double second, double first) {
    double drawn = random.nextDouble();
    return drawn < second ? 1 : drawn < second + first ? -1 : 0;
  }
}
