package parrot.model.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What formats of the exchange keep of the values, and how many bytes they take. */
class ExchangeFormatTest {
  /** The larger of the blocks that share a size of step. */
  private static final int BLOCK = 256;

  private static final int COUNT = 3 * BLOCK + 17;

  private static float[] random(long seed, double scale) {
    Random random = new Random(seed);
    float[] values = new float[COUNT];
    for (int i = 0; i < COUNT; i++) {
      values[i] = (float) (scale * random.nextGaussian());
    }
    return values;
  }

  static ByteBuffer buffer(float[] values) {
    return ByteBuffer.wrap(bytes(values)).order(ByteOrder.nativeOrder());
  }

  static byte[] bytes(float[] values) {
    byte[] bytes = new byte[Float.BYTES * values.length];
    ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer().put(values);
    return bytes;
  }

  static float[] floats(byte[] bytes) {
    float[] values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer().get(values);
    return values;
  }

  /** What arrives, as values (f32) or changes (others). */
  private static float[] decoded(ExchangeFormat exchange, byte[] encoded, int count) {
    float[] sum = new float[count];
    exchange.addTo(sum, encoded, 0, count, 1);
    return sum;
  }

  @Test
  void f32KeepsEveryBit() {
    float[] values = random(1, 1);
    byte[] encoded = ExchangeFormat.F32.encode(buffer(values), bytes(random(2, 1)), null);
    assertThat(encoded).hasSize(4 * COUNT);
    assertThat(decoded(ExchangeFormat.F32, encoded, COUNT)).isEqualTo(values);
  }

  @Test
  void bf16RoundsChangesToEightBits() {
    float[] before = random(3, 1);
    float[] after = random(4, 1e-3);
    for (int i = 0; i < COUNT; i++) {
      after[i] += before[i];
    }
    byte[] encoded = ExchangeFormat.BF16.encode(buffer(after), bytes(before), null);
    assertThat(encoded).hasSize(2 * COUNT);
    float[] change = decoded(ExchangeFormat.BF16, encoded, COUNT);
    for (int i = 0; i < COUNT; i++) {
      float exact = after[i] - before[i];
      assertThat(change[i]).isCloseTo(exact, within(Math.abs(exact) / 256));
    }
  }

  @ParameterizedTest
  @CsvSource({"INT8, 256, 127", "INT4, 64, 7"})
  void roundedChangesAreOffByHalfAStepOfTheirBlocksLargest(
      ExchangeFormat exchange, int block, int steps) {
    float[] before = random(5, 1);
    float[] after = before.clone();
    for (int i = 0; i < COUNT; i++) {
      // Blocks of very different sizes do not spoil each other.
      after[i] += (i / block + 1e-3f) * (i % 7 - 3) * 1e-4f;
    }
    float[] change = decoded(exchange, exchange.encode(buffer(after), bytes(before), null), COUNT);
    for (int start = 0; start < COUNT; start += block) {
      int end = Math.min(COUNT, start + block);
      float most = 0;
      for (int i = start; i < end; i++) {
        most = Math.max(most, Math.abs(after[i] - before[i]));
      }
      for (int i = start; i < end; i++) {
        assertThat(change[i]).isCloseTo(after[i] - before[i], within(most / (2 * steps) * 1.001f));
      }
    }
  }

  @Test
  void roundedChangesTakeAFourthAndASeventhOfTheBytes() {
    assertThat(ExchangeFormat.INT8.encode(buffer(random(9, 1)), null, null)).hasSize(COUNT + 4 * 4);
    assertThat(ExchangeFormat.INT4.encode(buffer(random(9, 1)), null, null))
        .hasSize((COUNT + 1) / 2 + 13 * 4);
    int all = ExchangeFormat.F32.bytes(StateLayout.CHUNK);
    assertThat(7L * ExchangeFormat.INT4.bytes(StateLayout.CHUNK)).isLessThanOrEqualTo(all);
    assertThat(ExchangeFormat.INT4.forMoments()).isEqualTo(ExchangeFormat.BF16);
  }

  @ParameterizedTest
  @CsvSource({"INT8, 256", "INT4, 64"})
  void anOutlierCoarsensItsBlockAlone(ExchangeFormat exchange, int block) {
    float[] after = random(6, 1e-3);
    after[5] = 1000;
    float[] change = decoded(exchange, exchange.encode(buffer(after), null, null), COUNT);
    assertThat(change[5]).isCloseTo(1000, within(1e-3f));
    assertThat(change[6]).isZero();
    float most = 5e-3f;
    for (int i = block; i < COUNT; i++) {
      assertThat(change[i])
          .isCloseTo(after[i], within(exchange == ExchangeFormat.INT8 ? most / 254 : most / 14));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"INT8", "INT4"})
  void aBlockWithANanArrivesAsNan(ExchangeFormat exchange) {
    float[] after = random(6, 1);
    after[5] = Float.NaN;
    float[] change = decoded(exchange, exchange.encode(buffer(after), null, null), COUNT);
    assertThat(change[6]).isNaN();
    assertThat(change[BLOCK]).isFinite();
  }

  @ParameterizedTest
  @EnumSource(names = {"BF16", "INT8", "INT4"})
  void whatHasNotChangedArrivesAsZero(ExchangeFormat exchange) {
    float[] values = random(7, 1);
    byte[] encoded = exchange.encode(buffer(values), bytes(values), null);
    assertThat(decoded(exchange, encoded, COUNT)).containsOnly(0);
  }

  @ParameterizedTest
  @EnumSource(names = {"INT8", "INT4"})
  void roundedChangesReachTheEndsOfTheirScaleAndNeverLeaveIt(ExchangeFormat exchange) {
    float[] values = new float[COUNT];
    Arrays.fill(values, -0.37f);
    values[1] = 0.37f;
    float[] change = decoded(exchange, exchange.encode(buffer(values), null, null), COUNT);
    for (int i = 0; i < COUNT; i++) {
      assertThat(change[i]).isCloseTo(values[i], within(1e-7f));
    }
    Arrays.fill(values, Float.MIN_VALUE); // whose scale has no inverse
    assertThat(decoded(exchange, exchange.encode(buffer(values), null, null), COUNT))
        .containsOnly(0);
  }

  @ParameterizedTest
  @CsvSource({"INT8, 127", "INT4, 7"})
  void whatRoundingLosesArrivesInLaterRounds(ExchangeFormat exchange, int steps) {
    byte[] residual = new byte[4 * COUNT];
    double[] sent = new double[COUNT];
    double[] wanted = new double[COUNT];
    float largest = 0;
    for (int round = 0; round < 50; round++) {
      float[] change = random(100 + round, 1e-2);
      byte[] encoded = exchange.encode(buffer(change), null, residual);
      float[] arrived = decoded(exchange, encoded, COUNT);
      for (int i = 0; i < COUNT; i++) {
        sent[i] += arrived[i];
        wanted[i] += change[i];
        largest = Math.max(largest, Math.abs(change[i]));
      }
    }
    float[] owed = floats(residual);
    for (int i = 0; i < COUNT; i++) {
      // One round's rounding, not fifty.
      assertThat(sent[i]).isCloseTo(wanted[i], within(largest / (2.0 * steps) * 1.1));
      assertThat(sent[i] + owed[i]).isCloseTo(wanted[i], within(1e-6));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aStretchIsDecodedWithoutTheRest(ExchangeFormat exchange) {
    byte[] encoded = exchange.encode(buffer(random(8, 1)), null, null);
    float[] all = decoded(exchange, encoded, COUNT);
    float[] some = new float[COUNT];
    exchange.addTo(some, encoded, 200, 600, 0.5f);
    for (int i = 0; i < COUNT; i++) {
      assertThat(some[i]).isEqualTo(i >= 200 && i < 600 ? all[i] * 0.5f : 0);
    }
  }
}
