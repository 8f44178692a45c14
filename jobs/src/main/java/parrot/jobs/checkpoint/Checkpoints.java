package parrot.jobs.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;
import parrot.datasets.storage.AtomicFolder;
import parrot.datasets.storage.FileSystems;
import parrot.datasets.storage.FolderLock;
import parrot.model.config.AdapterConfig;
import parrot.model.config.Adapters;
import parrot.model.config.ParrotConfig;
import parrot.model.network.Part;
import parrot.model.tensor.ElementType;
import parrot.model.weights.SafetensorsWriter;
import parrot.model.weights.TensorNames;
import parrot.model.weights.TensorSpec;

/**
 * The checkpoints of a run, {@code OUT/checkpoints/round-000042}: each a complete model folder in
 * published names with the training state beside it. Round 0 is the start: frozen weights are read
 * from it, so it always stays.
 */
public final class Checkpoints {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** What PEFT calls the modules of parts that are trained whole. */
  private static final Map<String, String> MODULES =
      new TreeMap<>(
          Map.of(
              TensorNames.VISION, "vision_tower",
              TensorNames.PROJECTOR, "mm_projector",
              TensorNames.EXPERTS, "moe_model"));

  private final FileSystem files;
  private final Path folder;
  private final FolderLock lock; // null if they are only read

  /** Those of a run that is only read. */
  public Checkpoints(FileSystem files, Path run) {
    this(files, run, null);
  }

  /**
   * Those of a run that is written.
   *
   * @param lock of the run's folder, which stays with the caller
   */
  public Checkpoints(FileSystem files, Path run, FolderLock lock) {
    this.files = files;
    this.folder = new Path(run, CheckpointLayout.CHECKPOINTS);
    this.lock = lock;
  }

  /**
   * What a checkpoint holds besides its values.
   *
   * @param tensors of the model, in order
   * @param bf16 names of those that are stored as bfloat16, the others as float32
   * @param companions files to copy
   * @param resolvedConfig YAML
   */
  public record Content(
      ParrotConfig config,
      List<TensorSpec> tensors,
      List<String> bf16,
      Companions companions,
      RunProgress state,
      String resolvedConfig) {

    /** The model without its adapters. */
    Content base() {
      return with(config.withAdapters(Optional.empty()), name -> !TensorNames.isAdapter(name));
    }

    /** With adapters, what is trained alone: the rest stays in the base. */
    Content trained(Set<Part> parts) {
      return config.adapters().isEmpty()
          ? this
          : with(config, name -> parts.contains(Part.of(name)));
    }

    private Content with(ParrotConfig other, Predicate<String> kept) {
      List<TensorSpec> some = tensors.stream().filter(tensor -> kept.test(tensor.name())).toList();
      return new Content(other, some, bf16, companions, state, resolvedConfig);
    }
  }

  /** Writes the files of values. */
  @FunctionalInterface
  interface Values {
    /**
     * @param folder that the names of the files are relative to
     * @param model the files that the model's tensors go to
     * @return manifest entries of the files written; any left out is made by reading the file
     */
    List<CheckpointManifest.Entry> write(Path folder, List<CheckpointFile> model)
        throws IOException;
  }

  /**
   * The model in a folder: the folder itself, or, if it is a run's, its newest checkpoint. A file,
   * such as a projector's, is what it is.
   */
  public static Path resolveModel(Path given, Configuration hadoop) {
    try {
      FileSystem files = FileSystems.of(given, hadoop);
      Path full = files.makeQualified(given);
      boolean file = files.exists(full) && files.getFileStatus(full).isFile();
      boolean model =
          files.exists(new Path(full, CheckpointLayout.CONFIG))
              || files.exists(new Path(full, AdapterConfig.NAME));
      if (file || model) {
        return full;
      }
      Checkpoints checkpoints = new Checkpoints(files, full);
      return checkpoints.complete().stream().reduce((first, second) -> second).orElse(full);
    } catch (UnsupportedOperationException e) {
      throw new UsageException(
          "Cannot open %s: folders are not listed there (download the model, then name its folder)"
              .formatted(given),
          e);
    } catch (IOException e) {
      throw new EnvironmentException("Cannot open " + given + ": " + e.getMessage(), e);
    }
  }

  /**
   * The tensors that a checkpoint stores as bfloat16: frozen ones that came so. Trained ones are
   * float32, as they are trained.
   */
  public static List<String> bf16(
      List<TensorSpec> tensors, Function<String, ElementType> stored, Predicate<String> trained) {
    return tensors.stream()
        .map(TensorSpec::name)
        .filter(name -> stored.apply(name) == ElementType.BF16 && !trained.test(name))
        .toList();
  }

  private Path folder(int round) {
    return new Path(folder, CheckpointLayout.folder(round));
  }

  /** The folder of the checkpoint after a round. */
  public Path after(int round) {
    return files.makeQualified(folder(round));
  }

  /** The checkpoint of round 0. */
  public Path start() {
    return after(0);
  }

  /** The folders that weights which are not trained are read from. */
  public List<Path> frozen() throws IOException {
    boolean adapted = files.exists(new Path(start(), AdapterConfig.NAME));
    return adapted ? List.of(start(), base()) : List.of(start());
  }

  private Path base() {
    return files.makeQualified(new Path(folder, CheckpointLayout.BASE));
  }

  /** Published checkpoints, oldest first. */
  public List<Path> complete() throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path checkpoint : all()) {
      if (AtomicFolder.isComplete(files, checkpoint)) {
        found.add(checkpoint);
      }
    }
    return found;
  }

  /**
   * The checkpoints of consecutive rounds, which are to be averaged.
   *
   * @throws DataException if one of them is missing
   */
  List<Path> ofRounds(int first, int last) throws IOException {
    List<Path> found = new ArrayList<>();
    for (int round = first; round <= last; round++) {
      Path checkpoint = folder(round);
      if (!AtomicFolder.isComplete(files, checkpoint)) {
        throw new DataException(
            "Cannot average the last states: checkpoint "
                + checkpoint
                + " is missing (leave average_last out to end without their mean, or delete later"
                + " checkpoints to train these rounds again)");
      }
      found.add(files.makeQualified(checkpoint));
    }
    return found;
  }

  /** Published checkpoints and remains of others, oldest first. */
  private List<Path> all() throws IOException {
    List<Path> found = new ArrayList<>();
    try {
      for (FileStatus status : files.listStatus(folder)) {
        if (CheckpointLayout.round(status.getPath().getName()).isPresent()) {
          found.add(status.getPath());
        }
      }
    } catch (FileNotFoundException e) {
      return found;
    }
    found.sort(Comparator.comparingInt(Checkpoints::round));
    return found;
  }

  /**
   * The round that a checkpoint was written after.
   *
   * @throws IllegalArgumentException if the folder has another name than a checkpoint's
   */
  public static int round(Path checkpoint) {
    return CheckpointLayout.round(checkpoint.getName())
        .orElseThrow(() -> new IllegalArgumentException("Not a checkpoint: " + checkpoint));
  }

  /**
   * The steps that each replica had done when a checkpoint was written.
   *
   * @throws DataException if its training state cannot be read
   */
  public int step(Path checkpoint) throws IOException {
    Path state = new Path(checkpoint, CheckpointLayout.PROGRESS);
    try {
      return JSON.readValue(FileSystems.readFully(files, state, 1 << 24), RunProgress.class)
          .iteration();
    } catch (JsonProcessingException e) {
      throw new DataException("Cannot read " + state + ": " + e.getOriginalMessage(), e);
    }
  }

  /** Rounds of the published checkpoints. */
  public Set<Integer> rounds() throws IOException {
    Set<Integer> rounds = new TreeSet<>();
    complete().forEach(checkpoint -> rounds.add(round(checkpoint)));
    return rounds;
  }

  /**
   * The newest undamaged checkpoint; every byte is checked.
   *
   * @param complain gets a line about each damaged one that is skipped
   */
  public Optional<Path> newestValid(Consumer<String> complain) throws IOException {
    List<Path> all = all();
    for (int i = all.size() - 1; i >= 0; i--) {
      Optional<String> damage = CheckpointManifest.damage(files, all.get(i));
      if (damage.isEmpty()) {
        return Optional.of(all.get(i));
      }
      complain.accept(
          "Checkpoint " + all.get(i) + " is damaged: " + damage.get() + "; trying the one before");
    }
    return Optional.empty();
  }

  /**
   * Deletes what a dead run was writing. Of a run that only slept, nothing can be published after
   * that.
   */
  public void clearRemains() throws IOException {
    if (!files.exists(folder)) {
      return;
    }
    Set<Path> begun = new TreeSet<>();
    for (FileStatus status : files.listStatus(folder)) {
      CheckpointLayout.begun(status.getPath().getName())
          .ifPresent(name -> begun.add(new Path(folder, name)));
    }
    for (Path checkpoint : begun) {
      AtomicFolder.clearRemains(files, checkpoint);
    }
  }

  /** Writes a checkpoint and publishes it; one of the same round is replaced. */
  Path write(Content content, Values values) throws IOException {
    return write(folder(content.state().round()), content, values);
  }

  /** Writes a model of which no run continues, in the form of a checkpoint. */
  Path writeAverage(Content content, Values values) throws IOException {
    Path target = new Path(folder, CheckpointLayout.average(content.state().round()));
    return write(target, content, values);
  }

  private Path write(Path target, Content content, Values values) throws IOException {
    if (!AtomicFolder.isComplete(files, target)) {
      files.delete(target, true); // remains of one that was not published
    }
    try (AtomicFolder atomic = AtomicFolder.create(files, target, true, lock)) {
      Path to = files.makeQualified(atomic.path());
      List<CheckpointManifest.Entry> written = values.write(to, writeModel(content, to));
      writeJson(new Path(to, CheckpointLayout.PROGRESS), JSON.valueToTree(content.state()));
      FileSystems.writeText(
          files, new Path(to, CheckpointLayout.RESOLVED_CONFIG), content.resolvedConfig());
      CheckpointManifest.write(files, to, content.state(), written);
      atomic.publish();
    }
    return files.makeQualified(target);
  }

  /**
   * Writes a checkpoint whose values the driver has; with adapters, the model without them before.
   *
   * @param trained parts that learn
   * @param source gives the values of each tensor
   */
  public Path writeFrom(Content content, Set<Part> trained, SafetensorsWriter.Values source)
      throws IOException {
    if (content.config().adapters().isPresent()) {
      writeFrom(base(), content.base(), source);
    }
    return writeFrom(folder(content.state().round()), content.trained(trained), source);
  }

  private Path writeFrom(Path target, Content content, SafetensorsWriter.Values source)
      throws IOException {
    return write(
        target,
        content,
        (folder, model) -> {
          List<CheckpointManifest.Entry> entries = new ArrayList<>();
          for (CheckpointFile file : model) {
            entries.add(file.write(files, folder, source));
          }
          return entries;
        });
  }

  /**
   * Writes the model's files except for its values.
   *
   * @return the files that these go to
   */
  private List<CheckpointFile> writeModel(Content content, Path to) throws IOException {
    content.companions().copy(files, to);
    if (content.config().adapters().isPresent()) {
      return List.of(writeAdapter(content, content.config().adapters().get(), to));
    }
    List<TensorSpec> vision = new ArrayList<>();
    List<TensorSpec> rest = new ArrayList<>();
    for (TensorSpec tensor : content.tensors()) {
      (tensor.name().startsWith(TensorNames.VISION) ? vision : rest).add(tensor);
    }
    List<CheckpointFile> shards = new ArrayList<>();
    writeJson(new Path(to, CheckpointLayout.CONFIG), content.config().toJson());
    shards.addAll(shards(to, "", rest, content.bf16()));
    Path tower = new Path(to, CheckpointLayout.VISION);
    writeJson(new Path(tower, CheckpointLayout.CONFIG), content.config().vision().toJson());
    shards.addAll(shards(tower, CheckpointLayout.VISION + "/", vision, content.bf16()));
    return shards;
  }

  private CheckpointFile writeAdapter(Content content, Adapters adapters, Path to)
      throws IOException {
    String base = "../" + CheckpointLayout.BASE;
    String vision = base + "/" + CheckpointLayout.VISION;
    writeJson(
        new Path(to, CheckpointLayout.CONFIG), content.config().withVisionTower(vision).toJson());
    List<String> whole = new ArrayList<>();
    MODULES.forEach(
        (prefix, module) -> {
          if (content.tensors().stream()
              .map(TensorSpec::name)
              .anyMatch(name -> name.startsWith(prefix) && !TensorNames.isAdapter(name))) {
            whole.add(module);
          }
        });
    writeJson(new Path(to, AdapterConfig.NAME), AdapterConfig.json(adapters, whole, base));
    return new CheckpointFile(
        CheckpointLayout.ADAPTER,
        content.tensors(),
        true,
        content.bf16(),
        CheckpointFile.Content.MODEL,
        0);
  }

  private List<CheckpointFile> shards(
      Path folder, String prefix, List<TensorSpec> tensors, List<String> bf16) throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter(CheckpointFile.types(bf16));
    List<SafetensorsWriter.Shard> shards = writer.shards(tensors, CheckpointLayout.FILE_BYTES);
    writer.writeIndex(files, folder, shards);
    return shards.stream()
        .map(
            shard ->
                new CheckpointFile(
                    prefix + shard.name(),
                    shard.tensors(),
                    false,
                    bf16,
                    CheckpointFile.Content.MODEL,
                    0))
        .toList();
  }

  private void writeJson(Path file, ObjectNode json) throws IOException {
    FileSystems.writeText(files, file, JSON.writeValueAsString(json) + "\n");
  }

  /** Where the run stood at a checkpoint. */
  public RunProgress state(Path checkpoint) throws IOException {
    return CheckpointManifest.read(files, checkpoint).state();
  }

  public String resolvedConfig(Path checkpoint) throws IOException {
    return FileSystems.readText(
        files, new Path(checkpoint, CheckpointLayout.RESOLVED_CONFIG), 1 << 24);
  }

  /**
   * Deletes old checkpoints, but never the start.
   *
   * @param keep how many of the newest stay
   * @param keepEvery those whose round is a multiple of this also stay; 0 for none
   * @param best rounds whose checkpoints stay
   */
  void prune(int keep, int keepEvery, Collection<Integer> best) throws IOException {
    List<Path> all = complete();
    for (int i = 0; i < all.size() - keep; i++) {
      int round = round(all.get(i));
      boolean milestone = keepEvery > 0 && round % keepEvery == 0;
      boolean stays = round == 0 || milestone || best.contains(round);
      if (!stays && !files.delete(all.get(i), true)) {
        throw new DataException("Cannot delete the old checkpoint " + all.get(i));
      }
    }
  }

  /**
   * Deletes the checkpoints after a round, and their averages, which a run that goes on from there
   * makes again.
   */
  public void deleteAfter(int round) throws IOException {
    for (Path checkpoint : all()) {
      int after = round(checkpoint);
      if (after > round) {
        files.delete(new Path(folder, CheckpointLayout.average(after)), true);
        if (!files.delete(checkpoint, true)) {
          throw new DataException("Cannot delete the checkpoint " + checkpoint);
        }
      }
    }
  }
}
