package parrot.model.dl4j.updater;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import parrot.model.kernel.AdamWStep;

class AdamWTest {
  @Test
  void aStepHasTheRateOfItsIterationAndItsNumber() {
    RateSchedule schedule = new RateSchedule(RateSchedule.Shape.COSINE, 3e-3, 1e-4, 3, 20);
    AdamW config = new AdamW(schedule, 0.9, 0.95, 1e-6, 0.1);
    AdamWStep step = config.step(1, 0, 0, 0.5);
    assertThat(step.step()).isEqualTo(2);
    assertThat(step.rate()).isCloseTo(2e-3, Offset.offset(1e-12));
    assertThat(step.decay()).isEqualTo(0.1);
    assertThat(step.gradientScale()).isEqualTo(0.5);
  }

  @Test
  void refusesAStateOfAnotherSize() {
    InPlace config = new InPlace((iteration, epoch) -> {});
    InPlaceUpdater updater = config.instantiate(Nd4j.create(DataType.FLOAT, 8), true);
    assertThatThrownBy(() -> updater.applyUpdater(Nd4j.create(DataType.FLOAT, 5), 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot update 5 parameters: the state is for 4");
  }

  @Test
  void refusesConstantsThatAreNone() {
    RateSchedule schedule = RateSchedule.constant(1);
    assertThatThrownBy(() -> new AdamW(schedule, 1, 0.9, 1e-8, 0))
        .hasMessage("Invalid beta1: 1.0 (must be in [0, 1))");
    assertThatThrownBy(() -> new AdamW(schedule, 0.9, Double.NaN, 1e-8, 0))
        .hasMessage("Invalid beta2: NaN (must be in [0, 1))");
    assertThatThrownBy(() -> new AdamW(schedule, 0.9, 0.9, 0, 0))
        .hasMessage("Invalid epsilon: 0.0 (must be positive)");
  }
}
