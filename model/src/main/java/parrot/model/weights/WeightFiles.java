package parrot.model.weights;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.model.ModelException;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * The weights of a folder under their published names: {@code model.safetensors} or {@code
 * pytorch_model.bin}, whole or in shards with an index, or the file of a projector alone. Reading
 * refuses values that are not finite.
 */
public final class WeightFiles implements Weights {
  public static final String SINGLE = "model.safetensors";
  public static final String INDEX = "model.safetensors.index.json";

  private final String place;
  private final LocalCopies copies;
  private final List<StoredTensors> files = new ArrayList<>();
  private final Map<String, FileTensor> sources = new LinkedHashMap<>();

  private WeightFiles(String place, LocalCopies copies) {
    this.place = place;
    this.copies = copies;
  }

  /**
   * @param place a folder, or a single file
   * @return empty if the folder holds no weights
   * @throws ModelException if a file is damaged, a shard is missing or contradicts the index, or if
   *     it is not clear which weights are meant
   */
  public static Optional<WeightFiles> openIfPresent(Path place, Configuration configuration) {
    WeightFiles weights = new WeightFiles(place.toString(), new LocalCopies(configuration));
    boolean complete = false;
    try {
      FileSystem fileSystem = place.getFileSystem(configuration);
      if (fileSystem.exists(place) && fileSystem.getFileStatus(place).isFile()) {
        weights.add(place, configuration);
      } else {
        WeightLayout layout = WeightLayout.of(place, configuration);
        Optional<String> found = layout.find();
        if (found.isEmpty()) {
          return Optional.empty();
        }
        weights.add(place, found.get(), layout, configuration);
      }
      complete = true;
      return Optional.of(weights);
    } catch (IOException e) {
      throw StorageInput.failure(place, e);
    } finally {
      if (!complete) {
        weights.close();
      }
    }
  }

  /**
   * As {@link #openIfPresent}, and an error if there are no weights.
   *
   * @throws ModelException also if there are none
   */
  public static WeightFiles open(Path place, Configuration configuration) {
    Optional<WeightFiles> weights = openIfPresent(place, configuration);
    if (weights.isPresent()) {
      return weights.get();
    }
    try {
      throw WeightLayout.of(place, configuration).nothingFound();
    } catch (IOException e) {
      throw StorageInput.failure(place, e);
    }
  }

  /** What an adapter holds. Takes over closing it. */
  static WeightFiles of(Adapter adapter) {
    WeightFiles weights = new WeightFiles(adapter.toString(), LocalCopies.none());
    weights.files.addAll(adapter.files());
    weights.sources.putAll(adapter.tensors());
    return weights;
  }

  private void add(Path folder, String found, WeightLayout layout, Configuration configuration)
      throws IOException {
    if (!WeightIndex.isIndex(found)) {
      add(new Path(folder, found), configuration);
      return;
    }
    Path place = new Path(folder, found);
    WeightIndex index = WeightIndex.read(place, configuration);
    layout.check(index);
    Set<String> absent = new TreeSet<>(index.owners().keySet());
    Map<String, Set<String>> unlisted = new TreeMap<>();
    for (String file : index.files()) {
      for (String name : add(new Path(folder, file), configuration).names()) {
        if (file.equals(index.owners().get(name))) {
          absent.remove(name);
        } else {
          unlisted.computeIfAbsent(file, any -> new TreeSet<>()).add(name);
        }
      }
    }
    if (!absent.isEmpty()) {
      String first = absent.iterator().next();
      String owner = index.owners().get(first);
      throw contradiction(
          place, "it says that " + owner + " holds " + first + ", which it does not");
    }
    unlisted.forEach(
        (file, others) -> {
          throw contradiction(
              place, file + " holds tensors that it does not list there: " + NameList.of(others));
        });
  }

  private static ModelException contradiction(Path index, String what) {
    return new ModelException("Cannot read " + index + ": " + what);
  }

  private StoredTensors add(Path path, Configuration configuration) {
    StoredTensors file = TensorFile.open(path, configuration);
    files.add(file);
    for (String name : file.names()) {
      if (PublishedNames.isAdapter(name)) {
        throw new ModelException(
            "Cannot use the weights in "
                + path
                + ": "
                + name
                + " belongs to an adapter that is not merged into the model; merge it first:"
                + " parrot merge-adapter");
      }
      PublishedNames.of(name).ifPresent(published -> add(published, new FileTensor(file, name)));
    }
    return file;
  }

  private void add(String published, FileTensor source) {
    source.requireFloating();
    FileTensor other = sources.put(published, source);
    if (other != null) {
      throw new ModelException(
          "Cannot use the weights in "
              + place
              + ": "
              + other
              + " and "
              + source
              + " are the same tensor, "
              + published);
    }
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(sources.keySet());
  }

  private FileTensor source(String name) {
    FileTensor source = sources.get(name);
    if (source == null) {
      throw new ModelException("Cannot read " + name + ": there is no such tensor in " + place);
    }
    return source;
  }

  @Override
  public int[] shape(String name) {
    return source(name).shape();
  }

  @Override
  public void read(String name, FloatSink sink) {
    source(name).read(sink);
  }

  @Override
  public void read(String name, long from, long count, FloatSink sink) {
    source(name).read(from, count, sink);
  }

  @Override
  public Optional<Tensor> map(String name, ElementType type, int rows, int columns) {
    FileTensor source = source(name);
    String stored = source.storedName();
    Optional<Tensor> mapped =
        source.file().isLocal()
            ? source.file().map(stored, type, rows, columns)
            : copies.map(source.file(), stored, type, rows, columns);
    if (mapped.isPresent() && !Finite.all(mapped.get())) {
      read(name, (offset, values, count) -> {}); // says which value
    }
    return mapped;
  }

  @Override
  public ElementType storedType(String name) {
    FileTensor source = source(name);
    return source.file().storedType(source.storedName());
  }

  @Override
  public DataType fileType(String name) {
    FileTensor source = source(name);
    return source.file().fileType(source.storedName());
  }

  @Override
  public void close() {
    files.forEach(StoredTensors::close);
  }

  @Override
  public String toString() {
    return place;
  }
}
