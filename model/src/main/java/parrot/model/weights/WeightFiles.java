package parrot.model.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.model.ModelException;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/** The weights of a folder: {@code model.safetensors}, or shards with their index. */
public final class WeightFiles implements Weights {
  public static final String SINGLE = "model.safetensors";
  public static final String INDEX = "model.safetensors.index.json";

  private final String folder;
  private final Map<String, Safetensors> owners;

  private WeightFiles(String folder, Map<String, Safetensors> owners) {
    this.folder = folder;
    this.owners = owners;
  }

  /**
   * @return empty if the folder holds neither file
   * @throws ModelException if a file is damaged, a shard is missing or contradicts the index
   */
  public static Optional<WeightFiles> openIfPresent(Path folder, Configuration configuration) {
    try {
      FileSystem fileSystem = folder.getFileSystem(configuration);
      Path single = new Path(folder, SINGLE);
      Path index = new Path(folder, INDEX);
      Map<String, Safetensors> owners = new LinkedHashMap<>();
      if (fileSystem.exists(index)) {
        openShards(folder, index, configuration, owners);
      } else if (fileSystem.exists(single)) {
        Safetensors file = Safetensors.open(single, configuration);
        file.names().forEach(name -> owners.put(name, file));
      } else {
        return Optional.empty();
      }
      return Optional.of(new WeightFiles(folder.toString(), owners));
    } catch (IOException e) {
      throw new ModelException("Cannot read " + folder + ": " + e.getMessage(), e);
    }
  }

  /**
   * As {@link #openIfPresent}, and an error if there are no weights.
   *
   * @throws ModelException also if there are none
   */
  public static WeightFiles open(Path folder, Configuration configuration) {
    return openIfPresent(folder, configuration)
        .orElseThrow(
            () ->
                new ModelException(
                    "Cannot read weights in "
                        + folder
                        + ": neither "
                        + SINGLE
                        + " nor "
                        + INDEX
                        + " is there"));
  }

  private static void openShards(
      Path folder, Path index, Configuration configuration, Map<String, Safetensors> owners)
      throws IOException {
    JsonNode map;
    try (InputStream stream = folder.getFileSystem(configuration).open(index)) {
      map = new ObjectMapper().readTree(stream).path("weight_map");
    }
    if (!map.isObject()) {
      throw new ModelException("Cannot read " + index + ": it has no weight_map");
    }
    Map<String, Safetensors> shards = new LinkedHashMap<>();
    boolean complete = false;
    try {
      for (Iterator<Map.Entry<String, JsonNode>> it = map.fields(); it.hasNext(); ) {
        Map.Entry<String, JsonNode> entry = it.next();
        String shardName = entry.getValue().asText();
        if (shardName.isBlank() || shardName.contains("/")) {
          throw new ModelException(
              "Cannot read "
                  + index
                  + ": shard "
                  + entry.getValue()
                  + " (must be the name of a file in the same folder)");
        }
        Safetensors shard = shards.get(shardName);
        if (shard == null) {
          shard = Safetensors.open(new Path(folder, shardName), configuration);
          shards.put(shardName, shard);
        }
        if (!shard.names().contains(entry.getKey())) {
          throw new ModelException(
              "Cannot read "
                  + index
                  + ": it says that "
                  + shardName
                  + " holds "
                  + entry.getKey()
                  + ", which it does not");
        }
        owners.put(entry.getKey(), shard);
      }
      for (Map.Entry<String, Safetensors> shard : shards.entrySet()) {
        Set<String> unlisted = new TreeSet<>(shard.getValue().names());
        unlisted.removeIf(name -> owners.get(name) == shard.getValue());
        if (!unlisted.isEmpty()) {
          throw new ModelException(
              "Cannot read "
                  + index
                  + ": "
                  + shard.getKey()
                  + " holds tensors that it does not list there: "
                  + unlisted);
        }
      }
      complete = true;
    } finally {
      if (!complete) {
        shards.values().forEach(Safetensors::close);
      }
    }
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(owners.keySet());
  }

  private Safetensors owner(String name) {
    Safetensors owner = owners.get(name);
    if (owner == null) {
      throw new ModelException("Cannot read " + name + ": there is no such tensor in " + folder);
    }
    return owner;
  }

  @Override
  public int[] shape(String name) {
    return owner(name).shape(name);
  }

  @Override
  public void read(String name, FloatSink sink) {
    owner(name).read(name, sink);
  }

  @Override
  public void read(String name, long from, long count, FloatSink sink) {
    owner(name).read(name, from, count, sink);
  }

  @Override
  public Optional<Tensor> map(String name, ElementType type, int rows, int columns) {
    return owner(name).map(name, type, rows, columns);
  }

  @Override
  public ElementType storedType(String name) {
    return owner(name).storedType(name);
  }

  @Override
  public void close() {
    owners.values().stream().distinct().forEach(Safetensors::close);
  }

  @Override
  public String toString() {
    return folder;
  }
}
