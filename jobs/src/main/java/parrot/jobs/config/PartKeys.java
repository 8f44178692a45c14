package parrot.jobs.config;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import parrot.model.config.StrictMap;
import parrot.model.network.Part;

/** Keys whose values name parts of the model. */
final class PartKeys {
  private PartKeys() {}

  private static String names(List<Part> parts) {
    return String.join(", ", parts.stream().map(Part::key).toList());
  }

  static Key<Set<Part>> parts(String path, List<Part> allowed) {
    return Key.of(
        path,
        "a list of " + names(allowed),
        Set.<Part>of(),
        (map, name, absent) -> {
          Set<Part> parts = EnumSet.noneOf(Part.class);
          map.texts(name).forEach(part -> parts.add(part(map, name, part, allowed)));
          return parts;
        });
  }

  static Key<Map<Part, Double>> byPart(String path) {
    return Key.of(
        path,
        "numbers, at least 0, by part",
        Map.<Part, Double>of(),
        (map, name, absent) -> {
          StrictMap byPart = map.map(name);
          Map<Part, Double> values = new EnumMap<>(Part.class);
          for (String part : byPart.keys()) {
            values.put(
                part(byPart, "", part, List.of(Part.values())),
                Key.notNegative(part, Double.NaN).read(byPart));
          }
          return values;
        });
  }

  private static Part part(StrictMap map, String key, String name, List<Part> allowed) {
    return allowed.stream()
        .filter(part -> part.key().equals(name))
        .findFirst()
        .orElseThrow(() -> map.invalid(key, name, "among " + names(allowed)));
  }
}
