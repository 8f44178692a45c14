package parrot.model.dl4j;

import java.io.Serializable;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * How a replica keeps what it trains.
 *
 * @param own whether it lies in memory of its own, of any size, and not in DL4J's vectors. With
 *     products in bfloat16, matrices then lie in halves, see {@link parrot.model.tensor.Master}
 * @param roundedGradients whether gradients of matrices in layers are bfloat16; they stay float32
 *     where products are
 * @param eightBitMoments whether AdamW's moments take 8 bits a value, see {@link
 *     parrot.model.kernel.EightBit}
 */
public record StateFormat(
    @JsonProperty("own") boolean own,
    @JsonProperty("roundedGradients") boolean roundedGradients,
    @JsonProperty("eightBitMoments") boolean eightBitMoments)
    implements Serializable {
  /** DL4J's vectors, which are float32. */
  public static final StateFormat DL4J = new StateFormat(false, false, false);

  /** Memory of its own. */
  public static final StateFormat OWN = new StateFormat(true, false, false);

  public StateFormat {
    if (!own && (roundedGradients || eightBitMoments)) {
      throw new IllegalArgumentException(
          "Cannot keep gradients or moments in DL4J's vectors as anything but float32");
    }
  }
}
