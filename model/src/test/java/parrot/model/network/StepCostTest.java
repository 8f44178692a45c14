package parrot.model.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.model.config.ParrotConfig;
import parrot.model.layer.Routing;
import parrot.model.tensor.ElementType;

class StepCostTest {
  private static final Set<Part> STAGE_1 = EnumSet.of(Part.PROJECTOR);
  private static final Set<Part> STAGE_2 = EnumSet.of(Part.PROJECTOR, Part.EXPERTS, Part.DECODER);

  @ParameterizedTest
  @CsvSource({"1, false", "2, false", "2, true"})
  void countsTheBytesThatAStepTakes(int stage, boolean recompute) {
    ParrotConfig config = TinyNetworks.config(Map.of());
    Set<Part> trained = stage == 1 ? STAGE_1 : STAGE_2;
    Batch batch = TinyNetworks.batch(1);

    StepCost cost = StepCost.of(config, trained, ElementType.F32, recompute, batch);

    assertThat(cost.activations())
        .isPositive()
        .isEqualTo(measured(config, trained, recompute, null));
  }

  @Test
  void countsTheOutputsOfExpertsThatAreCompared() {
    ParrotConfig config = TinyNetworks.config(Map.of());
    Batch batch = TinyNetworks.batch(1);
    Routing apart = Routing.of(config).withOrthogonality(0.1);
    long bytes = StepCost.of(config, STAGE_2, ElementType.F32, true, batch, apart).activations();
    assertThat(bytes)
        .isEqualTo(measured(config, STAGE_2, true, apart))
        .isGreaterThan(StepCost.of(config, STAGE_2, ElementType.F32, true, batch).activations());
  }

  /** Twice as many for the gradients of the parts that learn, and none below the frozen ones. */
  @Test
  void countsTheProductsOfBothPasses() {
    ParrotConfig config = TinyNetworks.config(Map.of());
    Batch batch = TinyNetworks.batch(1);
    long all = StepCost.of(config, STAGE_2, ElementType.F32, false, batch).operations();
    long again = StepCost.of(config, STAGE_2, ElementType.F32, true, batch).operations();
    long stage1 = StepCost.of(config, STAGE_1, ElementType.F32, false, batch).operations();
    long none = StepCost.of(config, Set.of(), ElementType.F32, false, batch).operations();
    assertThat(List.of(none, stage1, all, again)).isSorted().doesNotHaveDuplicates();
    assertThat((double) all / none).isBetween(2.0, 3.0);
  }

  private static long measured(
      ParrotConfig config, Set<Part> trained, boolean recompute, Routing routing) {
    FrozenWeights weights = new FrozenWeights(TinyNetworks.randomWeights(config));
    try (ParrotNetwork network =
        new ParrotNetwork(config, trained, weights, TinyNetworks.reference(), recompute)) {
      FloatPointer parameters = new FloatPointer(network.parameterCount());
      FloatPointer gradients = new FloatPointer(network.parameterCount());
      network.bind(
          new FlatMemory(
              parameters.address(), gradients.address(), List.of(parameters, gradients)));
      network.initialize();
      network.steer(routing);
      network.forwardBackward(TinyNetworks.batch(1));
      return network.peakMemory();
    }
  }
}
