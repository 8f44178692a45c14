package parrot.jobs.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import parrot.datasets.UsageException;
import parrot.datasets.order.ExampleOrder;
import parrot.jobs.checkpoint.RunProgress;
import parrot.jobs.config.TrainConfig;
import parrot.model.config.ParrotConfig;
import parrot.model.network.Parameter;
import parrot.model.network.ParrotNetwork;
import parrot.model.network.Part;

/**
 * How a run goes on from where it stands.
 *
 * @param order of all its rows, from the first
 * @param lines for the user: how long it is, what would be lost, what is rarely meant
 */
record Outlook(ExampleOrder order, RunLength length, List<String> lines) {
  /**
   * @throws UsageException if the mixture does not fit the data, or the run is longer already
   */
  static Outlook of(TrainConfig config, ParrotConfig model, TrainingData data, RunProgress progress)
      throws IOException {
    ExampleOrder order =
        new ExampleOrder(
            data.train(),
            config.data().sources().stream().map(TrainConfig.DataSource::weight).toList(),
            config.data().mixture(),
            config.seed());
    RunLength length = RunLength.of(config, order.rows(), progress);
    List<String> lines = new ArrayList<>();
    lines.add(summary(config, model, length));
    lines.addAll(data.lines());
    lines.add(config.checkpoints().every().risk());
    lines.addAll(RunHints.of(config, data, length, parameters(model, Set.of(Part.DECODER))));
    return new Outlook(order, length, List.copyOf(lines));
  }

  private static String summary(TrainConfig config, ParrotConfig model, RunLength length) {
    return "Training "
        + config.train().stream().map(Part::key).toList()
        + ", "
        + parameters(model, config.train())
        + " parameters, "
        + (model.experts().used() ? "with" : "without")
        + " experts; "
        + length.examples()
        + " examples in "
        + length.rounds()
        + " rounds of "
        + config.rounds().replicas()
        + " x "
        + config.rounds().averageEvery()
        + " steps of "
        + config.rounds().batchSize();
  }

  private static long parameters(ParrotConfig model, Set<Part> parts) {
    return ParrotNetwork.parameters(model, parts).stream().mapToLong(Parameter::size).sum();
  }
}
