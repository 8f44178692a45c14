package parrot.datasets.benchmark;

import java.util.Optional;
import java.util.TreeMap;

/** Questions for tests. */
final class Items {
  private Items() {}

  /** A question with the given options, from A on. */
  static BenchmarkItem item(long index, char answer, String... options) {
    return grouped(index, answer, "coarse", "colour", "dev", options);
  }

  static BenchmarkItem grouped(
      long index,
      char answer,
      String category,
      String l2Category,
      String split,
      String... options) {
    TreeMap<Character, String> byLetter = new TreeMap<>();
    for (int i = 0; i < options.length; i++) {
      byLetter.put((char) ('A' + i), options[i]);
    }
    return new BenchmarkItem(
        index,
        "Question " + index + "?",
        Optional.empty(),
        byLetter,
        Optional.of(answer),
        category,
        l2Category,
        split,
        null);
  }
}
