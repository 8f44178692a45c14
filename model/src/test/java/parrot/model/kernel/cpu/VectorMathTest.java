package parrot.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;
import parrot.model.kernel.reference.ReferenceMath;

class VectorMathTest {
  private static float[] each(float[] values, UnaryOperator<FloatVector> f) {
    float[] results = new float[values.length];
    for (int j = 0; j < values.length; j += VectorMath.WIDTH) {
      f.apply(FloatVector.fromArray(VectorMath.FLOATS, values, j)).intoArray(results, j);
    }
    return results;
  }

  /** From -limit to limit, a multiple of every vector length of values. */
  private static float[] range(double limit) {
    float[] values = new float[64 * 400];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (limit * (2.0 * i / (values.length - 1) - 1));
    }
    return values;
  }

  @Test
  void exponentialIsAccurateOverItsRange() {
    float[] x = range(87);
    float[] y = each(x, VectorMath::exp);
    for (int i = 0; i < x.length; i++) {
      double exact = Math.exp(x[i]);
      assertThat(Math.abs(y[i] - exact)).as("exp(%s)", x[i]).isLessThanOrEqualTo(2e-7 * exact);
      assertThat(VectorMath.exp(x[i])).isEqualTo(y[i]);
    }
  }

  @Test
  void exponentialEndsInZeroInfinityAndNotANumber() {
    float[] x = new float[VectorMath.WIDTH];
    float[] ends = {-88, -1e30f, Float.NEGATIVE_INFINITY, 89, 1e30f, Float.POSITIVE_INFINITY};
    float[] expected = {0, 0, 0, Float.POSITIVE_INFINITY};
    for (int i = 0; i < ends.length; i++) {
      x[0] = ends[i];
      assertThat(each(x, VectorMath::exp)[0]).isEqualTo(expected[Math.min(i, 3)]);
      assertThat(VectorMath.exp(ends[i])).isEqualTo(expected[Math.min(i, 3)]);
    }
    x[0] = Float.NaN;
    assertThat(each(x, VectorMath::exp)[0]).isNaN();
    assertThat(VectorMath.exp(Float.NaN)).isNaN();
  }

  @Test
  void normalDistributionIsAccurateInTheTailsToo() {
    float[] x = range(9);
    float[] y = each(x, v -> VectorMath.normalDistribution(v, VectorMath.bell(v)));
    for (int i = 0; i < x.length; i++) {
      double exact = ReferenceMath.normalDistribution(x[i]);
      double tolerance = x[i] > -5 ? 1e-6 * exact : 1e-12;
      assertThat(Math.abs(y[i] - exact)).as("Phi(%s)", x[i]).isLessThanOrEqualTo(tolerance);
      assertThat(VectorMath.normalDistribution(x[i], VectorMath.bell(x[i]))).isEqualTo(y[i]);
    }
  }

  @Test
  void singleValuesMatchVectorsBitForBit() {
    float[] x = range(40);
    float[] sigmoid = each(x, VectorMath::sigmoid);
    float[] gelu = each(x, VectorMath::geluSlope);
    float[] swish = each(x, v -> VectorMath.swishSlope(v, VectorMath.sigmoid(v), 1.702f));
    for (int i = 0; i < x.length; i++) {
      assertThat(VectorMath.sigmoid(x[i])).isEqualTo(sigmoid[i]);
      assertThat(VectorMath.geluSlope(x[i])).isEqualTo(gelu[i]);
      assertThat(VectorMath.swishSlope(x[i], VectorMath.sigmoid(x[i]), 1.702f)).isEqualTo(swish[i]);
    }
  }
}
