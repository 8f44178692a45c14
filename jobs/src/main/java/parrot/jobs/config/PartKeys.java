package parrot.jobs.config;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import parrot.model.config.StrictMap;
import parrot.model.network.ParameterGroup;
import parrot.model.network.Part;

/** Keys whose values name parts of the model. */
final class PartKeys {
  private static final List<ParameterGroup> GROUPS = List.of(ParameterGroup.values());

  private PartKeys() {}

  private static <T> String names(List<T> allowed, Function<T, String> key) {
    return String.join(", ", allowed.stream().map(key).toList());
  }

  static Key<Set<Part>> parts(String path, List<Part> allowed) {
    return Key.of(
        path,
        "a list of " + names(allowed, Part::key),
        Set.<Part>of(),
        (map, name, absent) -> {
          Set<Part> parts = EnumSet.noneOf(Part.class);
          map.texts(name).forEach(part -> parts.add(named(map, name, part, allowed, Part::key)));
          return parts;
        });
  }

  static Key<Map<ParameterGroup, Double>> byGroup(String path) {
    return Key.of(
        path,
        "numbers, at least 0, by part",
        Map.<ParameterGroup, Double>of(),
        (map, name, absent) -> {
          StrictMap byGroup = map.map(name);
          Map<ParameterGroup, Double> values = new EnumMap<>(ParameterGroup.class);
          for (String group : byGroup.keys()) {
            values.put(
                named(map, name, group, GROUPS, ParameterGroup::key),
                Key.notNegative(group, Double.NaN).read(byGroup));
          }
          return values;
        });
  }

  private static <T> T named(
      StrictMap map, String path, String name, List<T> allowed, Function<T, String> key) {
    return allowed.stream()
        .filter(one -> key.apply(one).equals(name))
        .findFirst()
        .orElseThrow(() -> map.invalid(path, name, "among " + names(allowed, key)));
  }
}
