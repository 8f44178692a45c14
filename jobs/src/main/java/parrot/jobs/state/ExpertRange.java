package parrot.jobs.state;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import parrot.model.network.Parameter;
import parrot.model.weights.TensorNames;

/**
 * Consecutive parameters of one expert.
 *
 * @param offset of the first in the flat vector
 * @param length number of parameters
 */
public record ExpertRange(int expert, long offset, long length) implements Serializable {
  /** The ranges of all experts, in the order of the parameters. */
  public static List<ExpertRange> of(List<Parameter> parameters) {
    List<ExpertRange> ranges = new ArrayList<>();
    for (Parameter parameter : parameters) {
      int expert = TensorNames.expert(parameter.name());
      if (expert >= 0) {
        ranges.add(new ExpertRange(expert, parameter.offset(), parameter.size()));
      }
    }
    return ranges;
  }
}
