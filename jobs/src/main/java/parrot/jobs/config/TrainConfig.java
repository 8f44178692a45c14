package parrot.jobs.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import parrot.datasets.order.Mixture;
import parrot.jobs.balance.BalanceConfig;
import parrot.model.dl4j.updater.RateSchedule;
import parrot.model.exchange.ExchangeFormat;
import parrot.model.exchange.OuterStep;
import parrot.model.kernel.Precision;
import parrot.model.network.Part;
import parrot.model.weights.Initializer;

/**
 * Everything that decides what a training run computes. Read by {@link TrainConfigReader}.
 *
 * @param out folder of the run: configuration, metrics, checkpoints
 * @param train parts that learn
 * @param useMoe whether visual tokens pass the experts
 * @param model where the starting weights come from
 * @param data what is trained on
 * @param mixture of the languages
 * @param heldOut what is measured on
 * @param length how long
 * @param replicas trained in parallel and averaged, K
 * @param averageEvery steps of each replica between two averages, H
 * @param batchSize samples of one step of one replica
 * @param averaging how replicas become one
 * @param optimizer how parts learn
 * @param kernels what computes
 * @param recompute whether replicas compute the decoder's activations again in the backward pass
 * @param balance how experts are kept in balance
 * @param checkpoints what is kept
 * @param seed of the order of the data and of fresh weights
 * @param resolved all of this as written into the run's folder
 */
public record TrainConfig(
    String out,
    Set<Part> train,
    Optional<Boolean> useMoe,
    ModelSource model,
    List<DataSource> data,
    Mixture mixture,
    HeldOut heldOut,
    Length length,
    int replicas,
    int averageEvery,
    int batchSize,
    Averaging averaging,
    Optimizer optimizer,
    KernelChoice kernels,
    boolean recompute,
    BalanceConfig balance,
    Checkpointing checkpoints,
    long seed,
    ObjectNode resolved) {

  /**
   * Where the starting weights come from.
   *
   * @param folder complete model, run folder (its newest checkpoint), or configuration alone
   * @param parts folders that single parts come from instead
   * @param tokenizer file to use instead of the folder's
   * @param initialize parts that start fresh
   * @param experts how fresh experts start
   * @param config keys of config.json to change
   */
  public record ModelSource(
      String folder,
      Map<Part, String> parts,
      Optional<String> tokenizer,
      Set<Part> initialize,
      Initializer.Experts experts,
      ObjectNode config) {}

  /**
   * One data set.
   *
   * @param folder of shards
   * @param weight share of the examples, relative to the others; empty for as many as it has rows
   */
  public record DataSource(String folder, OptionalDouble weight) {}

  /**
   * What is measured on.
   *
   * @param folders of shards; empty for none
   * @param every rounds between two measurements; the last round is always measured
   * @param examples measured, at most
   */
  public record HeldOut(List<String> folders, int every, int examples) {}

  /** Exactly one of these is given. */
  public record Length(
      OptionalDouble epochs, Optional<Long> maxSteps, Optional<Long> maxExamples) {}

  /** What averages replicas. */
  public enum Master {
    /** Executors, from the state that they hold. */
    PARROT,
    /** DL4J's own master, on the driver, for comparison. */
    DL4J
  }

  /**
   * How replicas become one.
   *
   * @param exchange how values travel
   * @param outer what is done with their mean
   * @param keepsMoments whether the optimizer's moments are averaged and kept; else each round
   *     begins without
   * @param dropsDiverged whether a replica that left the numbers is left out of the average; else
   *     it ends the run
   * @param minimumReplicas that must be left
   * @param expertsByLoad whether experts are weighted by what replicas asked of them; else by
   *     examples as everything
   */
  public record Averaging(
      Master master,
      ExchangeFormat exchange,
      OuterStep outer,
      boolean keepsMoments,
      boolean dropsDiverged,
      int minimumReplicas,
      boolean expertsByLoad) {}

  /**
   * How parts learn.
   *
   * @param rates learning rates of single parts
   * @param warmupSteps empty where {@code warmupRatio} of all steps is meant
   */
  public record Optimizer(
      double learningRate,
      Map<Part, Double> rates,
      RateSchedule.Shape schedule,
      Optional<Integer> warmupSteps,
      double warmupRatio,
      double minimumRate,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay,
      Map<Part, Double> weightDecays,
      double clipNorm) {}

  /**
   * What computes.
   *
   * @param threads of one replica; 0 for an equal share of this machine's cores
   */
  public record KernelChoice(String name, Precision precision, int threads) {}

  /**
   * What is kept.
   *
   * @param every rounds between two checkpoints; 0 for the last round alone
   * @param keep newest checkpoints that stay; the start always stays
   * @param keepEvery checkpoints of every so manieth round stay, too; 0 for none
   */
  public record Checkpointing(int every, int keep, int keepEvery) {}
}
