package parrot.jobs.train;

import java.util.List;
import parrot.datasets.UsageException;
import parrot.jobs.config.TrainConfig;
import parrot.model.dl4j.ParrotGraph;
import parrot.model.dl4j.StateFormat;
import parrot.model.kernel.KernelProvider;
import parrot.model.network.Parameter;

/** Where the state of a replica lies. */
final class StateChoice {
  /** Property that moves the bound of what DL4J's vectors hold, for small runs in own memory. */
  static final String MOST_IN_DL4J = "parrot.mostInDl4j";

  private StateChoice() {}

  /**
   * DL4J's vectors hold float32 of the host that they can address, and what DL4J's own master
   * averages.
   */
  static StateFormat of(TrainConfig config, List<Parameter> parameters) {
    StateFormat wanted = config.compute().state();
    long trained = parameters.stream().mapToLong(Parameter::size).sum();
    boolean tooMany = trained > Long.getLong(MOST_IN_DL4J, ParrotGraph.MOST_TRAINED);
    boolean dl4j = config.rounds().averaging().master() == TrainConfig.Master.DL4J;
    boolean device = KernelProvider.named(config.compute().kernels()).isOnCards();
    if (device && dl4j) {
      throw new UsageException(
          "Invalid averaging: dl4j (must be parrot on a GPU: DL4J's vectors lie on the host)");
    }
    return (tooMany && !dl4j || device) && !wanted.own() ? StateFormat.OWN : wanted;
  }
}
