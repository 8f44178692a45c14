package parrot.jobs.train;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import parrot.datasets.shard.ShardFile;
import parrot.datasets.shard.ShardedDataset;
import parrot.jobs.config.TrainConfig;

/** What is allowed in a run, and rarely meant. */
final class RunHints {
  private static final long SMALLEST_PUBLISHED = 300_000_000; // parameters of a decoder
  private static final double MUCH = 10;

  private RunHints() {}

  /**
   * A warning for each, with what to change.
   *
   * @param decoder parameters of the decoder
   */
  static List<String> of(TrainConfig config, TrainingData data, RunLength length, long decoder) {
    List<String> hints = new ArrayList<>();
    for (ShardedDataset heldOut : data.heldOut()) {
      data.train().stream()
          .filter(train -> shareRows(train, heldOut))
          .findFirst()
          .ifPresent(
              train ->
                  hints.add(
                      "warning: held_out.data "
                          + heldOut.folder()
                          + " holds rows that are trained on, from "
                          + train.folder()
                          + ": its loss says nothing about new data (hold other rows out)"));
    }
    rate(config, decoder).ifPresent(hints::add);
    TrainConfig.Rounds rounds = config.rounds();
    int steps = length.steps();
    int warmup = config.optimizer().learningRate().warmup().steps(steps);
    if (warmup >= steps && warmup > 0) {
      hints.add(
          "warning: the warm-up of "
              + warmup
              + " steps is as long as the run, "
              + steps
              + ": the learning rate never reaches its peak (lower optimizer.warmup_steps or"
              + " optimizer.warmup_ratio)");
    }
    long busy = (length.next(0) + rounds.batchSize() - 1) / rounds.batchSize();
    if (busy < rounds.replicas()) {
      hints.add(
          "warning: "
              + (rounds.replicas() - busy)
              + " of "
              + rounds.replicas()
              + " replicas get no rows: a round has "
              + length.next(0)
              + ", in batches of "
              + rounds.batchSize()
              + " (lower replicas or batch_size)");
    }
    int averaged = config.checkpoints().averageLast();
    if (averaged > length.rounds()) {
      hints.add(
          "warning: average_last is "
              + averaged
              + ", and the run has "
              + length.rounds()
              + " rounds: the mean of all of them is written (lower average_last or"
              + " average_every)");
    }
    if (length.rounds() == 1 && rounds.replicas() > 1) {
      hints.add(
          "warning: the replicas are averaged only once, at the end: average_every is "
              + rounds.averageEvery()
              + ", and the run has "
              + steps
              + " steps (lower average_every)");
    }
    return hints;
  }

  /** Rates are compared for models of the published sizes: small ones learn with higher ones. */
  static Optional<String> rate(TrainConfig config, long decoder) {
    TrainConfig.LearningRate rates = config.optimizer().learningRate();
    if (decoder < SMALLEST_PUBLISHED) {
      return Optional.empty();
    }
    return config.train().stream()
        .filter(part -> !config.model().initialize().contains(part))
        .filter(part -> rates.of(part) >= MUCH * TrainConfig.LearningRate.published(part))
        .findFirst()
        .map(
            part ->
                "warning: the learning rate of the %s is %s, %.0f times the paper's %s: a trained model may lose what it knows (lower optimizer.learning_rate, or optimizer.rates.%s)"
                    .formatted(
                        part.key(),
                        rates.of(part),
                        rates.of(part) / TrainConfig.LearningRate.published(part),
                        TrainConfig.LearningRate.published(part),
                        part.key()));
  }

  /** Parts of one data set share files, and perhaps no rows. */
  private static boolean shareRows(ShardedDataset one, ShardedDataset other) {
    if (one.folder().equals(other.folder())) {
      return one.sharesRows(other);
    }
    Set<String> checksums = new HashSet<>(checksums(one));
    checksums.retainAll(checksums(other));
    return !checksums.isEmpty();
  }

  /** Of the files that hold rows. */
  private static Set<String> checksums(ShardedDataset dataset) {
    return dataset.manifest().files().stream()
        .filter(file -> file.rows() > 0)
        .map(ShardFile::sha256)
        .collect(Collectors.toSet());
  }
}
