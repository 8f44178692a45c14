package parrot.jobs.quickstart;

import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import parrot.datasets.benchmark.Grouping;
import parrot.jobs.evaluate.AnsweringOptions;
import parrot.jobs.evaluate.EvaluateJob;
import parrot.jobs.evaluate.EvaluationScores;
import parrot.jobs.failure.FailedException;
import parrot.jobs.failure.StoppedException;
import parrot.jobs.metrics.MetricsFile;
import parrot.jobs.train.TrainJob;

/** Trains models and evaluates them, each by the job that its command calls. */
final class Stages {
  private final Parameters parameters;
  private final Workplace place;
  private final OutputFolder out;
  private final Consumer<String> console;

  Stages(Parameters parameters, Workplace place, OutputFolder out, Consumer<String> console) {
    this.parameters = parameters;
    this.place = place;
    this.out = out;
    this.console = console;
  }

  /** Trains a stage and gives the folder of its last checkpoint. */
  String train(String stage, String model, String data) throws Exception {
    String run = place.hdfs().path("runs/" + stage);
    TrainJob.Outcome outcome =
        TrainJob.run(
            parameters.training(
                stage, run, model, place.shards(data), place.shards("held-out-" + data)),
            place.session(),
            TrainJob.Mode.FRESH,
            new StageConsole(stage.equals("align")));
    for (String file : List.of(MetricsFile.NAME, "config.yaml")) {
      out.copy(place.hdfs().files(), run + "/" + file, "runs/" + stage + "/" + file);
    }
    if (outcome.stopped()) {
      throw new StoppedException(null);
    }
    return outcome.checkpoint().toString();
  }

  /** Passes a stage's lines on; what it finds on this machine is said in the first stage alone. */
  private final class StageConsole implements Consumer<String> {
    private boolean open;

    StageConsole(boolean open) {
      this.open = open;
    }

    @Override
    public void accept(String line) {
      open |= line.startsWith("Training ");
      if (open) {
        console.accept("  " + line);
      }
    }
  }

  /** Asks a model the benchmark and prints its accuracy by language. */
  Void evaluate(String name, String model, boolean blank) {
    AnsweringOptions options =
        AnsweringOptions.defaults().withMaxNewTokens(parameters.maxNewTokens()).withBlank(blank);
    EvaluateJob.Result result =
        EvaluateJob.run(
            EvaluateJob.Request.of(
                model,
                List.of(out.path(RunDescription.BENCHMARK).toUri().toString()),
                out.path("evaluation/" + name).toUri().toString(),
                options),
            place.spark());
    EvaluationScores.Benchmark scores = result.scores().benchmarks().get(0);
    StringBuilder line = new StringBuilder("  accuracy:");
    for (EvaluationScores.Line one : scores.lines(scores.metric(), Grouping.OVERALL)) {
      line.append(String.format(Locale.ROOT, "  %s %.0f %%", one.language(), 100 * one.accuracy()));
    }
    console.accept(line.toString());
    if (!scores.failures().isEmpty()) {
      throw new FailedException(
          "Cannot evaluate %s in %s: %s"
              .formatted(
                  name, scores.failures().get(0).language(), scores.failures().get(0).problem()));
    }
    return null;
  }
}
