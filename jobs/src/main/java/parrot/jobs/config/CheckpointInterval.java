package parrot.jobs.config;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import parrot.model.config.StrictMap;

/**
 * When checkpoints are written, beside the one after the last round.
 *
 * @param rounds between two; 0 if time decides
 * @param time of training between two; zero if rounds decide. If both are zero, none is written
 */
public record CheckpointInterval(int rounds, Duration time) {
  static final CheckpointInterval USUAL = new CheckpointInterval(0, Duration.ofMinutes(10));
  static final String RULE = "a number of rounds, or a time as 90s, 10m or 2h; 0: the last round";

  private static final Pattern TEXT = Pattern.compile("(\\d{1,9})([smh]?)");

  /** Reads {@code 50} as rounds, and {@code 10m} as time; empty for anything else. */
  static Optional<CheckpointInterval> parse(String text) {
    Matcher matcher = TEXT.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int number = Integer.parseInt(matcher.group(1));
    return Optional.of(
        switch (matcher.group(2)) {
          case "s" -> new CheckpointInterval(0, Duration.ofSeconds(number));
          case "m" -> new CheckpointInterval(0, Duration.ofMinutes(number));
          case "h" -> new CheckpointInterval(0, Duration.ofHours(number));
          default -> new CheckpointInterval(number, Duration.ZERO);
        });
  }

  /**
   * Whether a checkpoint is due after a round.
   *
   * @param since training went on since the last checkpoint, or since the run began
   */
  public boolean isDue(int round, Duration since) {
    return rounds > 0 ? round % rounds == 0 : !time.isZero() && since.compareTo(time) >= 0;
  }

  /** What is lost if the driver dies, as a sentence. */
  public String risk() {
    if (rounds > 0) {
      return "a driver that dies loses at most "
          + (rounds == 1 ? "the round" : "the " + rounds + " rounds")
          + " since the last checkpoint (checkpoints.every)";
    }
    return time.isZero()
        ? "warning: no checkpoint is written before the last round: a driver that dies loses the"
            + " whole run (set checkpoints.every, such as to 10m)"
        : "a driver that dies loses at most "
            + this
            + " of training and the round that it is in (checkpoints.every)";
  }

  /** As one writes it. */
  @Override
  public String toString() {
    long seconds = time.toSeconds();
    if (seconds == 0) {
      return Integer.toString(rounds);
    }
    return seconds % 3600 == 0
        ? seconds / 3600 + "h"
        : seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }

  /** Reads a key; whole rounds are stored as a number. */
  static CheckpointInterval read(StrictMap map, String name, CheckpointInterval absent) {
    String text = map.text(name, absent.toString());
    CheckpointInterval interval = parse(text).orElseThrow(() -> map.invalid(name, text, RULE));
    if (interval.time().isZero()) {
      map.resolved().put(name, interval.rounds());
    }
    return interval;
  }
}
