package parrot.model.weights;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.model.ModelException;
import parrot.model.config.AdapterConfig;

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

  private final Path folder;
  private final List<StoredTensors> files = new ArrayList<>();
  private final Map<String, LowRank> changes = new LinkedHashMap<>();
  private final Map<String, FileTensor> replacements = new LinkedHashMap<>();

  private Adapter(Path folder) {
    this.folder = folder;
  }

  /**
   * @throws ModelException if it is not a LoRA adapter, if it computes in a way that is not known
   *     here, or if a file is missing or damaged
   */
  public static Adapter open(Path folder, Configuration configuration) {
    Path file = new Path(folder, AdapterConfig.NAME);
    AdapterConfig config =
        AdapterConfig.of(ConfigFile.read(file, configuration, "the adapter"), file.toString());
    Adapter adapter = new Adapter(folder);
    boolean complete = false;
    try {
      adapter.add(adapter.weights(configuration), config, configuration);
      Path others = new Path(folder, OTHERS);
      if (ConfigFile.exists(others, configuration)) {
        adapter.add(others, config, configuration);
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

  private void add(Path path, AdapterConfig config, Configuration configuration) {
    StoredTensors file = TensorFile.open(path, configuration);
    files.add(file);
    for (String name : file.names()) {
      FileTensor tensor = new FileTensor(file, name);
      Matcher factor = FACTOR.matcher(name);
      if (factor.matches()) {
        addFactor(factor, tensor, config);
      } else if (!name.contains(".original_module.")) {
        addReplacement(ASIDE.matcher(name).replaceAll(""), tensor);
      }
    }
  }

  private void addFactor(Matcher factor, FileTensor tensor, AdapterConfig config) {
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
    if (replacements.isEmpty() && changes.values().stream().allMatch(LowRank::isZero)) {
      throw unusable(
          "it changes nothing, because every lora_B is 0: it was saved before it was trained");
    }
  }

  /** Low-rank changes, by the published name of the tensor to which each is added. */
  Map<String, LowRank> changes() {
    return changes;
  }

  /** Tensors that were trained whole, by published name. */
  Map<String, FileTensor> replacements() {
    return replacements;
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
  public void close() {
    files.forEach(StoredTensors::close);
  }
}
