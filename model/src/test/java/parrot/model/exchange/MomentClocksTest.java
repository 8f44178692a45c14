package parrot.model.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import parrot.model.exchange.StateLayout.Section;

class MomentClocksTest {
  private static final MomentClocks CLOCKS = new MomentClocks(3, 6);
  private static final long LARGE = StateLayout.CHUNK + 2L;

  /** Chunks 0 and 1 are parameters, 2 and 3 first moments, 4 and 5 second ones; then 6 and 7. */
  private static final StateLayout LAYOUT = StateLayout.ofBlocks(LARGE + 1, List.of(LARGE, 1L));

  @Test
  void chunksHaveMomentsOfOneKind() {
    assertThat(LAYOUT.count()).isEqualTo(8);
    assertThat(LAYOUT.moments()).isEqualTo(2 * (LARGE + 1));
    assertThat(LAYOUT.chunk(5))
        .isEqualTo(new StateLayout.Chunk(5, Section.MOMENTS, LARGE + StateLayout.CHUNK, 2));
    assertThat(LAYOUT.chunk(7))
        .isEqualTo(new StateLayout.Chunk(7, Section.MOMENTS, 2 * LARGE + 1, 1));
    assertThat(LAYOUT.covering(Section.MOMENTS, LARGE - 1, 2))
        .extracting(StateLayout.Chunk::index)
        .containsExactly(3, 4);
    assertThatThrownBy(() -> LAYOUT.chunk(8)).hasMessage("No chunk 8 (must be below 8)");
  }

  @Test
  void momentsStayWithTheReplicasUntilTheirRound() {
    assertThat(CLOCKS.local(LAYOUT, 0)).isEqualTo(new BitSet());
    assertThat(CLOCKS.local(LAYOUT, 1).stream()).containsExactly(2, 3, 4, 5, 6, 7);
    assertThat(CLOCKS.local(LAYOUT, 3).stream()).containsExactly(4, 5, 7);
    assertThat(CLOCKS.local(LAYOUT, 6)).isEqualTo(new BitSet());
  }

  @Test
  void theyAreSentAsOftenAsTheyAreAveraged() {
    assertThat(CLOCKS.bytes(600, ExchangeFormat.F32)).isEqualTo(4 * 200 + 4 * 100);
    assertThat(CLOCKS.bytes(600, ExchangeFormat.INT8)).isEqualTo(2 * 200 + 2 * 100);
    assertThatThrownBy(() -> new MomentClocks(0, 1))
        .hasMessage("Invalid rounds between averages of moments: 0 and 1 (must be at least 1)");
  }
}
