package parrot.jobs.train;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.spark.MemoryNeed;
import parrot.model.config.ParrotConfig;
import parrot.model.dl4j.StateSize;
import parrot.model.kernel.Precision;
import parrot.model.layer.Routing;
import parrot.model.network.Batch;
import parrot.model.network.Parameter;
import parrot.model.network.ParrotNetwork;
import parrot.model.network.Part;
import parrot.model.network.StepCost;
import parrot.model.tensor.ElementType;

/**
 * What a run will take, known before it starts.
 *
 * @param learns parameters that are trained
 * @param frozen bytes of those that are not, in the types that they are kept in
 * @param trained bytes of what a replica keeps of the trained parameters
 * @param samples of a step of one replica
 * @param positions of each of these samples
 * @param step of one replica, over samples of so many positions
 */
record RunPlan(
    TrainConfig config,
    long learns,
    long frozen,
    StateSize trained,
    int samples,
    int positions,
    StepCost step) {
  /**
   * @param table type that the embedding is stored in
   * @param lengths of the rows of the data; without them samples are as long as the model allows
   */
  static RunPlan of(
      TrainConfig config,
      ParrotConfig model,
      ElementType table,
      Optional<TrainingData.Lengths> lengths) {
    int usual = lengths.map(TrainingData.Lengths::usual).orElse(model.tokenizerModelMaxLength());
    return of(config, model, table, usual);
  }

  /**
   * @param positions of each sample, visual tokens included
   */
  static RunPlan of(TrainConfig config, ParrotConfig model, ElementType table, int positions) {
    Set<Part> trained = config.train();
    ElementType factors =
        config.compute().precision() == Precision.BF16 ? ElementType.BF16 : ElementType.F32;
    List<Parameter> parameters = ParrotNetwork.parameters(model, trained);
    int samples = config.rounds().batchSize();
    return new RunPlan(
        config,
        parameters.stream().mapToLong(Parameter::size).sum(),
        ParrotNetwork.frozenBytes(model, trained, factors, table),
        StateSize.of(config.compute().state(), parameters, factors),
        samples,
        positions,
        StepCost.of(
            model,
            trained,
            factors,
            config.compute().recompute(),
            batch(model, samples, positions),
            Routing.of(model).withOrthogonality(config.balance().orthogonality())));
  }

  /**
   * Samples of one length that ask for as much as such samples can: an image, and an answer to a
   * prompt of one token.
   */
  private static Batch batch(ParrotConfig model, int samples, int positions) {
    int text = positions - model.visualTokens();
    boolean seen = text > 1;
    int length = seen ? 1 + text : positions;
    int[] ids = new int[samples * length];
    int[] labels = new int[samples * length];
    int[] images = new int[seen ? samples : 0];
    for (int sample = 0; sample < samples; sample++) {
      if (seen) {
        ids[sample * length] = Batch.IMAGE;
        labels[sample * length] = Batch.IGNORE;
        labels[sample * length + 1] = Batch.IGNORE; // the prompt, which the experts need
        images[sample] = sample;
      }
    }
    int size = model.vision().imageSize();
    int[] lengths = new int[samples];
    Arrays.fill(lengths, length);
    return new Batch(ids, labels, lengths, new float[images.length * 3 * size * size], images);
  }

  /** Bytes of a replica beside what all share. */
  long replica() {
    return trained.total() + step.activations();
  }

  /**
   * Bytes of an executor's process that trains one replica at a time.
   *
   * @param heap bytes of Java's heap
   */
  long process(long heap) {
    return MemoryNeed.JVM + heap + frozen + replica();
  }

  /** Bytes that all replicas send in a round. */
  long exchanged() {
    return config.rounds().replicas() * config.rounds().averaging().sentBytes(learns);
  }

  /** Bytes of the state in the heaps of executors. */
  long state() {
    return config.rounds().averaging().stateBytes(learns);
  }

  /** Bytes of the state in a checkpoint. */
  long stored() {
    return state() + (config.checkpoints().rounded() ? Short.BYTES * learns : 0);
  }
}
