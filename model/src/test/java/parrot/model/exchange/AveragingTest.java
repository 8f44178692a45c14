package parrot.model.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static parrot.model.exchange.ExchangeFormatTest.buffer;
import static parrot.model.exchange.ExchangeFormatTest.bytes;
import static parrot.model.exchange.ExchangeFormatTest.floats;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import parrot.model.exchange.Averaging.Stretch;

/** Means of replicas and steps on them. */
class AveragingTest {
  private static final int COUNT = 1000;
  private static final StateLayout LAYOUT = new StateLayout(COUNT, 2 * COUNT);
  private static final byte[] NONE = {};

  private final Random random = new Random(1);
  private final float[] before = values();
  private final float[] first = values();
  private final float[] second = values();

  private float[] values() {
    float[] values = new float[COUNT];
    for (int i = 0; i < COUNT; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private Averaging.Result average(
      ExchangeFormat exchange, OuterStep outer, byte[] outerMomentum, Stretch... stretches) {
    List<byte[]> encoded =
        List.of(
            exchange.encode(buffer(first), bytes(before), null),
            exchange.encode(buffer(second), bytes(before), null));
    return new Averaging(exchange, outer)
        .average(LAYOUT.chunk(0), bytes(before), outerMomentum, encoded, List.of(stretches));
  }

  private static Stretch all(double... weights) {
    return new Stretch(0, COUNT, weights);
  }

  @ParameterizedTest
  @EnumSource
  void isTheWeightedMeanInEveryFormat(ExchangeFormat exchange) {
    float[] mean = floats(average(exchange, OuterStep.AVERAGE, NONE, all(0.25, 0.75)).values());
    double error =
        switch (exchange) {
          case F32 -> 1e-6;
          case BF16, INT8 -> 3e-2;
          case INT4 -> 0.5;
        };
    for (int i = 0; i < COUNT; i++) {
      assertThat((double) mean[i]).isCloseTo(0.25 * first[i] + 0.75 * second[i], within(error));
    }
  }

  @Test
  void aRateOfOneWithoutMomentumIsTheMeanBitForBit() {
    byte[] mean = average(ExchangeFormat.F32, new OuterStep(1, 0), NONE, all(0.5, 0.5)).values();
    float[] plain = new float[COUNT];
    for (int i = 0; i < COUNT; i++) {
      plain[i] = first[i] * 0.5f + second[i] * 0.5f;
    }
    assertThat(mean).isEqualTo(bytes(plain));
  }

  @Test
  void oneReplicaOfWeightOneIsItselfBitForBit() {
    byte[] encoded = ExchangeFormat.F32.encode(buffer(first), bytes(before), null);
    Averaging.Result result =
        new Averaging(ExchangeFormat.F32, OuterStep.AVERAGE)
            .average(LAYOUT.chunk(0), bytes(before), NONE, List.of(encoded), List.of(all(1)));
    assertThat(result.values()).isEqualTo(bytes(first));
  }

  @Test
  void momentumStepsAsNesterovsDoes() {
    OuterStep outer = new OuterStep(0.7, 0.9);
    byte[] outerMomentum = bytes(new float[COUNT]);
    float[] at = before.clone();
    double[] exact = new double[COUNT];
    double[] speed = new double[COUNT];
    for (int i = 0; i < COUNT; i++) {
      exact[i] = at[i];
    }
    for (int round = 0; round < 3; round++) {
      Averaging.Result result =
          new Averaging(ExchangeFormat.F32, outer)
              .average(
                  LAYOUT.chunk(0),
                  bytes(at),
                  outerMomentum,
                  List.of(ExchangeFormat.F32.encode(buffer(first), null, null)),
                  List.of(all(1)));
      at = floats(result.values());
      outerMomentum = result.outerMomentum();
      for (int i = 0; i < COUNT; i++) {
        double gradient = exact[i] - first[i];
        speed[i] = 0.9 * speed[i] + gradient;
        exact[i] -= 0.7 * (gradient + 0.9 * speed[i]);
        assertThat((double) at[i]).isCloseTo(exact[i], within(1e-4));
      }
    }
  }

  @Test
  void stretchesHaveWeightsOfTheirOwn() {
    float[] mean =
        floats(
            average(
                    ExchangeFormat.F32,
                    OuterStep.AVERAGE,
                    NONE,
                    new Stretch(0, 300, new double[] {1, 0}),
                    new Stretch(300, COUNT, new double[] {0, 1}))
                .values());
    for (int i = 0; i < COUNT; i++) {
      assertThat(mean[i]).isEqualTo(i < 300 ? first[i] : second[i]);
    }
  }

  @Test
  void momentsAreAveragedAndNeverSteppedOn() {
    StateLayout.Chunk moments = LAYOUT.chunk(1);
    assertThat(moments.section()).isEqualTo(StateLayout.Section.MOMENTS);
    float[] m = new float[2 * COUNT];
    for (int i = 0; i < m.length; i++) {
      m[i] = (i % 9) / 8f; // exact in bf16
    }
    byte[] encoded = ExchangeFormat.INT8.forMoments().encode(buffer(m), null, null);
    Averaging.Result result =
        new Averaging(ExchangeFormat.INT8, new OuterStep(0.7, 0.9))
            .average(
                moments,
                bytes(new float[2 * COUNT]),
                NONE,
                List.of(encoded, encoded),
                List.of(new Stretch(0, 2 * COUNT, new double[] {0.5, 0.5})));
    assertThat(result.values()).isEqualTo(bytes(m));
  }

  @Test
  void layoutsCutInWholeChunks() {
    long n = 2L * StateLayout.CHUNK + 5;
    StateLayout layout = new StateLayout(n, 2 * n);
    assertThat(layout.count()).isEqualTo(3 + 5);
    assertThat(layout.parameterChunks()).isEqualTo(3);
    assertThat(layout.chunk(2).length()).isEqualTo(5);
    assertThat(layout.chunk(7).length()).isEqualTo(10);
    assertThat(layout.covering(StateLayout.Section.PARAMETERS, StateLayout.CHUNK - 1L, 3))
        .extracting(StateLayout.Chunk::index)
        .containsExactly(0, 1);
    assertThat(layout.covering(StateLayout.Section.MOMENTS, 0, 1))
        .extracting(StateLayout.Chunk::index)
        .containsExactly(3);
  }
}
