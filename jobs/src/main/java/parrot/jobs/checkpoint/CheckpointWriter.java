package parrot.jobs.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.state.ExecutorState;
import parrot.jobs.state.Kept;
import parrot.model.config.ParrotConfig;
import parrot.model.exchange.StateLayout;
import parrot.model.network.Parameter;
import parrot.model.network.Part;
import parrot.model.tensor.ElementType;
import parrot.model.weights.ModelFolder;
import parrot.model.weights.TensorNames;
import parrot.model.weights.TensorSpec;

/** Writes checkpoints of the state that executors hold; each executor writes whole files. */
public final class CheckpointWriter {
  private final Checkpoints checkpoints;
  private final ModelFolder model;
  private final List<TensorSpec> tensors;
  private final List<String> bf16;
  private final List<Parameter> parameters;
  private final String yaml;
  private final TrainConfig config;
  private final Configuration hadoop;

  /**
   * @param model the start, which frozen weights are read from
   * @param parameters trained tensors in the order of the state
   * @param yaml the resolved configuration
   */
  public CheckpointWriter(
      Checkpoints checkpoints,
      ModelFolder model,
      List<Parameter> parameters,
      TrainConfig config,
      String yaml,
      Configuration hadoop) {
    this.checkpoints = checkpoints;
    this.model = model;
    this.parameters = parameters;
    this.config = config;
    this.yaml = yaml;
    this.hadoop = hadoop;
    this.tensors =
        TensorNames.of(model.config()).stream()
            .filter(tensor -> model.weights().names().contains(tensor.name()))
            .toList();
    this.bf16 =
        Checkpoints.bf16(
            tensors,
            name -> isRounded(name) ? ElementType.BF16 : model.weights().storedType(name),
            name -> config.train().contains(Part.of(name)) && !isRounded(name));
  }

  private boolean isRounded(String tensor) {
    return config.checkpoints().rounded() && config.train().contains(Part.of(tensor));
  }

  /**
   * Writes and publishes a checkpoint, then deletes those that are not to be kept.
   *
   * @param best rounds whose checkpoints are kept for their losses
   */
  public Path save(ExecutorState executors, RunProgress state, Collection<Integer> best)
      throws IOException {
    Path checkpoint =
        checkpoints.write(content(state), (folder, files) -> write(executors, folder, files));
    prune(best);
    return checkpoint;
  }

  /**
   * Deletes the checkpoints that are not to be kept.
   *
   * @param best rounds whose checkpoints are kept for their losses
   */
  public void prune(Collection<Integer> best) throws IOException {
    checkpoints.prune(config.checkpoints().kept(), config.checkpoints().keepEvery(), best);
  }

  private Checkpoints.Content content(RunProgress state) {
    return new Checkpoints.Content(
            trainedConfig(state),
            tensors,
            bf16,
            new Companions(model.tokenizer(), model.folder()),
            state,
            yaml)
        .trained(config.train());
  }

  /**
   * The checkpoints so far whose mean is written at the end of the run, oldest first.
   *
   * @param round that the run has come to
   * @param rounds of the whole run
   * @throws DataException if one of them is missing
   */
  public List<Path> averaged(int round, int rounds) throws IOException {
    return checkpoints.ofRounds(config.checkpoints().firstAveraged(rounds), round);
  }

  /**
   * Writes the mean of checkpoints as a model beside them.
   *
   * @param state after the last of them
   */
  public Path saveAverage(JavaSparkContext spark, List<Path> averaged, RunProgress state)
      throws IOException {
    long values = parameters.stream().mapToLong(Parameter::size).sum();
    StateLayout layout = new StateLayout(values, 0);
    List<CheckpointReader> readers =
        averaged.stream()
            .map(
                path ->
                    new CheckpointReader(
                        path,
                        false,
                        Kept.nothing(layout),
                        MomentOrder.unchanged(values),
                        false,
                        parameters,
                        hadoop))
            .toList();
    MeanReader mean = new MeanReader(layout, readers);
    try (ExecutorState executors = ExecutorState.load(spark, layout, mean::chunk)) {
      return checkpoints.writeAverage(
          content(state), (folder, files) -> writeFiles(executors, folder, files));
    }
  }

  private WriteCheckpointFile work(ExecutorState executors, Path folder) {
    return new WriteCheckpointFile(
        folder, checkpoints.start(), executors.layout(), parameters, hadoop);
  }

  private List<CheckpointManifest.Entry> write(
      ExecutorState executors, Path folder, List<CheckpointFile> model) throws IOException {
    StateLayout layout = executors.layout();
    List<CheckpointFile> files = new ArrayList<>(model);
    if (config.checkpoints().rounded()) {
      add(
          files,
          CheckpointLayout.parameters(layout.parameters()),
          CheckpointFile.Content.PARAMETERS);
    }
    if (layout.moments() > 0 && executors.kept().shared() > layout.parameters()) {
      add(files, CheckpointLayout.moments(layout.moments()), CheckpointFile.Content.MOMENTS);
    }
    if (config.rounds().averaging().outer().hasMomentum()) {
      add(
          files,
          CheckpointLayout.outerMomentum(layout.parameters()),
          CheckpointFile.Content.OUTER_MOMENTUM);
    }
    List<CheckpointManifest.Entry> entries = writeFiles(executors, folder, files);
    Kept kept = executors.kept();
    if (!kept.isNothing()) {
      WriteCheckpointFile work = work(executors, folder);
      entries.addAll(
          executors.collectOwn(
              (replica, state, own) -> work.own(replica, kept, state, own),
              CheckpointManifest.Entry.class));
    }
    return entries;
  }

  /** On executors, except for what need not be written. */
  private List<CheckpointManifest.Entry> writeFiles(
      ExecutorState executors, Path folder, List<CheckpointFile> files) throws IOException {
    List<CheckpointFile> unchanged = files.stream().filter(this::isFrozen).toList();
    FileSystem disk = folder.getFileSystem(hadoop);
    List<CheckpointManifest.Entry> entries =
        new UnchangedFiles(disk, checkpoints.start()).link(folder, unchanged);
    Set<String> linked =
        entries.stream().map(CheckpointManifest.Entry::name).collect(Collectors.toSet());
    List<CheckpointFile> left =
        files.stream().filter(file -> !linked.contains(file.name())).toList();
    entries.addAll(
        executors.collect(left, work(executors, folder), CheckpointManifest.Entry.class));
    return entries;
  }

  private boolean isFrozen(CheckpointFile file) {
    return file.content() == CheckpointFile.Content.MODEL
        && file.tensors().stream()
            .noneMatch(tensor -> config.train().contains(Part.of(tensor.name())));
  }

  private static void add(
      List<CheckpointFile> files, VectorFiles vector, CheckpointFile.Content content) {
    vector.list().forEach(file -> files.add(CheckpointFile.of(file, content)));
  }

  /** A model that selects experts is published with the bias that its router was trained with. */
  private ParrotConfig trainedConfig(RunProgress state) {
    ParrotConfig parrot = model.config();
    return parrot.experts().selected()
        ? parrot.withSelectionBias(state.balance().selectionBias())
        : parrot;
  }
}
