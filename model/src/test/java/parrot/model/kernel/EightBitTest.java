package parrot.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

/** Vectors in 8 bits a value. */
public class EightBitTest {
  private static final int COUNT = 1000;

  private static EightBit empty(int count, Levels levels) {
    return EightBit.allocate(Memory.HOST, count, levels);
  }

  private static float[] packed(Levels levels, float... values) {
    Tensor tensor = Tensor.of(1, values.length, values);
    EightBit packed = empty(values.length, levels);
    packed.pack(0, packed.blocks(), tensor.buffer());
    packed.unpack(0, packed.blocks(), tensor.buffer());
    return tensor.toArray();
  }

  /** Over many decades, as gradients are. */
  private static float[] values(Levels levels) {
    Random random = new Random(1);
    float[] values = new float[COUNT];
    for (int i = 0; i < COUNT; i++) {
      float size = (float) (1e-3 * Math.pow(10, -6 * random.nextDouble()));
      values[i] = levels == Levels.SIGNED && random.nextBoolean() ? -size : size;
    }
    return values;
  }

  /** The levels as the paper has them, counted out one by one. */
  private static float[] sizes(Levels levels) {
    int lowest = levels == Levels.SIGNED ? 1 : 2;
    double[] sizes =
        IntStream.range(0, 7)
            .boxed()
            .flatMapToDouble(
                decade ->
                    IntStream.range(0, lowest << decade)
                        .mapToDouble(
                            i ->
                                Math.pow(10, decade - 6)
                                    * (0.1 + 0.9 * (2 * i + 1) / (2 * (lowest << decade)))))
            .toArray();
    float[] all = new float[sizes.length + 2];
    for (int i = 0; i < sizes.length; i++) {
      all[i + 1] = (float) sizes[i];
    }
    all[all.length - 1] = 1;
    return all;
  }

  @ParameterizedTest
  @EnumSource
  void everyValueBecomesTheNearestLevel(Levels levels) {
    float[] values = values(levels);
    float[] again = packed(levels, values);
    float[] sizes = sizes(levels);
    for (int i = 0; i < COUNT; i++) {
      float scale = 0;
      for (int k = i / 256 * 256; k < Math.min(COUNT, i / 256 * 256 + 256); k++) {
        scale = Math.max(scale, Math.abs(values[k]));
      }
      double nearest = Double.POSITIVE_INFINITY;
      for (int level = levels == Levels.SIGNED ? 0 : 1; level < sizes.length; level++) {
        boolean replaced = levels == Levels.SIGNED && level == sizes.length - 2; // by 1
        double distance = Math.abs(Math.abs(values[i]) - sizes[level] * scale);
        nearest = replaced ? nearest : Math.min(nearest, distance);
      }
      assertThat((double) Math.abs(values[i] - again[i]))
          .isBetween(0.0, nearest + 1e-6 * scale * 1e-3);
      assertThat(again[i] * values[i]).isGreaterThanOrEqualTo(0);
    }
  }

  /** So a state that is stored as float32 comes back as it was. */
  @ParameterizedTest
  @EnumSource
  void aSecondPassChangesNothing(Levels levels) {
    float[] once = packed(levels, values(levels));
    assertThat(packed(levels, once)).isEqualTo(once);
  }

  /** Otherwise a step would divide what is left of the first moment by nothing. */
  @Test
  void aPositiveSecondMomentStaysPositive() {
    float[] again = packed(Levels.UNSIGNED, 1, 1e-30f, 0);
    assertThat(again[0]).isEqualTo(1);
    assertThat(again[1]).isEqualTo(3.25e-7f);
    assertThat(again[2]).isZero();
    assertThat(packed(Levels.SIGNED, -1, 1e-30f)).containsExactly(-1, 0);
  }

  @Test
  void whatIsNotFiniteIsNotHidden() {
    float[] values = new float[300];
    values[299] = 1;
    values[7] = Float.POSITIVE_INFINITY;
    float[] again = packed(Levels.SIGNED, values);
    assertThat(again[7]).isNaN();
    assertThat(again[299]).isEqualTo(1);
    assertThat(packed(Levels.UNSIGNED, 1, Float.NaN)).contains(Float.NaN);
    assertThat(packed(Levels.SIGNED, 0, 0)).containsOnly(0);
  }

  /** Kernels that pack and unpack. */
  protected Kernels create(int threads) {
    return Kernels.create("onednn", Precision.F32, threads);
  }

  @ParameterizedTest
  @CsvSource({"SIGNED, 1", "SIGNED, 3", "UNSIGNED, 1"})
  void kernelsDecideNoBit(Levels levels, int threads) {
    float[] values = values(levels);
    values[3] = 0;
    values[300] = Float.POSITIVE_INFINITY;
    values[COUNT - 1] = Float.NaN;
    Tensor again = Tensor.allocate(1, COUNT);
    EightBit packed = empty(COUNT, levels);
    try (Kernels kernels = create(threads)) {
      kernels.pack(packed, Tensor.of(1, COUNT, values));
      kernels.unpack(again, packed);
    }
    assertThat(again.toArray()).isEqualTo(packed(levels, values));
  }
}
