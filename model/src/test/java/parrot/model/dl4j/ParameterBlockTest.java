package parrot.model.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import parrot.model.dl4j.updater.RateSchedule;
import parrot.model.network.Parameter;
import parrot.model.network.Part;

class ParameterBlockTest {
  private static final int ROWS = 1 << 20;
  private static final long SIZE = ROWS * 1000L;

  private static final List<Parameter> PARAMETERS =
      List.of(
          new Parameter("a", Part.PROJECTOR, ROWS, 1000, 0, true),
          new Parameter("b", Part.EXPERTS, ROWS, 1000, SIZE, true),
          new Parameter("c", Part.EXPERTS, ROWS, 1000, 2 * SIZE, true),
          new Parameter("d", Part.DECODER, ROWS, 1000, 3 * SIZE, true));

  private static OptimizerSpec optimizer(Map<Part, Double> rates) {
    return new OptimizerSpec(RateSchedule.constant(1), rates, 0, Map.of(), 0.9, 0.999, 1e-8, 0);
  }

  @Test
  void neighboursThatLearnAlikeAreOneBlock() {
    assertThat(ParameterBlock.of(optimizer(Map.of()), PARAMETERS))
        .extracting(ParameterBlock::length)
        .containsExactly(4 * SIZE);
    assertThat(ParameterBlock.of(optimizer(Map.of(Part.EXPERTS, 0.1)), PARAMETERS))
        .extracting(ParameterBlock::offset, ParameterBlock::length)
        .containsExactly(tuple(0L, SIZE), tuple(SIZE, 2 * SIZE), tuple(3 * SIZE, SIZE));
  }

  /** Of addresses alone: nothing lies there. */
  @Test
  void momentsLieBlockAfterBlockBeyondTheRangeOfAnInt() {
    FloatVector moments = new FloatVector(0, 8 * SIZE, null);
    List<ParameterBlock> blocks =
        ParameterBlock.of(optimizer(Map.of(Part.EXPERTS, 0.1)), PARAMETERS);
    assertThat(blocks)
        .flatExtracting(block -> List.of(block.first(moments), block.second(moments)))
        .extracting(FloatVector::address)
        .containsExactly(0L, 4 * SIZE, 4 * 2 * SIZE, 4 * 4 * SIZE, 4 * 6 * SIZE, 4 * 7 * SIZE);
  }
}
