package parrot.model.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.stream.Collectors;

/** Asks whether a word that is not known was meant to be one that is. */
public final class Suggestion {
  private Suggestion() {}

  /** {@code "; did you mean X?"} with the nearest known word; empty if none is near. */
  public static String of(String word, Collection<String> known) {
    return known.stream()
        .min(Comparator.comparingInt(candidate -> distance(word, candidate)))
        .filter(nearest -> distance(word, nearest) <= Math.max(1, word.length() / 2))
        .map(nearest -> "; did you mean " + nearest + "?")
        .orElse("");
  }

  /**
   * The same for a key that may stand in the wrong place: a path that ends in it is meant, unless a
   * known word is nearer.
   *
   * @param paths with dots, of keys elsewhere
   */
  static String of(String word, Collection<String> known, Collection<String> paths) {
    if (word.contains(".") && paths.contains(word)) {
      int dot = word.lastIndexOf('.');
      return "; nest it, as " + word.substring(0, dot) + ": {" + word.substring(dot + 1) + ": ...}";
    }
    int nearest = known.stream().mapToInt(name -> distance(word, name)).min().orElse(word.length());
    int elsewhere =
        paths.stream().mapToInt(path -> distance(word, name(path))).min().orElse(nearest);
    if (elsewhere >= nearest || elsewhere > word.length() / 4) {
      return of(word, known);
    }
    return "; did you mean "
        + paths.stream()
            .filter(path -> distance(word, name(path)) == elsewhere)
            .sorted()
            .collect(Collectors.joining(" or "))
        + "?";
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  /** Levenshtein's distance: letters to insert, delete or replace. */
  public static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
