package parrot.model.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ZLossTest {
  private static final int EXPERTS = 3;
  private static final double WEIGHT = 0.7;
  private static final float[] LOGITS = {0.5f, -1, 2, 0.1f, 0.2f, -0.4f};

  /** By the definition alone. */
  private static double loss(float[] logits) {
    double sum = 0;
    for (int image = 0; image < logits.length / EXPERTS; image++) {
      double exponentials = 0;
      for (int i = 0; i < EXPERTS; i++) {
        exponentials += Math.exp(logits[image * EXPERTS + i]);
      }
      sum += Math.pow(Math.log(exponentials), 2);
    }
    return WEIGHT * sum / (logits.length / EXPERTS);
  }

  private static float[] softmax(float[] logits) {
    float[] probabilities = new float[logits.length];
    for (int i = 0; i < logits.length; i++) {
      double sum = 0;
      for (int j = 0; j < EXPERTS; j++) {
        sum += Math.exp(logits[i / EXPERTS * EXPERTS + j]);
      }
      probabilities[i] = (float) (Math.exp(logits[i]) / sum);
    }
    return probabilities;
  }

  @Test
  void isTheWeightedMeanSquareOfTheLogSums() {
    double sum = 0;
    for (float logSum : ZLoss.logSums(LOGITS, EXPERTS)) {
      sum += logSum * logSum;
    }
    assertThat(WEIGHT * sum / 2).isCloseTo(loss(LOGITS), Offset.offset(1e-6));
  }

  @Test
  void itsGradientIsItsSlope() {
    float[] gradient = ZLoss.gradient(WEIGHT, ZLoss.logSums(LOGITS, EXPERTS), softmax(LOGITS));
    for (int i = 0; i < LOGITS.length; i++) {
      float step = 1e-2f;
      float[] above = LOGITS.clone();
      float[] below = LOGITS.clone();
      above[i] += step;
      below[i] -= step;
      assertThat((double) gradient[i])
          .as("logit %d", i)
          .isCloseTo((loss(above) - loss(below)) / (2 * step), Offset.offset(1e-4));
    }
  }

  @Test
  void logitsBeyondTheRangeOfExponentialsStayFinite() {
    assertThat(ZLoss.logSums(new float[] {1000, 1000, -1000, -900, -900, -900}, EXPERTS))
        .containsExactly(
            new float[] {(float) (1000 + Math.log(2)), (float) (-900 + Math.log(3))},
            within(1e-3f));
  }
}
