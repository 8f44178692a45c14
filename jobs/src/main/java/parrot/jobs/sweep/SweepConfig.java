package parrot.jobs.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;
import parrot.datasets.benchmark.MatchingRule;
import parrot.datasets.language.Language;
import parrot.jobs.config.ConfigText;
import parrot.jobs.evaluate.AnsweringOptions;
import parrot.jobs.evaluate.Scoring;
import parrot.model.config.ConfigSource;
import parrot.model.config.StrictMap;
import parrot.model.kernel.DeviceChoice;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;

/**
 * What a sweep asks of whom.
 *
 * @param out folder for everything that comes of it
 * @param benchmarks files, and folders of them
 * @param fileLanguage of files whose names tell none
 * @param languages to ask in; empty for all
 * @param limit questions of each file; 0 for all
 * @param circular whether every benchmark is asked and scored circularly
 * @param baseline name of the model that others are compared with
 * @param published file of scores that others have published
 * @param resolved the whole with its defaults
 */
record SweepConfig(
    String out,
    List<Model> models,
    List<String> benchmarks,
    Optional<Language> fileLanguage,
    Set<Language> languages,
    List<Setting> settings,
    MatchingRule matching,
    boolean circular,
    int limit,
    String baseline,
    Optional<String> published,
    ObjectNode resolved) {
  private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N}._-]*");
  private static final String NAME_RULE = "letters, digits, '.', '_' and '-'";

  private static final ConfigSource SOURCE =
      new ConfigSource(
          " in the sweep's file",
          key -> "Missing " + key + " in the sweep's file",
          UsageException::new);

  /**
   * A model, or a training run.
   *
   * @param checkpoints which of a run's; empty for its last one, or if it is no run
   */
  record Model(String name, String path, Optional<CheckpointChoice> checkpoints) {}

  /**
   * A way of asking.
   *
   * @param name empty if there is only one way
   * @param kernels of the processor that are asked for; empty for the usual ones
   */
  record Setting(
      String name, AnsweringOptions options, DeviceChoice device, Optional<String> kernels) {
    private static Setting usual() {
      return new Setting("", AnsweringOptions.defaults(), DeviceChoice.AUTO, Optional.empty());
    }

    private Setting on(boolean card) {
      String computing = device.kernels(kernels.orElse(null), card);
      return new Setting(name, options.withKernels(computing), device, kernels);
    }
  }

  /**
   * The same, with the kernels that compute in its settings.
   *
   * @param card whether there is a card for every task
   */
  SweepConfig on(boolean card) {
    return new SweepConfig(
        out,
        models,
        benchmarks,
        fileLanguage,
        languages,
        settings.stream().map(one -> one.on(card)).toList(),
        matching,
        circular,
        limit,
        baseline,
        published,
        resolved);
  }

  /**
   * Reads a sweep.
   *
   * @param yaml content of the file
   * @throws UsageException naming key, value and what it must be
   */
  static SweepConfig read(String yaml) {
    JsonNode json = ConfigText.parse(yaml, "the sweep's file");
    boolean empty = json.isMissingNode() || json.isNull();
    StrictMap map = new StrictMap(empty ? JsonNodeFactory.instance.objectNode() : json, SOURCE);
    String out = map.text("out");
    List<Model> models = models(map);
    List<String> benchmarks = map.texts("benchmarks");
    if (benchmarks.isEmpty()) {
      throw map.invalid("benchmarks", "nothing", "files, or folders of them");
    }
    Optional<Language> fileLanguage = map.optionalText("language").map(tag -> language(map, tag));
    Set<Language> languages = new LinkedHashSet<>();
    map.texts("languages").forEach(tag -> languages.add(language(map, tag)));
    SweepConfig config =
        new SweepConfig(
            out,
            models,
            benchmarks,
            fileLanguage,
            languages,
            settings(map),
            matching(map),
            map.flag("circular", false),
            map.wholeInt("limit", 0, 0),
            map.oneOf("baseline", models.get(0).name(), models.stream().map(Model::name).toList()),
            map.optionalText("published"),
            map.resolved());
    map.refuseOthers();
    config.requireReadable();
    return config;
  }

  private void requireReadable() {
    boolean answers = settings.stream().anyMatch(one -> one.options().scoring() == Scoring.ANSWERS);
    if (matching.needsLikelihoods() && answers) {
      throw new UsageException(
          "Invalid matching: %s (needs settings that all have scoring: likelihood or letter-likelihood)"
              .formatted(matching.label()));
    }
  }

  private static List<Model> models(StrictMap map) {
    List<Model> models = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (StrictMap one : map.maps("models", "path")) {
      String path = one.text("path");
      String name =
          one.text("name", new Path(path).getName().replaceAll("[^\\p{L}\\p{N}._-]", "-"));
      requireName(one, name);
      if (!names.add(name)) {
        throw one.invalid("name", name, "unlike the other models': give name: to one of them");
      }
      models.add(
          new Model(
              name,
              path,
              one.optionalText("checkpoints").map(text -> CheckpointChoice.of(one, text))));
    }
    if (models.isEmpty()) {
      throw map.invalid("models", "nothing", "folders of models or runs");
    }
    return models;
  }

  private static List<Setting> settings(StrictMap map) {
    List<Setting> settings = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (StrictMap one : map.maps("settings", "name")) {
      String name = one.text("name");
      requireName(one, name);
      if (!names.add(name)) {
        throw one.invalid("name", name, "unlike the other settings'");
      }
      settings.add(setting(name, one));
    }
    return settings.isEmpty() ? List.of(Setting.usual()) : List.copyOf(settings);
  }

  private static Setting setting(String name, StrictMap one) {
    Optional<String> kernels =
        one.given("kernels") ? Optional.of(one.text("kernels")) : Optional.empty();
    String device = one.optionalText("device").orElse(DeviceChoice.AUTO.toString());
    AnsweringOptions options = options(one);
    try {
      return new Setting(name, options, DeviceChoice.of(device), kernels).on(false);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage(), e);
    }
  }

  private static AnsweringOptions options(StrictMap one) {
    int tokens = one.positive("max_new_tokens", AnsweringOptions.DEFAULT_MAX_NEW_TOKENS);
    String kernels = one.oneOf("kernels", Kernels.defaultName(), Kernels.names());
    String precision = one.oneOf("precision", Precision.F32.toString(), Precision.names());
    boolean blank = one.flag("blank", false);
    String scoring = one.oneOf("scoring", Scoring.ANSWERS.label(), Scoring.labels());
    try {
      return new AnsweringOptions(tokens, kernels, Precision.of(precision), 1, blank)
          .withScoring(Scoring.of(scoring));
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage(), e);
    }
  }

  private static void requireName(StrictMap map, String name) {
    if (!NAME.matcher(name).matches()) {
      throw map.invalid("name", name, NAME_RULE);
    }
  }

  private static MatchingRule matching(StrictMap map) {
    String label = map.text("matching", MatchingRule.PUBLISHED_2024.label());
    try {
      return MatchingRule.of(label);
    } catch (UsageException e) {
      throw new UsageException("Invalid matching: " + e.getMessage(), e);
    }
  }

  private static Language language(StrictMap map, String tag) {
    try {
      return Language.of(tag);
    } catch (DataException e) {
      throw map.invalid("languages", tag, "tags of languages, such as en or pt-BR");
    }
  }
}
