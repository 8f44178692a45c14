package parrot.model.dl4j;

import java.util.ArrayList;
import java.util.List;
import parrot.model.dl4j.updater.AdamW;
import parrot.model.network.Parameter;

/**
 * Neighbouring parameters that learn alike. The moments of all parameters lie block after block,
 * each with all its first moments, then all its second ones: the order in which checkpoints store
 * them.
 *
 * @param parameters at least one
 */
public record ParameterBlock(AdamW adamW, List<Parameter> parameters) {
  public ParameterBlock {
    parameters = List.copyOf(parameters);
  }

  /** The blocks of all parameters, in their order. */
  static List<ParameterBlock> of(OptimizerSpec optimizer, List<Parameter> parameters) {
    List<ParameterBlock> blocks = new ArrayList<>();
    for (Parameter parameter : parameters) {
      AdamW adamW = optimizer.adamW(parameter);
      int last = blocks.size() - 1;
      if (last >= 0 && blocks.get(last).adamW.equals(adamW)) {
        blocks.set(last, blocks.get(last).with(parameter));
      } else {
        blocks.add(new ParameterBlock(adamW, List.of(parameter)));
      }
    }
    return blocks;
  }

  private ParameterBlock with(Parameter more) {
    List<Parameter> all = new ArrayList<>(parameters);
    all.add(more);
    return new ParameterBlock(adamW, all);
  }

  /** Of the first value. */
  long offset() {
    return parameters.get(0).offset();
  }

  /** Values of all parameters. */
  long length() {
    return parameters.stream().mapToLong(Parameter::size).sum();
  }

  /** The block's first moments. */
  FloatVector first(FloatVector moments) {
    return moments.part(2 * offset(), length());
  }

  /** The block's second moments. */
  FloatVector second(FloatVector moments) {
    return moments.part(2 * offset() + length(), length());
  }
}
