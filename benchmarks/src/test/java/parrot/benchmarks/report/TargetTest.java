package parrot.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import parrot.benchmarks.report.Target.Bound;

class TargetTest {
  @Test
  void saysByHowMuchItWasMissed() {
    Target target = new Target("time over the peer", 1.02, Bound.AT_MOST, 0.85);
    assertThat(target.met()).isFalse();
    assertThat(target.line())
        .isEqualTo("time over the peer is 1.02 (must be at most 0.850): missed by 20.0 %");
  }

  @Test
  void isMetAtItsLimit() {
    assertThat(new Target("x", 3, Bound.AT_LEAST, 3).met()).isTrue();
    assertThat(new Target("x", 3, Bound.AT_MOST, 3).met()).isTrue();
    assertThat(new Target("x", 1, Bound.MORE_THAN, 1).met()).isFalse();
    assertThat(new Target("x", 50, Bound.FEWER_THAN, 50).met()).isFalse();
  }

  @Test
  void isMissedByWhatIsNotANumber() {
    for (Bound bound : Bound.values()) {
      Target target = new Target("x", Double.NaN, bound, 1);
      assertThat(target.met()).as("%s", bound).isFalse();
      assertThat(target.verdict()).isEqualTo("missed: not measured");
    }
  }
}
