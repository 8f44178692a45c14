package parrot.datasets.source;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The files that a search did not read, by what they are. */
public final class PassedOver {
  private static final int MOST_NAMES = 20;

  /**
   * Files of one kind.
   *
   * @param names of the first of them
   */
  public record Group(long files, List<String> names) {}

  private final SortedMap<String, Group> groups = new TreeMap<>();

  public void add(String kind, String name) {
    Group group = groups.computeIfAbsent(kind, key -> new Group(0, new ArrayList<>()));
    if (group.names().size() < MOST_NAMES) {
      group.names().add(name);
    }
    groups.put(kind, new Group(group.files() + 1, group.names()));
  }

  /** By kind. */
  public SortedMap<String, Group> groups() {
    return groups;
  }

  /** A line for each kind; empty if nothing was passed over. */
  public static String text(Map<String, Group> groups) {
    StringBuilder text = new StringBuilder();
    groups.forEach(
        (kind, group) ->
            text.append(
                String.format(
                    Locale.ROOT,
                    "  %,8d %s: %s%s%n",
                    group.files(),
                    kind,
                    String.join(", ", group.names()),
                    group.files() > group.names().size() ? ", ..." : "")));
    return text.toString();
  }
}
