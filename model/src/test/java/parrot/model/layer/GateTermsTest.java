package parrot.model.layer;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GateTermsTest {
  private static final int EXPERTS = 3;
  private static final float[] UNEVEN = {0.7f, 0.2f, 0.1f, 0.1f, 0.3f, 0.6f};

  @ParameterizedTest
  @CsvSource({"0.7, 0", "0, 0.7", "0.3, 0.5"})
  void theGradientIsTheSlope(double variance, double information) {
    float[] gradient = GateTerms.gradient(variance, information, UNEVEN, EXPERTS);
    for (int i = 0; i < UNEVEN.length; i++) {
      // Probabilities move against each other, as a softmax moves them.
      int other = i % EXPERTS == 0 ? i + 1 : i - 1;
      double slope =
          (loss(variance, information, i, other, 1e-3f)
                  - loss(variance, information, i, other, -1e-3f))
              / 2e-3;
      assertThat((double) gradient[i] - gradient[other])
          .as("probability %d", i)
          .isCloseTo(slope, Offset.offset(1e-4));
    }
  }

  private static double loss(double variance, double information, int one, int other, float step) {
    float[] moved = UNEVEN.clone();
    moved[one] += step;
    moved[other] -= step;
    return GateTerms.loss(variance, information, moved, EXPERTS);
  }

  @ParameterizedTest
  @CsvSource({"1, 0, -0.6666667", "0, 1, -1.0986123"})
  void areLeastIfEachImageHasItsOwnExpert(double variance, double information, double least) {
    float[] own = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    float[] same = {1, 0, 0, 1, 0, 0, 1, 0, 0};
    assertThat(GateTerms.loss(variance, information, own, EXPERTS))
        .isCloseTo(least, Offset.offset(1e-6));
    assertThat(GateTerms.loss(variance, information, same, EXPERTS)).isZero();
    assertThat(GateTerms.loss(variance, information, UNEVEN, EXPERTS)).isBetween(least, 0.0);
  }
}
