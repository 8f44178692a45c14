package parrot.benchmarks.suite;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class LinesTest {
  @Test
  void spreadIsNoneWhereAllAreEqual() {
    assertThat(Lines.spread(new double[] {2, 2, 2})).isZero();
    assertThat(Lines.spread(new double[] {2, 2.3, 2.1})).isCloseTo(0.15, Offset.offset(1e-12));
  }

  @Test
  void deviationIsNoneOnALineAndLargeOnAParabola() {
    double[] x = {1, 2, 4, 8};
    assertThat(Lines.deviation(x, new double[] {12, 14, 18, 26}))
        .isCloseTo(0, Offset.offset(1e-12));
    assertThat(Lines.deviation(x, new double[] {1, 4, 16, 64})).isGreaterThan(0.1);
  }
}
