package parrot.model.weights;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import parrot.model.ModelException;

/**
 * Which files of a folder hold its weights. As in published folders, safetensors come before
 * PyTorch's files. Whatever leaves it open which weights are meant is refused.
 */
final class WeightLayout {
  /** A whole model, or only a projector; each may also lie in shards with an index. */
  private static final List<String> FILES =
      List.of(
          WeightFiles.SINGLE, "pytorch_model.bin", "mm_projector.safetensors", "mm_projector.bin");

  private static final Pattern ADAPTER =
      Pattern.compile("adapter_model\\.(safetensors|bin)|non_lora_trainables\\.bin");

  private static final Pattern LIKE_WEIGHTS =
      Pattern.compile(".*\\.(safetensors|bin|pt|pth|ckpt|h5|msgpack|gguf|index\\.json)(\\..+)?");

  /** What aria2 keeps beside a file of full length while parts of it are still zeros. */
  private static final String UNFINISHED = ".aria2";

  /** What DeepSpeed writes beside the parts of a model that its ranks hold. */
  private static final String GATHERER = "zero_to_fp32.py";

  private final Path folder;
  private final Set<String> names;

  private WeightLayout(Path folder, Set<String> names) {
    this.folder = folder;
    this.names = names;
  }

  static WeightLayout of(Path folder, Configuration configuration) throws IOException {
    Set<String> names = new TreeSet<>();
    try {
      for (FileStatus status : folder.getFileSystem(configuration).listStatus(folder)) {
        names.add(status.getPath().getName());
      }
    } catch (FileNotFoundException e) {
      // A folder that is not there holds no weights; what is missing is said by name.
    }
    return new WeightLayout(folder, names);
  }

  /** Whether a folder holds a model, or a projector alone, whatever lies beside it. */
  static boolean holdsModel(Path folder, Configuration configuration) {
    try {
      WeightLayout layout = of(folder, configuration);
      return FILES.stream().anyMatch(file -> layout.find(file).isPresent());
    } catch (IOException e) {
      throw StorageInput.failure(folder, e);
    }
  }

  /**
   * The file that holds the weights, or the index of the files that do.
   *
   * @return empty if the folder holds no weights that are read
   * @throws ModelException if it is not clear which weights are meant
   */
  Optional<String> find() {
    for (String name : names) {
      if (ADAPTER.matcher(name).matches()) {
        throw refused(
            name
                + " belongs to an adapter that is not merged into the model; put it in a folder of its"
                + " own, then use the model without it, or merge it first: parrot merge-adapter");
      }
      if (names.contains(name + UNFINISHED)) {
        throw refused(
            name + " is not complete, as " + name + UNFINISHED + " says; finish the download");
      }
    }
    return FILES.stream().flatMap(file -> find(file).stream()).findFirst();
  }

  private Optional<String> find(String file) {
    String index = WeightIndex.of(file);
    Set<String> shards = shards(file);
    if (names.contains(index)) {
      return Optional.of(index);
    }
    if (names.contains(file)) {
      if (!shards.isEmpty()) {
        throw refused(
            "beside "
                + file
                + " there are shards without an index, "
                + NameList.of(shards)
                + "; delete the older of both");
      }
      return Optional.of(file);
    }
    if (!shards.isEmpty()) {
      throw refused(index + " is missing, which says what is in the shards " + NameList.of(shards));
    }
    return Optional.empty();
  }

  private Set<String> shards(String file) {
    int dot = file.lastIndexOf('.');
    Pattern shard =
        Pattern.compile(
            Pattern.quote(file.substring(0, dot))
                + "-\\d+-of-\\d+"
                + Pattern.quote(file.substring(dot)));
    Set<String> shards = new TreeSet<>(names);
    shards.removeIf(name -> !shard.matcher(name).matches());
    return shards;
  }

  /**
   * Holds an index against the files beside it.
   *
   * @param listed the files that it names
   * @throws ModelException if some are not there, or if there are others that it should name
   */
  void check(WeightIndex index) {
    Set<String> gone = new TreeSet<>(index.files());
    gone.removeAll(names);
    if (!gone.isEmpty()) {
      throw refused(
          index.name()
              + " names files that are not there, "
              + NameList.of(gone)
              + "; get them, or delete the index if it is of older weights");
    }
    Set<String> others = shards(index.single());
    if (names.contains(index.single())) {
      others.add(index.single());
    }
    others.removeAll(index.files());
    if (!others.isEmpty()) {
      throw refused(
          "beside "
              + index.name()
              + " and its files there is also "
              + NameList.of(others)
              + "; it is not clear which weights are meant, delete those that are older");
    }
  }

  /** What to say if the folder holds no weights that are read. */
  ModelException nothingFound() {
    Set<String> similar = new TreeSet<>(names);
    similar.removeIf(name -> !LIKE_WEIGHTS.matcher(name).matches());
    return refused(
        "neither model.safetensors nor pytorch_model.bin is there, whole or in shards with an index"
            + (similar.isEmpty() ? "" : "; there is " + NameList.of(similar))
            + (names.contains(GATHERER)
                ? "; the folder is a checkpoint of DeepSpeed, run its " + GATHERER + " first"
                : "")
            + brokenLinks());
  }

  /** Links to files that are not there, as copies of a hub's cache have them; empty if none. */
  private String brokenLinks() {
    if (!"file".equals(folder.toUri().getScheme())) {
      return "";
    }
    try (Stream<java.nio.file.Path> files = Files.list(java.nio.file.Path.of(folder.toUri()))) {
      Set<String> broken = new TreeSet<>();
      files
          .filter(file -> Files.isSymbolicLink(file) && Files.notExists(file))
          .forEach(file -> broken.add(file.getFileName().toString()));
      return broken.isEmpty()
          ? ""
          : "; links to files that are not there: "
              + NameList.of(broken)
              + " (copy what they point at, as with cp -L)";
    } catch (IOException e) {
      return ""; // what is missing is said either way
    }
  }

  private ModelException refused(String what) {
    return new ModelException("Cannot read weights in " + folder + ": " + what);
  }
}
