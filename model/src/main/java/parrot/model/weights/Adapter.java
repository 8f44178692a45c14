package parrot.model.weights;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.model.ModelException;
import parrot.model.config.AdapterConfig;
import parrot.model.config.Adapters;
import parrot.model.config.ParrotConfig;

/**
 * A LoRA adapter as PEFT writes it: {@code adapter_config.json} and {@code
 * adapter_model.safetensors} or {@code .bin}. Beside them LLaVA keeps what else was trained, in
 * {@code non_lora_trainables.bin}.
 */
public final class Adapter implements AutoCloseable {
  private static final List<String> FILES =
      List.of("adapter_model.safetensors", "adapter_model.bin");
  private static final String OTHERS = "non_lora_trainables.bin";

  /** Layer, kind and letter; the adapter's own name may follow. */
  private static final Pattern FACTOR =
      Pattern.compile(
          "(.+)\\.lora_(embedding_)?([AB])(?:\\.(?!weight$|bias$)[^.]+)?(?:\\.weight)?");

  /** What PEFT writes into the names of tensors that it moves aside or trains whole. */
  private static final Pattern ASIDE =
      Pattern.compile("\\.(?:base_layer|modules_to_save(?:\\.default)?)(?=\\.)");

  /** What PEFT writes in front of the names of a published Parrot's tensors. */
  private static final String WRAPPER = "base_model.model.";

  private final Path folder;
  private final AdapterConfig config;
  private final List<StoredTensors> files = new ArrayList<>();
  private final Map<String, LowRank> changes = new LinkedHashMap<>();
  private final Map<String, FileTensor> replacements = new LinkedHashMap<>();

  private Adapter(Path folder, AdapterConfig config) {
    this.folder = folder;
    this.config = config;
  }

  /**
   * @throws ModelException if it is not a LoRA adapter, if it computes in a way that is not known
   *     here, or if a file is missing or damaged
   */
  public static Adapter open(Path folder, Configuration configuration) {
    Path file = new Path(folder, AdapterConfig.NAME);
    AdapterConfig config =
        AdapterConfig.of(ConfigFile.read(file, configuration, "the adapter"), file.toString());
    Adapter adapter = new Adapter(folder, config);
    boolean complete = false;
    try {
      adapter.add(adapter.weights(configuration), configuration);
      Path others = new Path(folder, OTHERS);
      if (ConfigFile.exists(others, configuration)) {
        adapter.add(others, configuration);
      }
      adapter.check();
      complete = true;
      return adapter;
    } finally {
      if (!complete) {
        adapter.close();
      }
    }
  }

  /** A tensor as it is called in an adapter's file. */
  public static TensorSpec stored(TensorSpec tensor) {
    boolean vision = tensor.name().startsWith(TensorNames.VISION);
    String published = (vision ? TensorNames.VISION_IN_MODEL : "") + tensor.name();
    return new TensorSpec(WRAPPER + published, tensor.shape(), tensor.required());
  }

  private Path weights(Configuration configuration) {
    return FILES.stream()
        .map(name -> new Path(folder, name))
        .filter(path -> ConfigFile.exists(path, configuration))
        .findFirst()
        .orElseThrow(
            () ->
                unusable(
                    "it holds neither "
                        + FILES.get(0)
                        + " nor "
                        + FILES.get(1)
                        + "; get it again"));
  }

  private void add(Path path, Configuration configuration) {
    StoredTensors file = TensorFile.open(path, configuration);
    files.add(file);
    for (String name : file.names()) {
      FileTensor tensor = new FileTensor(file, name);
      Matcher factor = FACTOR.matcher(name);
      if (factor.matches()) {
        addFactor(factor, tensor);
      } else if (!name.contains(".original_module.")) {
        addReplacement(ASIDE.matcher(name).replaceAll(""), tensor);
      }
    }
  }

  private void addFactor(Matcher factor, FileTensor tensor) {
    String layer = ASIDE.matcher(factor.group(1)).replaceAll("");
    boolean embedding = factor.group(2) != null;
    Optional<String> name = PublishedNames.of(layer + ".weight");
    if (name.isPresent()) {
      LowRank change =
          changes.computeIfAbsent(
              name.get(), any -> new LowRank(embedding, config.rank(layer), config.scale(layer)));
      if (!change.add(factor.group(3), tensor.requireFloating())) {
        throw unusable("it changes " + name.get() + " twice, also by " + tensor);
      }
    }
  }

  private void addReplacement(String stored, FileTensor tensor) {
    if (PublishedNames.isAdapter(stored)) {
      throw unusable(tensor + " is not a tensor of LoRA as it is computed here");
    }
    Optional<String> name = PublishedNames.of(stored);
    if (name.isPresent() && replacements.put(name.get(), tensor.requireFloating()) != null) {
      throw unusable("it replaces " + name.get() + " twice, also by " + tensor);
    }
  }

  private void check() {
    if (changes.isEmpty()) {
      throw unusable("it holds no lora_A and lora_B");
    }
    List<String> halves =
        changes.keySet().stream().filter(name -> !changes.get(name).whole()).toList();
    if (!halves.isEmpty()) {
      throw unusable("lora_A or lora_B is missing for " + NameList.of(halves));
    }
  }

  /**
   * @throws ModelException if it changes nothing
   */
  void requireTrained() {
    if (replacements.isEmpty() && changes.values().stream().allMatch(LowRank::isZero)) {
      throw unusable(
          "it changes nothing, because every lora_B is 0: it was saved before it was trained");
    }
  }

  /**
   * The folder of the model that the adapter in a folder belongs to: as it says, relative to its
   * own or as written, or the folder of that name beside its own.
   *
   * @return empty if there is no adapter, if its model is at none of these places, or if a model
   *     lies in the same folder
   */
  public static Optional<Path> modelOf(Path folder, Configuration configuration) {
    Path file = new Path(folder, AdapterConfig.NAME);
    if (!ConfigFile.exists(file, configuration) || WeightLayout.holdsModel(folder, configuration)) {
      return Optional.empty();
    }
    return AdapterConfig.of(ConfigFile.read(file, configuration, "the adapter"), file.toString())
        .base()
        .flatMap(
            base ->
                places(folder, base).stream()
                    .filter(
                        place -> ConfigFile.exists(new Path(place, ConfigFile.NAME), configuration))
                    .findFirst());
  }

  private static List<Path> places(Path folder, String base) {
    try {
      Path written = new Path(base);
      Path beside = new Path(new Path(folder.toString()).getParent(), written.getName());
      return List.of(new Path(folder, written), written, beside);
    } catch (IllegalArgumentException e) {
      return List.of(); // a name that no folder can have
    }
  }

  /**
   * Opens an adapter that stays beside its model.
   *
   * @param model without it
   * @throws ModelException also if it can only be merged
   */
  static Adapter openBeside(ParrotConfig model, Path folder, Configuration configuration) {
    Adapter adapter = open(folder, configuration);
    try {
      adapter.beside(model);
      return adapter;
    } catch (ModelException e) {
      adapter.close();
      throw e;
    }
  }

  /**
   * How it stays beside its model.
   *
   * @throws ModelException if it can only be merged
   */
  Adapters beside(ParrotConfig model) {
    Set<String> on = new TreeSet<>();
    changes
        .keySet()
        .forEach(name -> on.add(Adapters.name(name.substring(0, name.lastIndexOf('.')))));
    return config
        .asAdapters(List.copyOf(on))
        .filter(adapters -> changes.keySet().equals(TensorNames.adapted(model, adapters)))
        .orElseThrow(
            () ->
                unusable(
                    "it can only be merged into its model, with parrot merge-adapter: beside it, an"
                        + " adapter changes the same ones of "
                        + String.join(", ", Adapters.ALL)
                        + " in every layer of their part, with one rank and one alpha and without"
                        + " use_rslora"));
  }

  /** What it holds, by the name that a model with adapters has for it. */
  Map<String, FileTensor> tensors() {
    Map<String, FileTensor> tensors = new LinkedHashMap<>(replacements);
    changes.forEach(
        (name, change) -> {
          String layer = name.substring(0, name.lastIndexOf('.'));
          tensors.put(layer + TensorNames.FIRST_FACTOR, change.a());
          tensors.put(layer + TensorNames.SECOND_FACTOR, change.b());
        });
    return tensors;
  }

  /** Low-rank changes, by the published name of the tensor to which each is added. */
  Map<String, LowRank> changes() {
    return changes;
  }

  /** Tensors that were trained whole, by published name. */
  Map<String, FileTensor> replacements() {
    return replacements;
  }

  List<StoredTensors> files() {
    return files;
  }

  /** In words, for messages to the user. */
  public String summary() {
    return changes.size()
        + " layers changed"
        + (replacements.isEmpty() ? "" : ", " + replacements.size() + " tensors replaced");
  }

  ModelException contradicts(Collection<String> tensors) {
    return unusable(
        "it contradicts the model: "
            + NameList.of(tensors)
            + ModelWeights.hintAtEmptyTensors(tensors));
  }

  private ModelException unusable(String what) {
    return new ModelException("Cannot use the adapter in " + folder + ": " + what);
  }

  @Override
  public String toString() {
    return folder.toString();
  }

  @Override
  public void close() {
    files.forEach(StoredTensors::close);
  }
}
