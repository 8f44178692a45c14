package parrot.jobs.checkpoint;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of the folders and files of a run's checkpoints. Those of the weights are a model folder's,
 * see {@link parrot.model.weights.WeightFiles}; {@code docs/formats.md} shows the whole.
 */
public final class CheckpointLayout {
  /** The folder of a run that its checkpoints lie in. */
  public static final String CHECKPOINTS = "checkpoints";

  /**
   * The folder of a checkpoint that its vision encoder lies in, with a configuration of its own.
   */
  public static final String VISION = "vision";

  /** The folder beside the checkpoints of a run with adapters that holds the model without them. */
  static final String BASE = "base";

  static final String ADAPTER = "adapter_model.safetensors";

  /** Sizes and checksums of all other files. */
  public static final String MANIFEST = "manifest.json";

  static final String CONFIG = "config.json";
  static final String PROGRESS = "training/state.json";
  static final String RESOLVED_CONFIG = "training/config.yaml";

  /** The most that a file of values holds: several executors write a large model. */
  static final long FILE_BYTES = 512L << 20;

  private static final Pattern ROUND = Pattern.compile("round-(\\d{6,9})");
  private static final Pattern BEGUN = Pattern.compile("\\.((?:round|average)-\\d{6,9}|base)\\..*");

  private CheckpointLayout() {}

  /** The folder of the checkpoint after a round; round 0 is the start. */
  static String folder(int round) {
    return String.format(Locale.ROOT, "round-%06d", round);
  }

  /** The folder of the mean of a run's last states, beside the checkpoint of its last round. */
  static String average(int round) {
    return String.format(Locale.ROOT, "average-%06d", round);
  }

  /** The round of a checkpoint's folder; empty for other names. */
  static OptionalInt round(String folder) {
    Matcher matcher = ROUND.matcher(folder);
    return matcher.matches()
        ? OptionalInt.of(Integer.parseInt(matcher.group(1)))
        : OptionalInt.empty();
  }

  /** The checkpoint's folder that a hidden one beside it was to become; empty for other names. */
  static Optional<String> begun(String hidden) {
    Matcher matcher = BEGUN.matcher(hidden);
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  /** Trained values in float32, if the model's own are rounded. */
  static VectorFiles parameters(long length) {
    return new VectorFiles("training/parameters", "parameters", length);
  }

  /** Moments of the optimizer, those of each kind together. */
  static VectorFiles moments(long length) {
    return new VectorFiles("training/updater", "updater_state", length);
  }

  /** Momentum of the outer step. */
  static VectorFiles outerMomentum(long length) {
    return new VectorFiles("training/outer_momentum", "outer_momentum", length);
  }

  /** Parameters that a replica has given to the average, if it goes on from them. */
  static VectorFiles contribution(int replica, long length) {
    return new VectorFiles(
        String.format(Locale.ROOT, "training/contribution-replica-%04d", replica),
        "contribution",
        length);
  }

  /** A replica's own moments, if replicas have different ones. */
  static VectorFiles moments(int replica, long length) {
    return new VectorFiles(
        String.format(Locale.ROOT, "training/updater-replica-%04d", replica),
        "updater_state",
        length);
  }

  /** A replica's residual: what rounding has lost of its values. */
  static VectorFiles residual(int replica, long length) {
    return new VectorFiles(
        String.format(Locale.ROOT, "training/error_feedback-replica-%04d", replica),
        "error_feedback",
        length);
  }
}
