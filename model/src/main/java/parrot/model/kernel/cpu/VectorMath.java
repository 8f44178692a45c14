package parrot.model.kernel.cpu;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loads, stores and functions that the vector kernels share. Offsets are in bytes.
 *
 * <p>Each function exists for vectors and for single values and does the same operations in the
 * same order, so a value does not depend on where in a row it stands. The exponential is ours
 * because the one of the Vector API gives other bits before and after the compiler has seen it.
 */
final class VectorMath {
  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  static final int WIDTH = FLOATS.length();

  /** As many doubles as fit a vector, and as many floats. */
  static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;

  static final VectorSpecies<Float> HALVES =
      VectorSpecies.of(float.class, VectorShape.forBitSize(DOUBLES.vectorBitSize() / 2));

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final float INVERSE_ROOT_TWO_PI = 0.3989422804f;

  static final float LOG2_E = 1.44269504f;

  /** 1.5 * 2^23: adding it rounds to an integer, which then stands in the lowest bits. */
  private static final float ROUND = 12_582_912;

  /** The natural logarithm of 2 in two parts. */
  private static final float LN2_HIGH = 0.693145751953125f;

  private static final float LN2_LOW = 1.4286068e-06f;

  /** Beyond these the result is 0, or overflows. */
  private static final float EXP_LOWEST = -87.3f;

  private static final float EXP_HIGHEST = 88.3f;

  // Our fit of (exp(r) - 1 - r) / r^2 for |r| up to ln(2) / 2; relative error of exp(r) 3e-9.
  private static final float E2 = 0.49999994f;
  private static final float E3 = 0.16666515f;
  private static final float E4 = 0.041668456f;
  private static final float E5 = 0.008369419f;
  private static final float E6 = 0.0013813146f;

  // Our fit of 2^r for |r| up to 1/2; relative error 9e-8.
  private static final float P1 = 0.693147f;
  private static final float P2 = 0.24022242f;
  private static final float P3 = 0.055507336f;
  private static final float P4 = 0.009671513f;
  private static final float P5 = 0.0013264724f;

  /** Beyond this a power of two is not a normal number. */
  private static final float POWER_LOWEST = -126;

  // Our fit of the normal tail, see normalDistribution.
  private static final float TAIL = 0.35f;
  private static final float C1 = 0.13962182f;
  private static final float C2 = 0.13985476f;
  private static final float C3 = 0.119882666f;
  private static final float C4 = 0.10531731f;
  private static final float C5 = -0.022671781f;
  private static final float C6 = 0.1585538f;
  private static final float C7 = -0.25518355f;
  private static final float C8 = 0.1437202f;
  private static final float C9 = -0.02909523f;

  // The same as vectors, for the longest loops: that many broadcasts make them too big for the
  // compiler to inline fully, and then they allocate. In short loops broadcasts stay in registers.
  private static final FloatVector ONE_V = vector(1);
  private static final FloatVector LOG2_E_V = vector(LOG2_E);
  private static final FloatVector ROUND_V = vector(ROUND);
  private static final FloatVector LN2_HIGH_V = vector(-LN2_HIGH);
  private static final FloatVector LN2_LOW_V = vector(-LN2_LOW);
  private static final FloatVector EXP_LOWEST_V = vector(EXP_LOWEST);
  private static final FloatVector ZERO_V = vector(0);
  private static final FloatVector MINUS_HALF_V = vector(-0.5f);
  private static final FloatVector INVERSE_ROOT_TWO_PI_V = vector(INVERSE_ROOT_TWO_PI);
  private static final FloatVector E2_V = vector(E2);
  private static final FloatVector E3_V = vector(E3);
  private static final FloatVector E4_V = vector(E4);
  private static final FloatVector E5_V = vector(E5);
  private static final FloatVector E6_V = vector(E6);
  private static final FloatVector P1_V = vector(P1);
  private static final FloatVector P2_V = vector(P2);
  private static final FloatVector P3_V = vector(P3);
  private static final FloatVector P4_V = vector(P4);
  private static final FloatVector P5_V = vector(P5);
  private static final FloatVector POWER_LOWEST_V = vector(POWER_LOWEST);
  private static final FloatVector TAIL_V = vector(TAIL);
  private static final FloatVector C1_V = vector(C1);
  private static final FloatVector C2_V = vector(C2);
  private static final FloatVector C3_V = vector(C3);
  private static final FloatVector C4_V = vector(C4);
  private static final FloatVector C5_V = vector(C5);
  private static final FloatVector C6_V = vector(C6);
  private static final FloatVector C7_V = vector(C7);
  private static final FloatVector C8_V = vector(C8);
  private static final FloatVector C9_V = vector(C9);

  private VectorMath() {}

  private static FloatVector vector(float value) {
    return FloatVector.broadcast(FLOATS, value);
  }

  static FloatVector load(ByteBuffer buffer, int at) {
    return FloatVector.fromByteBuffer(FLOATS, buffer, at, ORDER);
  }

  static void store(FloatVector vector, ByteBuffer buffer, int at) {
    vector.intoByteBuffer(buffer, at, ORDER);
  }

  static DoubleVector loadDoubles(ByteBuffer buffer, int at) {
    return (DoubleVector)
        FloatVector.fromByteBuffer(HALVES, buffer, at, ORDER)
            .convertShape(VectorOperators.F2D, DOUBLES, 0);
  }

  /** How many of {@code count} values whole vectors cover. */
  static int covered(int count) {
    return FLOATS.loopBound(count);
  }

  /**
   * {@code e^x} to about 1e-7 of itself; 0 below -87.3, where the result would lose digits, and
   * infinite above 88.3.
   */
  static FloatVector exp(FloatVector x) {
    FloatVector one = FloatVector.broadcast(FLOATS, 1);
    FloatVector round = FloatVector.broadcast(FLOATS, ROUND);
    FloatVector shifted = x.fma(FloatVector.broadcast(FLOATS, LOG2_E), round);
    FloatVector whole = shifted.sub(round);
    FloatVector r = whole.fma(FloatVector.broadcast(FLOATS, -LN2_HIGH), x);
    r = whole.fma(FloatVector.broadcast(FLOATS, -LN2_LOW), r);
    FloatVector sum = FloatVector.broadcast(FLOATS, E6);
    sum = sum.fma(r, FloatVector.broadcast(FLOATS, E5));
    sum = sum.fma(r, FloatVector.broadcast(FLOATS, E4));
    sum = sum.fma(r, FloatVector.broadcast(FLOATS, E3));
    sum = sum.fma(r, FloatVector.broadcast(FLOATS, E2));
    sum = sum.fma(r, one).fma(r, one);
    FloatVector power =
        shifted
            .reinterpretAsInts()
            .lanewise(VectorOperators.LSHL, 23)
            .add(0x3f80_0000)
            .reinterpretAsFloats();
    return sum.mul(power)
        .blend(0, x.compare(VectorOperators.LT, EXP_LOWEST))
        .blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, EXP_HIGHEST));
  }

  /** {@link #exp} of what is never large. */
  static FloatVector expOfSmall(FloatVector x) {
    FloatVector shifted = x.fma(LOG2_E_V, ROUND_V);
    FloatVector whole = shifted.sub(ROUND_V);
    FloatVector r = whole.fma(LN2_HIGH_V, x);
    r = whole.fma(LN2_LOW_V, r);
    FloatVector sum = E6_V;
    sum = sum.fma(r, E5_V);
    sum = sum.fma(r, E4_V);
    sum = sum.fma(r, E3_V);
    sum = sum.fma(r, E2_V);
    sum = sum.fma(r, ONE_V).fma(r, ONE_V);
    FloatVector power =
        shifted
            .reinterpretAsInts()
            .lanewise(VectorOperators.LSHL, 23)
            .add(0x3f80_0000)
            .reinterpretAsFloats();
    return sum.mul(power).blend(ZERO_V, x.compare(VectorOperators.LT, EXP_LOWEST_V));
  }

  /**
   * {@code 2^x} of what is never large, to about 2e-7 of itself at 0 and 2e-6 at -40; 0 below -126.
   * Fewer operations than {@link #expOfSmall}.
   */
  static FloatVector powerOfTwo(FloatVector x) {
    FloatVector shifted = x.add(ROUND_V);
    FloatVector r = x.sub(shifted.sub(ROUND_V));
    FloatVector sum = P5_V;
    sum = sum.fma(r, P4_V);
    sum = sum.fma(r, P3_V);
    sum = sum.fma(r, P2_V);
    sum = sum.fma(r, P1_V);
    sum = sum.fma(r, ONE_V);
    FloatVector power =
        shifted
            .reinterpretAsInts()
            .lanewise(VectorOperators.LSHL, 23)
            .add(0x3f80_0000)
            .reinterpretAsFloats();
    return sum.mul(power).blend(ZERO_V, x.compare(VectorOperators.LT, POWER_LOWEST_V));
  }

  static float exp(float x) {
    if (x < EXP_LOWEST || x > EXP_HIGHEST) {
      return x < 0 ? 0 : Float.POSITIVE_INFINITY;
    }
    float shifted = Math.fma(x, LOG2_E, ROUND);
    float whole = shifted - ROUND;
    float r = Math.fma(whole, -LN2_LOW, Math.fma(whole, -LN2_HIGH, x));
    float sum = Math.fma(E6, r, E5);
    sum = Math.fma(sum, r, E4);
    sum = Math.fma(sum, r, E3);
    sum = Math.fma(sum, r, E2);
    sum = Math.fma(Math.fma(sum, r, 1), r, 1);
    int exponent = (Float.floatToRawIntBits(shifted) << 23) + 0x3f80_0000;
    return sum * Float.intBitsToFloat(exponent);
  }

  static FloatVector sigmoid(FloatVector x) {
    FloatVector one = FloatVector.broadcast(FLOATS, 1);
    return one.div(exp(x.neg()).add(one));
  }

  static float sigmoid(float x) {
    return 1 / (exp(-x) + 1);
  }

  /** {@code exp(-x^2 / 2)}. */
  static FloatVector bell(FloatVector x) {
    return expOfSmall(x.mul(x).mul(MINUS_HALF_V));
  }

  static float bell(float x) {
    return exp(x * x * -0.5f);
  }

  /**
   * Probability that a standard normal value is below {@code x}, to some 1e-7 of itself around 0
   * and 1e-6 in the tails: {@code bell(x)} times a polynomial in {@code 1 / (1 + 0.35 |x|)} is the
   * tail beyond |x|. Coefficients: our least-squares fit of the relative error over |x| up to 13.
   *
   * @param bell {@link #bell} of x
   */
  static FloatVector normalDistribution(FloatVector x, FloatVector bell) {
    FloatVector t = ONE_V.div(x.abs().fma(TAIL_V, ONE_V));
    FloatVector sum = C9_V;
    sum = sum.fma(t, C8_V);
    sum = sum.fma(t, C7_V);
    sum = sum.fma(t, C6_V);
    sum = sum.fma(t, C5_V);
    sum = sum.fma(t, C4_V);
    sum = sum.fma(t, C3_V);
    sum = sum.fma(t, C2_V);
    sum = sum.fma(t, C1_V);
    FloatVector tail = sum.mul(t).mul(bell);
    return tail.blend(ONE_V.sub(tail), x.compare(VectorOperators.GT, ZERO_V));
  }

  static float normalDistribution(float x, float bell) {
    float t = 1 / Math.fma(Math.abs(x), TAIL, 1);
    float sum = Math.fma(C9, t, C8);
    sum = Math.fma(sum, t, C7);
    sum = Math.fma(sum, t, C6);
    sum = Math.fma(sum, t, C5);
    sum = Math.fma(sum, t, C4);
    sum = Math.fma(sum, t, C3);
    sum = Math.fma(sum, t, C2);
    sum = Math.fma(sum, t, C1);
    float tail = sum * t * bell;
    return x > 0 ? 1 - tail : tail;
  }

  /** Derivative of {@code x Phi(x)}. */
  static FloatVector geluSlope(FloatVector x) {
    FloatVector bell = bell(x);
    return x.mul(bell).mul(INVERSE_ROOT_TWO_PI_V).add(normalDistribution(x, bell));
  }

  static float geluSlope(float x) {
    float bell = bell(x);
    return x * bell * INVERSE_ROOT_TWO_PI + normalDistribution(x, bell);
  }

  /** Derivative of {@code x sigmoid(beta x)}, given the sigmoid. */
  static FloatVector swishSlope(FloatVector x, FloatVector sigmoid, float beta) {
    FloatVector one = FloatVector.broadcast(FLOATS, 1);
    return sigmoid.mul(x.mul(beta).mul(one.sub(sigmoid)).add(one));
  }

  static float swishSlope(float x, float sigmoid, float beta) {
    return sigmoid * (x * beta * (1 - sigmoid) + 1);
  }
}
