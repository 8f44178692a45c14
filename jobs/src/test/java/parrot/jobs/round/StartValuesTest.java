package parrot.jobs.round;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class StartValuesTest {
  @Test
  void whatWasGivenIsExchangedForTheAverage() {
    float[] next = exchanged(new float[] {5, -1}, new float[] {4, 2}, new float[] {3, 6}, 1, false);

    assertThat(next).containsExactly(4, 3);
  }

  @Test
  void momentsForgetWhatIsExchangedByTheStepsSince() {
    float[] next = exchanged(new float[] {5}, new float[] {4}, new float[] {2}, 0.5f, false);

    assertThat(next).containsExactly(4);
  }

  @Test
  void roundedSecondMomentsNeverFallBelowWhatIsLeftOfTheAverage() {
    float[] next =
        exchanged(new float[] {0.5f, 3}, new float[] {2, 2}, new float[] {1, 1}, 0.5f, true);

    assertThat(next).containsExactly(0.5f, 2.5f);
  }

  private static float[] exchanged(
      float[] now, float[] own, float[] average, float factor, boolean isSecond) {
    byte[] next =
        StartValues.exchanged(
            ByteBuffer.wrap(bytes(now)), bytes(own), bytes(average), factor, isSecond);
    float[] result = new float[now.length];
    ByteBuffer.wrap(next).order(ByteOrder.nativeOrder()).asFloatBuffer().get(result);
    return result;
  }

  private static byte[] bytes(float... values) {
    byte[] bytes = new byte[Float.BYTES * values.length];
    ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer().put(values);
    return bytes;
  }
}
