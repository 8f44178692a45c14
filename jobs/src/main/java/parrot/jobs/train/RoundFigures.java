package parrot.jobs.train;

import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.config.TrainConfigReader;
import parrot.jobs.metrics.MetricsFile;
import parrot.jobs.metrics.MetricsLine;
import parrot.jobs.metrics.RoundTimes;
import parrot.jobs.metrics.RoundTimes.Phase;

/**
 * How fast a run was, as far as that carries over to runs of other sizes.
 *
 * @param rounds that were looked at
 * @param secondsPerOperation of a replica's steps
 * @param spread of the replicas' seconds in a round: their standard deviation over their mean
 * @param secondsPerByte that goes through the busiest executor in an exchange, outer step included
 * @param checkpointPerByte seconds for each byte of the state that an executor writes; 0 if no
 *     checkpoint was written
 * @param rest seconds of planning a round
 */
record RoundFigures(
    int rounds,
    double secondsPerOperation,
    double spread,
    double secondsPerByte,
    double checkpointPerByte,
    double rest) {
  /** Classes load and memory is touched in the first round. */
  private static final int WARMUP = 1;

  /**
   * Reads them off a run's folder.
   *
   * @throws DataException if there are fewer than three rounds with times
   */
  static RoundFigures read(Path run, Configuration hadoop) throws IOException {
    FileSystem files = FileSystems.of(run, hadoop);
    String yaml = FileSystems.readText(files, new Path(run, RunFolder.CONFIG), 1 << 24);
    TrainConfig config = TrainConfigReader.read(yaml, List.of());
    RunPlan plan =
        RunPlan.of(
            config,
            StartingModel.shape(config, hadoop),
            StartingModel.embeddingType(config, hadoop),
            TrainingData.lengths(config, hadoop));
    return of(plan, MetricsFile.read(files, run));
  }

  /**
   * Reads them off a run's metrics.
   *
   * @param plan of that run
   * @throws DataException if there are fewer than three rounds with times
   */
  static RoundFigures of(RunPlan plan, List<MetricsLine> lines) {
    List<RoundTimes> all =
        lines.stream()
            .flatMap(line -> line.times().stream())
            .filter(times -> !times.replicas().isEmpty())
            .sorted(Comparator.comparingLong(RoundTimes::begin))
            .toList();
    if (all.size() < WARMUP + 2) {
      throw new DataException(
          "Cannot tell how fast the measured run was: its metrics.jsonl has "
              + all.size()
              + " rounds with times (expected at least "
              + (WARMUP + 2)
              + ": the first and the last, which may be shorter, do not count)");
    }
    List<RoundTimes> rounds = all.subList(WARMUP, all.size() - 1);
    double steps = (double) plan.config().rounds().averageEvery() * rounds.size();
    double seconds = 0;
    double spread = 0;
    double exchange = 0;
    double bytes = 0;
    double checkpoint = 0;
    double written = 0;
    double rest = 0;
    for (RoundTimes times : rounds) {
      int executors = (int) times.replicas().stream().map(RoundFigures::place).distinct().count();
      double[] each = times.replicas().stream().mapToDouble(RoundTimes.Replica::seconds).toArray();
      double mean = Arrays.stream(each).average().orElse(0);
      seconds += mean;
      spread += deviation(each, mean) / mean;
      Map<Phase, Double> phases = times.seconds();
      exchange += phases.getOrDefault(Phase.EXCHANGE, 0.0);
      exchange += phases.getOrDefault(Phase.OUTER_STEP, 0.0);
      bytes += RoundForecast.busiest(plan, executors);
      if (phases.containsKey(Phase.CHECKPOINT)) {
        checkpoint += phases.get(Phase.CHECKPOINT);
        written += (double) plan.stored() / executors;
      }
      rest += phases.getOrDefault(Phase.PLAN, 0.0);
    }
    return new RoundFigures(
        rounds.size(),
        seconds / (steps * plan.step().operations()),
        spread / rounds.size(),
        exchange / bytes,
        written == 0 ? 0 : checkpoint / written,
        rest / rounds.size());
  }

  private static String place(RoundTimes.Replica replica) {
    return replica.host() + " " + replica.executor();
  }

  private static double deviation(double[] values, double mean) {
    if (values.length < 2) {
      return 0;
    }
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return Math.sqrt(squares / (values.length - 1));
  }
}
