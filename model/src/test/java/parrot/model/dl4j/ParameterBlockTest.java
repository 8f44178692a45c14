package parrot.model.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import parrot.model.dl4j.updater.RateSchedule;
import parrot.model.network.Parameter;
import parrot.model.network.ParameterGroup;
import parrot.model.network.Part;
import parrot.model.tensor.Memory;

class ParameterBlockTest {
  private static final int ROWS = 1 << 20;
  private static final long SIZE = ROWS * 1000L;

  private static final List<Parameter> PARAMETERS =
      List.of(
          new Parameter("a", Part.PROJECTOR, ROWS, 1000, 0, true),
          new Parameter("b", Part.EXPERTS, ROWS, 1000, SIZE, true),
          new Parameter("c", Part.EXPERTS, ROWS, 1000, 2 * SIZE, true),
          new Parameter("d", Part.DECODER, ROWS, 1000, 3 * SIZE, true));

  private static OptimizerSpec optimizer(Map<ParameterGroup, Double> rates) {
    return new OptimizerSpec(RateSchedule.constant(1), rates, 0, Map.of(), 0.9, 0.999, 1e-8, 0);
  }

  @Test
  void neighboursThatLearnAlikeAreOneBlock() {
    assertThat(ParameterBlock.of(optimizer(Map.of()), PARAMETERS))
        .extracting(ParameterBlock::length)
        .containsExactly(4 * SIZE);
    assertThat(ParameterBlock.of(optimizer(Map.of(ParameterGroup.EXPERTS, 0.1)), PARAMETERS))
        .extracting(ParameterBlock::offset, ParameterBlock::length)
        .containsExactly(tuple(0L, SIZE), tuple(SIZE, 2 * SIZE), tuple(3 * SIZE, SIZE));
  }

  @Test
  void theRouterLearnsAsTheExpertsUnlessItHasARateOfItsOwn() {
    List<Parameter> experts =
        List.of(
            new Parameter("model.moe_model.gate.weight", Part.EXPERTS, 6, 10, 0, true),
            new Parameter(
                "model.moe_model.experts.0.gate_proj.weight", Part.EXPERTS, 8, 10, 60, true));
    assertThat(ParameterBlock.of(optimizer(Map.of(ParameterGroup.EXPERTS, 0.1)), experts))
        .isEqualTo(
            ParameterBlock.of(
                optimizer(Map.of(ParameterGroup.EXPERTS, 0.1, ParameterGroup.ROUTER, 0.1)),
                experts))
        .singleElement()
        .satisfies(block -> assertThat(block.adamW().schedule().peak()).isEqualTo(0.1));
    assertThat(
            ParameterBlock.of(
                optimizer(Map.of(ParameterGroup.EXPERTS, 0.1, ParameterGroup.ROUTER, 0.01)),
                experts))
        .extracting(block -> block.adamW().schedule().peak(), ParameterBlock::length)
        .containsExactly(tuple(0.01, 60L), tuple(0.1, 80L));
    assertThat(ParameterBlock.of(optimizer(Map.of(ParameterGroup.ROUTER, 0.01)), experts))
        .extracting(block -> block.adamW().schedule().peak())
        .containsExactly(0.01, 1.0);
  }

  /** Of addresses alone: nothing lies there. */
  @Test
  void momentsLieBlockAfterBlockBeyondTheRangeOfAnInt() {
    FloatVector moments = new FloatVector(Memory.HOST, 0, 8 * SIZE, null);
    List<ParameterBlock> blocks =
        ParameterBlock.of(optimizer(Map.of(ParameterGroup.EXPERTS, 0.1)), PARAMETERS);
    assertThat(blocks)
        .flatExtracting(block -> List.of(block.first(moments), block.second(moments)))
        .extracting(FloatVector::address)
        .containsExactly(0L, 4 * SIZE, 4 * 2 * SIZE, 4 * 4 * SIZE, 4 * 6 * SIZE, 4 * 7 * SIZE);
  }
}
