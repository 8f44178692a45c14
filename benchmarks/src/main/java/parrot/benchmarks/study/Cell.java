package parrot.benchmarks.study;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One combination of the study's axes, with one seed.
 *
 * @param place the value of each axis, by axis
 * @param ends the steps whose results are read, by name
 */
record Cell(Map<String, String> place, long seed, Map<String, Step> ends) {

  /** Where it lies but for some axis. */
  Map<String, String> without(String axis) {
    Map<String, String> others = new LinkedHashMap<>(place);
    others.remove(axis);
    return others;
  }

  /** A place in words, such as {@code share 99.5, experts dense}. */
  static String words(Map<String, String> place) {
    StringBuilder words = new StringBuilder();
    place.forEach(
        (axis, value) ->
            words.append(words.isEmpty() ? "" : ", ").append(axis).append(' ').append(value));
    return words.toString();
  }

  @Override
  public String toString() {
    return (place.isEmpty() ? "" : words(place) + ", ") + "seed " + seed;
  }
}
