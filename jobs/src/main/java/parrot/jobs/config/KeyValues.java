package parrot.jobs.config;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import parrot.datasets.DataException;
import parrot.datasets.language.Language;
import parrot.model.config.Adapters;
import parrot.model.config.StrictMap;

/** Reads values that have a form of their own. */
final class KeyValues {
  /** Stands for all layers that an adapter may lie beside. */
  private static final String ALL_LINEAR = "all-linear";

  /** What {@link #adapted} takes. */
  static final String ADAPTED =
      "a list of " + String.join(", ", Adapters.ALL) + ", or " + ALL_LINEAR;

  private KeyValues() {}

  static List<String> adapted(StrictMap map, String name, List<String> absent) {
    List<String> given = map.texts(name);
    if (given.equals(List.of(ALL_LINEAR))) {
      return Adapters.ALL;
    }
    if (!Adapters.ALL.containsAll(given)) {
      throw map.invalid(name, given, ADAPTED);
    }
    return given.isEmpty() ? absent : given;
  }

  static Map<Language, Double> byLanguage(StrictMap map, String name) {
    StrictMap byTag = map.map(name);
    Map<Language, Double> weights = new TreeMap<>();
    for (String tag : byTag.keys()) {
      double weight = byTag.number(tag, 0, w -> w >= 0 && w < 1e9, "at least 0");
      Language language;
      try {
        language = Language.of(tag);
      } catch (DataException e) {
        throw byTag.invalid(tag, weight, "for a language, such as en, pt-BR or fr");
      }
      if (weights.put(language, weight) != null) {
        throw byTag.invalid(tag, weight, "once for each language");
      }
    }
    return weights;
  }
}
