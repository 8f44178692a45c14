package parrot.model.dl4j;

import java.io.Serializable;
import java.util.Set;
import java.util.TreeSet;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.nd4j.shade.jackson.databind.annotation.JsonDeserialize;
import org.nd4j.shade.jackson.databind.annotation.JsonSerialize;
import org.nd4j.shade.jackson.databind.ser.std.ToStringSerializer;
import org.nd4j.shade.jackson.databind.util.StdConverter;
import parrot.model.kernel.Precision;
import parrot.model.network.Part;

/**
 * Which network a graph is made of: everything but the values of what trains.
 *
 * @param modelFolder URI of the folder with configuration and starting weights; frozen weights are
 *     read from it wherever the graph is rebuilt
 * @param trainable parts that learn
 * @param kernels name of the kernels, one of {@link parrot.model.kernel.Kernels#names}
 * @param precision of matrix products
 * @param threads of one replica's kernels; results may depend on it in the last bit
 * @param recompute whether activations of the decoder are computed again in the backward pass,
 *     which takes less memory and a third more time
 * @param state how what is trained is kept
 */
public record NetworkSpec(
    @JsonProperty("modelFolder") String modelFolder,
    @JsonProperty("trainable") Set<Part> trainable,
    @JsonProperty("kernels") String kernels,
    @JsonProperty("precision")
        @JsonSerialize(using = ToStringSerializer.class)
        @JsonDeserialize(converter = PrecisionReader.class)
        Precision precision,
    @JsonProperty("threads") int threads,
    @JsonProperty("recompute") boolean recompute,
    @JsonProperty("state") StateFormat state)
    implements Serializable {

  public NetworkSpec {
    if (modelFolder == null || modelFolder.isBlank()) {
      throw new IllegalArgumentException("Invalid model folder: it is empty");
    }
    if (trainable.isEmpty()) {
      throw new IllegalArgumentException("Invalid trainable: [] (must name at least one part)");
    }
    if (threads < 1) {
      throw new IllegalArgumentException("Invalid threads: " + threads + " (must be at least 1)");
    }
    trainable = new TreeSet<>(trainable);
  }

  /** A network that keeps its activations, and what it trains in DL4J's vectors. */
  public NetworkSpec(
      String modelFolder, Set<Part> trainable, String kernels, Precision precision, int threads) {
    this(modelFolder, trainable, kernels, precision, threads, false, StateFormat.DL4J);
  }

  /** Reads a precision as {@link ToStringSerializer} writes it. */
  static final class PrecisionReader extends StdConverter<String, Precision> {
    @Override
    public Precision convert(String name) {
      return Precision.of(name);
    }
  }
}
