package parrot.jobs.metrics;

import java.util.Locale;
import java.util.stream.Collectors;

/** A round as one line of the console. */
public final class ConsoleLine {
  private static final int HOUR = 3600;
  private static final int MINUTE = 60;

  private ConsoleLine() {}

  /**
   * The line.
   *
   * @param secondsLeft of the run; 0 if unknown
   */
  public static String of(MetricsLine round, double secondsLeft) {
    StringBuilder line = new StringBuilder();
    add(line, "round %d/%d", round.progress().round(), round.progress().rounds());
    round
        .training()
        .ifPresent(
            training ->
                add(
                    line,
                    "  epoch %.2f  loss %.4f  lr %.2e  %.0f examples/s",
                    round.progress().epoch(),
                    training.loss(),
                    training.learningRate(),
                    training.examplesPerSecond()));
    round
        .counts()
        .ifPresent(
            counts ->
                add(
                    line,
                    "  gradient %.3g  %.0f tokens/s",
                    counts.gradientNorm(),
                    counts.tokensPerSecond()));
    round
        .heldOut()
        .ifPresent(
            heldOut ->
                add(
                    line,
                    "  held-out %.4f (%s)",
                    heldOut.loss(),
                    heldOut.languages().entrySet().stream()
                        .map(one -> text("%s %.3f", one.getKey(), one.getValue().loss()))
                        .collect(Collectors.joining(", "))));
    if (secondsLeft > 0) {
      add(line, "  %s left", duration(secondsLeft));
    }
    return line.toString();
  }

  private static void add(StringBuilder line, String format, Object... values) {
    line.append(text(format, values));
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** Such as {@code 3h20m} or {@code 40s}. */
  public static String duration(double seconds) {
    long whole = Math.round(seconds);
    if (whole >= HOUR) {
      return text("%dh%02dm", whole / HOUR, whole / MINUTE % MINUTE);
    }
    return whole >= MINUTE ? text("%dm%02ds", whole / MINUTE, whole % MINUTE) : whole + "s";
  }
}
