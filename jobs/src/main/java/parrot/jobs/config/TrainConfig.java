package parrot.jobs.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import parrot.datasets.UsageException;
import parrot.datasets.order.Mixture;
import parrot.datasets.shard.RowFilter;
import parrot.datasets.shard.RowLimit;
import parrot.jobs.balance.BalanceConfig;
import parrot.model.config.Adapters;
import parrot.model.dl4j.OptimizerSpec;
import parrot.model.dl4j.StateFormat;
import parrot.model.dl4j.updater.RateSchedule;
import parrot.model.exchange.ExchangeFormat;
import parrot.model.exchange.MomentClocks;
import parrot.model.exchange.OuterSchedule;
import parrot.model.exchange.StateLayout;
import parrot.model.kernel.DeviceChoice;
import parrot.model.kernel.Precision;
import parrot.model.network.ParameterGroup;
import parrot.model.network.Part;
import parrot.model.weights.Initializer;

/**
 * Everything that decides what a training run computes. {@link TrainKeys} says what each key means,
 * {@link TrainConfigReader} reads them.
 *
 * @param out folder of the run: configuration, metrics, checkpoints
 * @param train parts that learn
 * @param useMoe whether visual tokens pass the experts; empty if the model's configuration decides
 * @param adapters beside the decoder; empty for none
 * @param model where the starting weights come from
 * @param data what is trained and measured on
 * @param length how long
 * @param rounds how replicas work together
 * @param optimizer how parts learn
 * @param compute what computes
 * @param balance how experts are kept in balance
 * @param checkpoints what is kept
 * @param benchmark what checkpoints are asked; empty for nothing
 * @param seed of the order of the data and of fresh weights
 * @param watching who is told what happens
 * @param resolved all of this as written into the run's folder
 */
public record TrainConfig(
    String out,
    Set<Part> train,
    Optional<Boolean> useMoe,
    Optional<Adapters> adapters,
    ModelSource model,
    Data data,
    Length length,
    Rounds rounds,
    Optimizer optimizer,
    Compute compute,
    BalanceConfig balance,
    Checkpointing checkpoints,
    Optional<Benchmarking> benchmark,
    long seed,
    Watching watching,
    ObjectNode resolved) {

  /**
   * Who is told what happens.
   *
   * @param onEnd command of the shell, run when the run ends
   * @param onAlarm the same with each warning after a round
   * @param tensorboard whether the metrics are also written for TensorBoard
   */
  public record Watching(Optional<String> onEnd, Optional<String> onAlarm, boolean tensorboard) {}

  /** The two stages of the paper, with their usual settings. */
  public enum Stage {
    /** The projector learns; visual tokens bypass the experts. */
    ALIGN,
    /** Projector, experts and decoder learn. */
    INSTRUCT
  }

  /**
   * Where the starting weights come from.
   *
   * @param folder complete model, run folder (its newest checkpoint), or configuration alone
   * @param parts folders that single parts come from instead
   * @param tokenizer file to use instead of the folder's
   * @param initialize parts that start fresh
   * @param experts how fresh experts start
   * @param routerScale how much larger than others a fresh router's weights start
   * @param config keys of config.json to change
   */
  public record ModelSource(
      String folder,
      Map<Part, String> parts,
      Optional<String> tokenizer,
      Set<Part> initialize,
      Initializer.Experts experts,
      double routerScale,
      ObjectNode config) {

    /** Gives the values of what starts fresh. */
    public Initializer initializer(long seed) {
      return new Initializer(seed, experts, routerScale);
    }
  }

  /**
   * What is trained and measured on.
   *
   * @param sources of training examples
   * @param mixture of their languages
   * @param choice of their rows
   * @param heldOut what is measured on
   */
  public record Data(List<DataSource> sources, Mixture mixture, Choice choice, HeldOut heldOut) {}

  /**
   * Which rows of the data are used.
   *
   * @param where of those that are trained and measured on
   * @param limits of those that are trained on, one after the other
   * @param holdOut share of the rows that are measured on instead; 0 for none
   */
  public record Choice(RowFilter where, List<RowLimit> limits, double holdOut) {}

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

  /**
   * When a run ends. Exactly one of the first three is given.
   *
   * @param patience ends it earlier, after so many measurements on held-out examples without a
   *     lower loss
   */
  public record Length(
      OptionalDouble epochs,
      Optional<Long> maxSteps,
      Optional<Long> maxExamples,
      Optional<Integer> patience) {}

  /** What an early stop depends on. */
  public enum StopOn {
    HELD_OUT
  }

  /**
   * How replicas work together.
   *
   * @param replicas trained in parallel and averaged, K
   * @param averageEvery steps of each replica between two averages, H
   * @param batchSize samples of one step of one replica
   * @param averaging how replicas become one
   */
  public record Rounds(int replicas, int averageEvery, int batchSize, AveragingChoice averaging) {
    /** Samples of one step of all replicas together. */
    public int samplesPerStep() {
      return replicas * batchSize;
    }
  }

  /** What averages replicas. */
  public enum Master {
    /** Executors, from the state that they hold. */
    PARROT,
    /** DL4J's own master, on the driver, for comparison. */
    DL4J
  }

  /** What becomes of the optimizer's moments between rounds. */
  public enum UpdaterState {
    /** They are averaged and kept. */
    AVERAGE,
    /** Each round begins without. */
    RESET
  }

  /** What a replica does whose values are no longer finite. */
  public enum OnDivergence {
    /** It ends the run. */
    FAIL,
    /** It is left out of the average. */
    DROP
  }

  /** What an expert of a replica weighs in the average. */
  public enum ExpertWeights {
    /** The replica's examples, as everything else. */
    EXAMPLES,
    /** What the replica asked of it. */
    LOAD
  }

  /**
   * How replicas become one.
   *
   * @param exchange how values travel
   * @param outer what is done with their mean
   * @param clocks how often moments are averaged, if they are
   * @param overlap steps of a round that replicas take before they have the last round's average
   * @param minimumReplicas that must be left after divergence
   */
  public record AveragingChoice(
      Master master,
      ExchangeFormat exchange,
      OuterSchedule outer,
      UpdaterState updaterState,
      MomentClocks clocks,
      int overlap,
      OnDivergence onDivergence,
      int minimumReplicas,
      ExpertWeights expertWeights) {
    private static final long MOMENTS = 2;

    /** Bytes that a replica sends in a round of so many trained parameters, in the mean. */
    public long sentBytes(long parameters) {
      long bytes = StateLayout.bytes(parameters, exchange);
      return updaterState == UpdaterState.AVERAGE
          ? bytes + clocks.bytes(parameters, exchange)
          : bytes;
    }

    /** Bytes that a replica reads of the state in a round, in the mean. */
    public long readBytes(long parameters) {
      int times = exchange.sendsDifferences() ? 2 : 1; // to start from, and to differ from
      long bytes = times * Float.BYTES * parameters;
      return updaterState == UpdaterState.AVERAGE
          ? bytes + clocks.bytes(parameters, ExchangeFormat.F32)
          : bytes;
    }

    /** Bytes of the state of a run: trained values, moments if kept, and the outer momentum. */
    public long stateBytes(long parameters) {
      long moments = updaterState == UpdaterState.AVERAGE ? MOMENTS : 0;
      return (1 + moments + (outer.hasMomentum() ? 1 : 0)) * Float.BYTES * parameters;
    }

    /** Whether this is a plain mean, the only thing that {@link Master#DL4J} does. */
    boolean isPlain() {
      return exchange == ExchangeFormat.F32
          && outer.equals(OuterSchedule.AVERAGE)
          && updaterState == UpdaterState.AVERAGE
          && !clocks.keepsLocal()
          && overlap == 0
          && onDivergence == OnDivergence.FAIL
          && expertWeights == ExpertWeights.EXAMPLES;
    }
  }

  /**
   * How parts learn.
   *
   * @param clipNorm largest norm of all gradients together; 0 for no limit
   */
  public record Optimizer(
      LearningRate learningRate, Adam adam, WeightDecay weightDecay, double clipNorm) {

    /**
     * Refuses settings of a router that does not learn.
     *
     * @throws UsageException naming the key, its value and the remedy
     */
    public void requireFit(boolean routerLearns) {
      if (!routerLearns) {
        refuseRouter(TrainKeys.RATES.path(), learningRate.byGroup);
        refuseRouter(TrainKeys.WEIGHT_DECAYS.path(), weightDecay.byGroup);
      }
    }

    private static void refuseRouter(String key, Map<ParameterGroup, Double> byGroup) {
      if (byGroup.containsKey(ParameterGroup.ROUTER)) {
        throw new UsageException(
            "Invalid %s.router: %s (must be absent if use_moe is false or experts are not among train: no router learns)"
                .formatted(key, byGroup.get(ParameterGroup.ROUTER)));
      }
    }

    /** All of this for a run of so many steps. */
    public OptimizerSpec spec(int steps) {
      RateSchedule schedule =
          new RateSchedule(
              learningRate.schedule,
              learningRate.peak,
              learningRate.minimum,
              learningRate.warmup.steps(steps),
              steps);
      return new OptimizerSpec(
          schedule,
          learningRate.byGroup,
          weightDecay.usual,
          weightDecay.byGroup,
          adam.beta1,
          adam.beta2,
          adam.epsilon,
          clipNorm);
    }
  }

  /**
   * The learning rate over a run.
   *
   * @param peak after the warm-up
   * @param byGroup peaks of single parts, or of the router
   * @param minimum where the schedule ends
   */
  public record LearningRate(
      double peak,
      Map<ParameterGroup, Double> byGroup,
      RateSchedule.Shape schedule,
      Warmup warmup,
      double minimum) {
    /** The peak of a part. */
    public double of(Part part) {
      return byGroup.getOrDefault(ParameterGroup.of(part), peak);
    }

    /** The peak of a part in the paper: of stage 2 for the decoder, else of stage 1. */
    public static double published(Part part) {
      return part == Part.DECODER ? TrainKeys.INSTRUCT_RATE : TrainKeys.ALIGN_RATE;
    }
  }

  /**
   * The rise of the learning rate.
   *
   * @param givenSteps empty for a share of the run
   * @param ratio that share
   */
  public record Warmup(Optional<Integer> givenSteps, double ratio) {
    public int steps(int ofRun) {
      return givenSteps.orElseGet(() -> (int) Math.ceil(ratio * ofRun));
    }
  }

  /** The constants of AdamW. */
  public record Adam(double beta1, double beta2, double epsilon) {}

  /**
   * Decay of weights per step, times the learning rate.
   *
   * @param byGroup decay of single parts, or of the router
   */
  public record WeightDecay(double usual, Map<ParameterGroup, Double> byGroup) {}

  /**
   * What computes.
   *
   * @param kernels by name
   * @param device where they are asked to compute
   * @param threads of one replica; 0 for an equal share of this machine's cores
   * @param recompute whether the decoder's activations are computed again in the backward pass
   * @param state how a replica keeps what it trains
   */
  public record Compute(
      String kernels,
      DeviceChoice device,
      Precision precision,
      int threads,
      boolean recompute,
      StateFormat state) {}

  /**
   * What is kept.
   *
   * @param every when checkpoints are written
   * @param keep newest checkpoints that stay; the start always stays
   * @param keepEvery also keeps the checkpoint of each round that this divides; 0 for none
   * @param averageLast of how many last rounds the mean is written; 0 for none
   * @param keepBest also keeps as many with the lowest held-out losses
   * @param rounded whether a checkpoint's model is bfloat16, with the float32 state beside it
   */
  public record Checkpointing(
      CheckpointInterval every,
      int keep,
      int keepEvery,
      int averageLast,
      int keepBest,
      boolean rounded) {
    /** The first round whose state is averaged at the end of a run of so many rounds. */
    public int firstAveraged(int rounds) {
      return Math.max(1, rounds - averageLast + 1);
    }

    /** How many of the newest stay: those that are averaged, at least. */
    public int kept() {
      return Math.max(keep, averageLast);
    }
  }

  /**
   * Benchmarks that checkpoints are asked while the run goes on.
   *
   * @param files and folders of them
   * @param every steps between two checkpoints that are asked
   * @param limit first questions of each file; 0 for all
   */
  public record Benchmarking(List<String> files, int every, int limit) {}
}
