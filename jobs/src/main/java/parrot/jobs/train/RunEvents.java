package parrot.jobs.train;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import parrot.jobs.cli.Failures;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.failure.StoppedException;

/**
 * Tells the user's commands, {@code on_end} and {@code on_alarm}, what happened to a run. They get
 * it in environment variables, in a shell on the driver's machine. The run waits for a command, for
 * a limited time; a command that fails is told to the user and changes nothing else.
 */
final class RunEvents {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int LONGEST_MESSAGE = 4_000;

  private final TrainConfig config;
  private final Consumer<String> say;
  private final Duration limit;
  private boolean ended;

  /**
   * @param say gets each line for the user
   */
  RunEvents(TrainConfig config, Consumer<String> say) {
    this(config, say, LIMIT);
  }

  RunEvents(TrainConfig config, Consumer<String> say, Duration limit) {
    this.config = config;
    this.say = say;
    this.limit = limit;
  }

  /**
   * Says a warning of a run that goes on, and hands it to {@code on_alarm}.
   *
   * @param round the last that ended
   */
  void alarm(int round, String warning) {
    say.accept(warning);
    tell("on_alarm", config.watching().onAlarm(), warning, Map.of("ROUND", "" + round));
  }

  /** Hands the end of a run to {@code on_end}, unless that was told how it ended. */
  void ended(TrainJob.Outcome outcome) {
    int code = outcome.stopped() ? Failures.of(new StoppedException(null)).code() : 0;
    Map<String, String> facts = new TreeMap<>();
    facts.put("EXIT_CODE", "" + code);
    facts.put("ROUND", "" + outcome.rounds());
    facts.put("CHECKPOINT", outcome.checkpoint().toString());
    putFinite(facts, "LOSS", outcome.loss());
    putFinite(facts, "HELD_OUT_LOSS", outcome.heldOutLoss());
    String message = (outcome.stopped() ? "stopped after " : "trained ") + outcome.rounds();
    end(message + " rounds", facts);
  }

  /** Hands the failure of a run to {@code on_end}, unless that was told how it ended. */
  void failed(Throwable cause) {
    Failures.Failure failure = Failures.of(cause);
    Map<String, String> facts = Map.of("EXIT_CODE", "" + failure.code());
    String message = failure.message() == null ? "stopped" : failure.message();
    end(message, facts);
  }

  /** A run that is stopped ends in two threads: one tells it, the other waits until it has. */
  private synchronized void end(String message, Map<String, String> facts) {
    if (!ended) {
      ended = true;
      tell("on_end", config.watching().onEnd(), message, facts);
    }
  }

  private static void putFinite(Map<String, String> facts, String name, double value) {
    if (Double.isFinite(value)) {
      facts.put(name, "" + value);
    }
  }

  private void tell(
      String key, Optional<String> command, String message, Map<String, String> facts) {
    if (command.isEmpty()) {
      return;
    }
    Map<String, String> all = new TreeMap<>(facts);
    all.put("EVENT", key.substring("on_".length()));
    all.put("RUN", config.out());
    all.put("MESSAGE", message.substring(0, Math.min(message.length(), LONGEST_MESSAGE)));
    failure(command.get(), all)
        .ifPresent(why -> say.accept("warning: the command of " + key + " " + why));
  }

  /** Why a command failed; empty if it did not. */
  private Optional<String> failure(String command, Map<String, String> facts) {
    ProcessBuilder shell = new ProcessBuilder("/bin/sh", "-c", command);
    shell.redirectOutput(ProcessBuilder.Redirect.INHERIT);
    shell.redirectError(ProcessBuilder.Redirect.INHERIT);
    try {
      facts.forEach((name, value) -> shell.environment().put("PARROT_" + name, value));
      Process process = shell.start();
      process.getOutputStream().close();
      try {
        if (process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
          int code = process.exitValue();
          return code == 0 ? Optional.empty() : Optional.of("ended with " + code);
        }
        return Optional.of("took longer than " + limit.toSeconds() + " s and was ended");
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("was ended with the run");
    } catch (IOException
        | IllegalArgumentException e) { // the second: a value with a zero character
      return Optional.of("could not be started: " + e.getMessage());
    }
  }
}
