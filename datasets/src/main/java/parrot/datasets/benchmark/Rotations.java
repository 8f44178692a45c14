package parrot.datasets.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import parrot.datasets.DataException;

/**
 * The rotations of a question that circular scoring asks: all with the same letters, the texts of
 * the options moved up by 0, 1, ... places, the first going last. (MMBench, arXiv 2307.06281.)
 */
public final class Rotations {
  private Rotations() {}

  /** As many rows as the question has options; the first is the question itself. */
  public static List<BenchmarkItem> of(BenchmarkItem item) {
    if (item.index() >= QuestionRows.ROTATION) {
      throw new DataException(
          "Cannot rotate question %d: its index is taken by rotations of other questions (expected an index below %d; number the questions anew)"
              .formatted(item.index(), QuestionRows.ROTATION));
    }
    if (item.options().isEmpty()) {
      return List.of(item);
    }
    List<Character> letters = List.copyOf(item.options().keySet());
    int count = letters.size();
    List<BenchmarkItem> rotations = new ArrayList<>(count);
    for (int k = 0; k < count; k++) {
      SortedMap<Character, String> options = new TreeMap<>();
      for (int i = 0; i < count; i++) {
        options.put(letters.get(i), item.options().get(letters.get((i + k) % count)));
      }
      int places = k;
      Optional<Character> answer =
          item.answer()
              .map(letter -> letters.get((letters.indexOf(letter) - places + count) % count));
      rotations.add(item.with(item.index() + k * QuestionRows.ROTATION, options, answer));
    }
    return rotations;
  }

  /** The rotations of many questions; rows that are rotations already are refused. */
  public static List<BenchmarkItem> of(List<BenchmarkItem> items) {
    return items.stream().flatMap(item -> of(item).stream()).toList();
  }
}
