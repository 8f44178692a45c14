package parrot.datasets.source;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Finds a file whose name is nearly one that does not exist: in another form of Unicode, in upper
 * or lower case, with backslashes, percent signs for characters, blanks around it, a query behind
 * it, another suffix, or without the folders that come first.
 */
final class NearbyName {
  /** In a larger folder only the first names are looked at. */
  private static final int MOST_NAMES = 200_000;

  private static final int MOST_FOLDERS = 8;

  /** The names in a folder; empty if there is no such folder. */
  interface Listing {
    Iterator<String> names(String folder) throws IOException;
  }

  private final Listing listing;
  private final Map<String, Map<String, String>> folders = new HashMap<>();

  NearbyName(Listing listing) {
    this.listing = listing;
  }

  /**
   * The path under {@code root} of such a file.
   *
   * @param path under it of a file that does not exist, with {@code /} between its parts
   */
  Optional<String> of(String root, String path) throws IOException {
    Optional<String> found = find(root, path);
    int query = path.indexOf('?');
    found = found.isPresent() || query <= 0 ? found : find(root, path.substring(0, query));
    // Perhaps the root is a folder of the path.
    for (int at = path.indexOf('/'); found.isEmpty() && at >= 0; at = path.indexOf('/', at + 1)) {
      found = find(root, path.substring(at + 1));
    }
    return found;
  }

  private Optional<String> find(String root, String path) throws IOException {
    List<String> found = new ArrayList<>();
    for (String part : decoded(path).replace('\\', '/').split("/")) {
      if (part.isEmpty()) {
        continue;
      }
      Map<String, String> names = folder(root + "/" + String.join("/", found));
      String name = names.getOrDefault(folded(part), names.get(withoutSuffix(folded(part))));
      if (name == null) {
        return Optional.empty();
      }
      found.add(name);
    }
    return found.isEmpty() ? Optional.empty() : Optional.of(String.join("/", found));
  }

  private Map<String, String> folder(String folder) throws IOException {
    Map<String, String> names = folders.get(folder);
    if (names == null) {
      names = new HashMap<>();
      Iterator<String> all = listing.names(folder);
      for (int i = 0; i < MOST_NAMES && all.hasNext(); i++) {
        String name = all.next();
        for (String key : List.of(folded(name), withoutSuffix(folded(name)))) {
          names.merge(key, name, (a, b) -> a.compareTo(b) < 0 ? a : b);
        }
      }
      if (folders.size() >= MOST_FOLDERS) {
        folders.clear();
      }
      folders.put(folder, names);
    }
    return names;
  }

  private static String folded(String name) {
    return Normalizer.normalize(decoded(name), Normalizer.Form.NFC)
        .strip()
        .toLowerCase(Locale.ROOT);
  }

  /** Not to be taken for the name of a file. */
  private static String withoutSuffix(String name) {
    int dot = name.lastIndexOf('.');
    return "/" + (dot > 0 ? name.substring(0, dot) : name);
  }

  private static String decoded(String name) {
    try {
      return URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return name; // a percent sign that stands for itself
    }
  }
}
