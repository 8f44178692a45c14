package parrot.jobs.train;

import parrot.datasets.UsageException;
import parrot.jobs.checkpoint.RunProgress;
import parrot.jobs.checkpoint.SettingsChange;
import parrot.jobs.config.TrainConfig;

/**
 * How long a run is.
 *
 * @param examples of the whole run
 * @param perStep examples of a step of all replicas
 * @param perRound examples of a full round
 * @param since steps and rounds before have had their own sizes
 */
record RunLength(long examples, int perStep, int perRound, SettingsChange since) {
  /**
   * The length that a configuration asks for.
   *
   * @param rows of the data, one epoch
   * @param progress of the run so far
   * @throws UsageException if the run is longer already
   */
  static RunLength of(TrainConfig config, long rows, RunProgress progress) {
    int perStep = config.rounds().samplesPerStep();
    RunLength length =
        new RunLength(
            examples(config.length(), perStep, rows, progress),
            perStep,
            perStep * config.rounds().averageEvery(),
            progress.lastChange());
    if (length.examples < progress.examples()) {
      throw new UsageException(
          "Cannot resume: the configuration asks for "
              + Math.max(0, length.examples)
              + " examples, and the run has trained on "
              + progress.examples()
              + " (raise epochs, max_steps or max_examples; or use the checkpoint of round "
              + progress.round()
              + ")");
    }
    return length;
  }

  private static long examples(
      TrainConfig.Length length, int perStep, long rows, RunProgress progress) {
    if (length.maxSteps().isPresent()) {
      SettingsChange since = progress.lastChange();
      long steps = length.maxSteps().get() - since.iteration();
      return Math.addExact(since.examples(), Math.multiplyExact(steps, perStep));
    }
    return length
        .maxExamples()
        .orElseGet(
            () ->
                progress.examplesOfOtherData()
                    + Math.max(1, Math.round(length.epochs().orElseThrow() * rows)));
  }

  /** Rounds, of which the last may be shorter. */
  int rounds() {
    return Math.toIntExact(since.round() + pieces(perRound));
  }

  /** Steps of each replica. */
  int steps() {
    return Math.toIntExact(since.iteration() + pieces(perStep));
  }

  private long pieces(int size) {
    return (examples - since.examples() + size - 1) / size;
  }

  /**
   * Examples of the next round.
   *
   * @param done examples so far
   */
  long next(long done) {
    return Math.min(perRound, examples - done);
  }
}
