package parrot.model.weights;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import parrot.model.ModelException;
import parrot.model.config.ParrotConfig;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/** A model's tensors, checked against its configuration: from files, and from an initializer. */
final class ModelWeights implements Weights {
  private final String folder;
  private final ParrotConfig config;
  private final Initializer initializer;
  private final List<Weights> files = new ArrayList<>();
  private final Map<String, Weights> sources = new LinkedHashMap<>();
  private final Map<String, TensorSpec> initialised = new LinkedHashMap<>();
  private final Set<String> names = new LinkedHashSet<>();

  ModelWeights(String folder, ParrotConfig config, Initializer initializer) {
    this.folder = folder;
    this.config = config;
    this.initializer = initializer;
  }

  /** Adds a file's tensors; what was added before stays. Takes over closing it. */
  void add(Weights file) {
    add(file, name -> true);
  }

  /** As above, of those tensors whose name is wanted. */
  void add(Weights file, Predicate<String> wanted) {
    files.add(file);
    file.names().stream().filter(wanted).forEach(name -> sources.putIfAbsent(name, file));
  }

  boolean holdsVision() {
    return sources.keySet().stream()
        .anyMatch(name -> name.startsWith(TensorNames.VISION) && !TensorNames.isAdapter(name));
  }

  /**
   * Compares what is there with what the configuration asks for.
   *
   * @param mayBeMissing prefixes of names that are initialised if the files do not hold them
   * @throws ModelException naming all differences, ten of each kind
   */
  void check(Collection<String> mayBeMissing) {
    Set<String> extra = new LinkedHashSet<>(sources.keySet());
    List<String> missing = new ArrayList<>();
    List<String> wrongShapes = new ArrayList<>();
    for (TensorSpec spec : TensorNames.of(config)) {
      String name = spec.name();
      if (!extra.remove(name)) {
        if (mayBeMissing.stream().anyMatch(name::startsWith)) {
          if (spec.required()) {
            initialised.put(name, spec);
            names.add(name);
          }
        } else if (spec.required()) {
          missing.add(spec.toString());
        }
      } else if (!Arrays.equals(shape(name), spec.shape())) {
        wrongShapes.add(
            name
                + " (got "
                + Arrays.toString(shape(name))
                + ", expected "
                + Arrays.toString(spec.shape())
                + ")");
      } else {
        names.add(name);
      }
    }
    boolean head = extra.contains(TensorNames.HEAD);
    if (head
        && sources.containsKey(TensorNames.EMBEDDING)
        && same(TensorNames.HEAD, TensorNames.EMBEDDING)) {
      extra.remove(TensorNames.HEAD);
    }
    if (missing.isEmpty() && extra.isEmpty() && wrongShapes.isEmpty()) {
      return;
    }
    StringBuilder message =
        new StringBuilder("Cannot use the weights in " + folder + ": they contradict config.json");
    list(message, "missing", missing);
    list(message, "of the wrong shape", wrongShapes);
    list(message, "extra", List.copyOf(extra));
    if (extra.contains(TensorNames.HEAD) && !sources.containsKey(TensorNames.EMBEDDING)) {
      message.append(
          "; tie_word_embeddings is true, and the one tensor is stored as lm_head.weight:"
              + " rename it to "
              + TensorNames.EMBEDDING);
    } else if (extra.contains(TensorNames.HEAD)) {
      message.append(
          "; tie_word_embeddings is true, but lm_head.weight differs from the embedding:"
              + " set it to false to use that tensor, or remove the tensor");
    }
    if (missing.stream().anyMatch(name -> name.startsWith(TensorNames.HEAD))) {
      message.append("; if the embedding is the head, set tie_word_embeddings to true");
    }
    message.append(hintAtEmptyTensors(wrongShapes));
    throw new ModelException(message.toString());
  }

  /** Where tensors of size 0 come from, if there are any; else empty. */
  static String hintAtEmptyTensors(Collection<String> wrongShapes) {
    return wrongShapes.stream().anyMatch(name -> name.contains("(got [0],"))
        ? "; tensors of size 0 are what DeepSpeed's ZeRO leaves behind: save with"
            + " stage3_gather_16bit_weights_on_model_save, or use zero_to_fp32.py"
        : "";
  }

  private static void list(StringBuilder message, String kind, List<String> tensors) {
    if (!tensors.isEmpty()) {
      message.append("; ").append(tensors.size()).append(' ').append(kind).append(": ");
      message.append(NameList.of(tensors));
    }
  }

  Set<String> initialised() {
    return Collections.unmodifiableSet(initialised.keySet());
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(names);
  }

  @Override
  public int[] shape(String name) {
    TensorSpec spec = initialised.get(name);
    return spec != null ? spec.shape().clone() : source(name).shape(name);
  }

  @Override
  public void read(String name, FloatSink sink) {
    TensorSpec spec = initialised.get(name);
    if (spec != null) {
      float[] values = initializer.values(spec, config);
      sink.accept(0, values, values.length);
    } else {
      source(name).read(name, sink);
    }
  }

  @Override
  public void read(String name, long from, long count, FloatSink sink) {
    if (initialised.containsKey(name)) {
      Weights.super.read(name, from, count, sink);
    } else {
      source(name).read(name, from, count, sink);
    }
  }

  @Override
  public Optional<Tensor> map(String name, ElementType type, int rows, int columns) {
    if (initialised.containsKey(name)) {
      return Optional.empty();
    }
    return source(name).map(name, type, rows, columns);
  }

  @Override
  public ElementType storedType(String name) {
    if (initialised.containsKey(name)) {
      return ElementType.F32;
    }
    return source(name).storedType(name);
  }

  @Override
  public DataType fileType(String name) {
    return initialised.containsKey(name) ? DataType.F32 : source(name).fileType(name);
  }

  private Weights source(String name) {
    Weights source = sources.get(name);
    if (source == null) {
      throw new ModelException("Cannot read " + name + ": there is no such tensor in " + folder);
    }
    return source;
  }

  @Override
  public void close() {
    files.forEach(Weights::close);
  }
}
