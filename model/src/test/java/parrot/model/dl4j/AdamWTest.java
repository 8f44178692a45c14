package parrot.model.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.regularization.WeightDecay;

class AdamWTest {
  private static final int SIZE = 1003; // no multiple of any vector width

  @Test
  void followsTheTextbookInDoublePrecision() {
    RateSchedule schedule = new RateSchedule(RateSchedule.Shape.COSINE, 3e-3, 1e-4, 3, 20);
    AdamW config = new AdamW(schedule, 0.9, 0.95, 1e-6);
    double decay = 0.1;
    INDArray state = Nd4j.create(DataType.FLOAT, config.stateSize(SIZE));
    GradientUpdater<AdamW> updater = config.instantiate(state, true);
    WeightDecay regularization = new WeightDecay(decay, true);
    Random random = new Random(1);
    double[] parameters = random.doubles(SIZE, -1, 1).toArray();
    double[] m = new double[SIZE];
    double[] v = new double[SIZE];
    INDArray actual = Nd4j.createFromArray(parameters).castTo(DataType.FLOAT);
    for (int step = 0; step < 20; step++) {
      double[] gradient = random.doubles(SIZE, -0.1, 0.1).toArray();
      INDArray update = Nd4j.createFromArray(gradient).castTo(DataType.FLOAT);
      updater.applyUpdater(update, step, 0);
      double rate = config.getLearningRate(step, 0);
      regularization.apply(actual, update, rate, step, 0);
      actual.subi(update);
      for (int i = 0; i < SIZE; i++) {
        m[i] = 0.9 * m[i] + 0.1 * gradient[i];
        v[i] = 0.95 * v[i] + 0.05 * gradient[i] * gradient[i];
        double corrected = m[i] / (1 - Math.pow(0.9, step + 1));
        double root = Math.sqrt(v[i] / (1 - Math.pow(0.95, step + 1)));
        parameters[i] *= 1 - rate * decay;
        parameters[i] -= rate * corrected / (root + 1e-6);
      }
    }
    for (int i = 0; i < SIZE; i++) {
      assertThat(actual.getDouble(i)).isCloseTo(parameters[i], Offset.offset(2e-6));
    }
  }

  @Test
  void worksOnViewsOfALargerVector() {
    AdamW config = new AdamW(RateSchedule.constant(0.5), 0.9, 0.999, 1e-8);
    INDArray states = Nd4j.create(DataType.FLOAT, 40);
    INDArray gradients = Nd4j.ones(DataType.FLOAT, 20);
    config
        .instantiate(FlatVectors.interval(states, 10, 30), true)
        .applyUpdater(FlatVectors.interval(gradients, 5, 15), 0, 0);
    for (int i = 0; i < 20; i++) {
      boolean updated = i >= 5 && i < 15;
      assertThat(gradients.getFloat(i)).isCloseTo(updated ? 0.5f : 1, Offset.offset(1e-5f));
    }
    for (int i = 0; i < 40; i++) {
      float expected = i >= 10 && i < 20 ? 0.1f : i >= 20 && i < 30 ? 0.001f : 0;
      assertThat(states.getFloat(i)).isCloseTo(expected, Offset.offset(1e-6f));
    }
  }

  @Test
  void refusesAStateOfAnotherSize() {
    AdamW config = new AdamW(RateSchedule.constant(1), 0.9, 0.999, 1e-8);
    GradientUpdater<AdamW> updater = config.instantiate(Nd4j.create(DataType.FLOAT, 8), true);
    assertThatThrownBy(() -> updater.applyUpdater(Nd4j.create(DataType.FLOAT, 5), 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot update 5 parameters: the state is for 4");
  }

  @Test
  void refusesConstantsThatAreNone() {
    RateSchedule schedule = RateSchedule.constant(1);
    assertThatThrownBy(() -> new AdamW(schedule, 1, 0.9, 1e-8))
        .hasMessage("Invalid beta1: 1.0 (must be in [0, 1))");
    assertThatThrownBy(() -> new AdamW(schedule, 0.9, Double.NaN, 1e-8))
        .hasMessage("Invalid beta2: NaN (must be in [0, 1))");
    assertThatThrownBy(() -> new AdamW(schedule, 0.9, 0.9, 0))
        .hasMessage("Invalid epsilon: 0.0 (must be positive)");
  }
}
