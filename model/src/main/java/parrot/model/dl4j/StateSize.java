package parrot.model.dl4j;

import java.util.List;
import parrot.model.kernel.EightBit;
import parrot.model.network.Parameter;
import parrot.model.tensor.ElementType;

/**
 * Bytes of what a replica trains.
 *
 * @param values of the parameters
 * @param copies of matrices in the type of products; 0 if the values hold it, or are of it
 * @param gradients of the parameters
 * @param moments of AdamW
 */
public record StateSize(long values, long copies, long gradients, long moments) {

  /**
   * @param factorType that products take
   */
  public static StateSize of(
      StateFormat format, List<Parameter> parameters, ElementType factorType) {
    boolean bf16 = factorType == ElementType.BF16;
    long values = 0;
    long copies = 0;
    long gradients = 0;
    long moments = 0;
    for (Parameter parameter : parameters) {
      long size = parameter.size();
      boolean rounded = bf16 && format.roundedGradients() && RoundedGradients.rounds(parameter);
      values += Float.BYTES * size;
      copies += bf16 && !format.own() && parameter.factor() ? factorType.bytes() * size : 0;
      gradients += (rounded ? ElementType.BF16 : ElementType.F32).bytes() * size;
      moments += 2 * (format.eightBitMoments() ? EightBit.bytes(size) : Float.BYTES * size);
    }
    return new StateSize(values, copies, gradients, moments);
  }

  public long total() {
    return values + copies + gradients + moments;
  }
}
