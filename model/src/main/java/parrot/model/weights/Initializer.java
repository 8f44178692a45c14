package parrot.model.weights;

import java.util.function.DoubleSupplier;
import parrot.model.config.ParrotConfig;

/**
 * Starting values for parts that no checkpoint holds. The values of a tensor are a function of the
 * seed and of its name alone, so it does not matter what else is initialised, in which order, on
 * which machine.
 *
 * <ul>
 *   <li>Norms: weight 1, bias 0.
 *   <li>Projector: uniform in {@code ±1/sqrt(in)}, weight and bias, as torch's Linear starts.
 *   <li>Router and decoder: normal with deviation {@code initializer_range} (0.02 unless
 *       config.json says otherwise; narrow models learn sooner from more), bias 0, as Qwen2 starts.
 *   <li>Experts: as the router; under {@link Experts#SMALL} their output layer has a hundredth of
 *       it, so that the experts start at almost nothing and visual tokens at the residual path
 *       (with {@code moe_weight} 1 at the identity).
 *   <li>Under {@link Experts#COPIES} all experts start as copies of one, each with noise of a tenth
 *       of its values' size, so that they compute nearly the same and may grow apart (sparse
 *       upcycling, arXiv 2212.05055; CuMo, arXiv 2405.05949).
 *   <li>Adapters: A uniform in {@code ±1/sqrt(in)} and B 0, as PEFT starts, so that the model
 *       computes at first what it computes without them.
 *   <li>Vision encoder: as CLIP starts, deviations by width and depth.
 * </ul>
 *
 * @param seed of the whole model
 * @param experts how experts start
 * @param routerScale how much larger than others the router's weights start
 */
public record Initializer(long seed, Experts experts, double routerScale) {
  private static final double NOISE = 0.1;
  private static final double VISION_EMBEDDINGS = 0.02;

  /** How experts start. */
  public enum Experts {
    /** Like any other layer. */
    NORMAL,
    /** With an output near 0, so that an early collapse of the router costs nothing. */
    SMALL,
    /** As copies of one, that of the folder to start from or a fresh one, with noise. */
    COPIES
  }

  public Initializer(long seed, Experts experts) {
    this(seed, experts, 1);
  }

  /** The values of one tensor, row-major. */
  public float[] values(TensorSpec spec, ParrotConfig config) {
    float[] values = new float[spec.length()];
    boolean copied = experts == Experts.COPIES && TensorNames.expert(spec.name()) >= 0;
    fill(values, copied ? TensorNames.ofFirstExpert(spec.name()) : spec.name(), spec, config);
    if (copied) {
      addNoise(values, spec);
    }
    return values;
  }

  /**
   * Makes a copy of an expert differ from the others.
   *
   * @param values of the expert that was copied, row-major; changed
   * @param spec of the copy
   */
  public void addNoise(float[] values, TensorSpec spec) {
    double squares = 0;
    for (float value : values) {
      squares += (double) value * value;
    }
    double deviation = NOISE * Math.sqrt(squares / values.length);
    Random random = new Random(spec.name() + ".noise");
    for (int i = 0; i < values.length; i++) {
      values[i] += (float) (random.normal() * deviation);
    }
  }

  /**
   * @param name that decides the values
   */
  private void fill(float[] values, String name, TensorSpec spec, ParrotConfig config) {
    boolean bias = name.endsWith(".bias");
    if (name.endsWith(TensorNames.FIRST_FACTOR)) {
      double bound = 1 / Math.sqrt(spec.shape()[1]);
      Random random = new Random(name);
      fill(values, () -> (2 * random.uniform() - 1) * bound);
    } else if (name.endsWith(TensorNames.SECOND_FACTOR)) {
      fill(values, () -> 0);
    } else if (name.startsWith(TensorNames.PROJECTOR)) {
      double bound = 1 / Math.sqrt(projectorInputs(name, config));
      Random random = new Random(name);
      fill(values, () -> (2 * random.uniform() - 1) * bound);
    } else if (bias) {
      fill(values, () -> 0);
    } else if (isNorm(name)) {
      fill(values, () -> 1);
    } else {
      double deviation = deviation(name, config);
      Random random = new Random(name);
      fill(values, () -> random.normal() * deviation);
    }
  }

  private static void fill(float[] values, DoubleSupplier supplier) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) supplier.getAsDouble();
    }
  }

  private static boolean isNorm(String name) {
    // pre_layrnorm is spelled so in published checkpoints.
    return name.contains("norm") && name.endsWith(".weight");
  }

  private static int projectorInputs(String name, ParrotConfig config) {
    boolean first =
        config.projector().depth() == 1 || name.startsWith(TensorNames.PROJECTOR + "0.");
    return first ? config.vision().hiddenSize() : config.decoder().hiddenSize();
  }

  private double deviation(String name, ParrotConfig config) {
    if (name.startsWith(TensorNames.VISION)) {
      double width = config.vision().hiddenSize();
      double perDepth = 1 / Math.sqrt(2.0 * config.vision().numHiddenLayers());
      if (name.contains("class_embedding")) {
        return 1 / Math.sqrt(width);
      } else if (name.contains("embeddings")) {
        return VISION_EMBEDDINGS;
      } else if (name.contains("out_proj")) {
        return 1 / Math.sqrt(width);
      } else if (name.contains("fc1")) {
        return 1 / Math.sqrt(2 * width);
      }
      return perDepth / Math.sqrt(width);
    }
    boolean output = name.startsWith(TensorNames.EXPERTS) && name.contains("down_proj");
    double deviation = config.initializerRange();
    if (name.equals(TensorNames.ROUTER)) {
      return deviation * routerScale;
    }
    return output && experts == Experts.SMALL ? deviation / 100 : deviation;
  }

  /** SplitMix64 started from seed and name; written out so that no library change moves a value. */
  private final class Random {
    private long state;
    private double spare = Double.NaN;

    Random(String name) {
      long hash = 0xcbf29ce484222325L;
      for (int i = 0; i < name.length(); i++) {
        hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
      }
      state = seed * 0x9e3779b97f4a7c15L ^ hash;
      next();
    }

    private long next() {
      state += 0x9e3779b97f4a7c15L;
      long z = state;
      z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
      z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
      return z ^ (z >>> 31);
    }

    /** In [0, 1). */
    double uniform() {
      return (next() >>> 11) * 0x1p-53;
    }

    /** Box and Muller's method, in pairs. */
    double normal() {
      if (!Double.isNaN(spare)) {
        double value = spare;
        spare = Double.NaN;
        return value;
      }
      double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - uniform()));
      double angle = 2 * Math.PI * uniform();
      spare = radius * StrictMath.sin(angle);
      return radius * StrictMath.cos(angle);
    }
  }
}
