package parrot.benchmarks.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class SeedSpreadTest {
  @Test
  void isStudentsInterval() {
    SeedSpread spread = SeedSpread.of(List.of(1.0, 2.0, 3.0));
    assertThat(spread.mean()).isEqualTo(2);
    assertThat(spread.halfWidth()).isEqualTo(4.302653 / Math.sqrt(3), within(1e-5));
    assertThat(spread.excludesZero()).isFalse();
    assertThat(SeedSpread.of(List.of(2.0, 2.1, 2.2)).excludesZero()).isTrue();
  }

  @Test
  void oneSeedSaysNothingAboutOthers() {
    assertThat(SeedSpread.of(List.of(2.0)).excludesZero()).isFalse();
  }
}
