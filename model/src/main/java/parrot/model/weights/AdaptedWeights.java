package parrot.model.weights;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import parrot.model.ModelException;

/** A model with a LoRA adapter merged into it, in float32. */
public final class AdaptedWeights implements Weights {
  private static final Set<String> TIED = Set.of(TensorNames.EMBEDDING, TensorNames.HEAD);

  private final Weights base;
  private final Adapter adapter;

  /**
   * @throws ModelException naming what the adapter changes and the model does not have, or has in
   *     another shape
   */
  public AdaptedWeights(Weights base, Adapter adapter) {
    this.base = base;
    this.adapter = adapter;
    adapter.requireTrained();
    List<String> misfits = new ArrayList<>();
    adapter
        .changes()
        .forEach(
            (name, change) -> {
              if (isTied() && TIED.contains(name)) {
                misfits.add(name + " (the model's embedding is also its head)");
              } else if (!base.names().contains(name)) {
                misfits.add(name + " (not in the model)");
              } else {
                change.misfit(base.shape(name)).ifPresent(misfits::add);
              }
            });
    adapter
        .replacements()
        .forEach(
            (name, tensor) -> {
              boolean head = isTied() && name.equals(TensorNames.HEAD);
              String model = head ? TensorNames.EMBEDDING : name;
              if (!base.names().contains(model)) {
                misfits.add(name + " (not in the model)");
              } else if (!Arrays.equals(tensor.shape(), base.shape(model))) {
                misfits.add(
                    "%s (got %s, expected %s)"
                        .formatted(
                            tensor,
                            Arrays.toString(tensor.shape()),
                            Arrays.toString(base.shape(model))));
              }
            });
    if (misfits.isEmpty() && isTied() && !staysTied()) {
      misfits.add(
          TensorNames.EMBEDDING
              + " (the model's embedding is also its head, but the adapter has another head)");
    }
    if (!misfits.isEmpty()) {
      throw adapter.contradicts(misfits);
    }
  }

  private boolean isTied() {
    return !base.names().contains(TensorNames.HEAD);
  }

  /** Whether embedding and head are still one tensor; PEFT writes a tied one under both names. */
  private boolean staysTied() {
    Map<String, FileTensor> replacements = adapter.replacements();
    FileTensor embedding = replacements.get(TensorNames.EMBEDDING);
    FileTensor head = replacements.get(TensorNames.HEAD);
    return embedding == null && head == null
        || embedding != null && head != null && Arrays.equals(embedding.read(), head.read());
  }

  @Override
  public Set<String> names() {
    return base.names();
  }

  @Override
  public int[] shape(String name) {
    return base.shape(name);
  }

  @Override
  public void read(String name, FloatSink sink) {
    LowRank change = adapter.changes().get(name);
    FloatSink to = change == null ? sink : change.addedBefore(sink, base.shape(name));
    FileTensor replacement = adapter.replacements().get(name);
    if (replacement == null) {
      base.read(name, to);
    } else {
      replacement.read(to);
    }
  }

  /** Closes both. */
  @Override
  public void close() {
    base.close();
    adapter.close();
  }
}
