package parrot.datasets.benchmark;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import parrot.datasets.DataException;

/**
 * One question of a benchmark.
 *
 * @param index unique in its file; question + 1,000,000 k for the k-th rotation
 * @param options text by letter, in order; at least two
 * @param answer the letter of the right option; none where a benchmark keeps its answers to itself
 * @param category empty if there is none, as are the next two
 * @param image the image's file as it came, or null if there is none
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier; questions are told apart by their index
public record BenchmarkItem(
    long index,
    String question,
    Optional<String> hint,
    SortedMap<Character, String> options,
    Optional<Character> answer,
    String category,
    String l2Category,
    String split,
    byte[] image) {
  /** What separates the rotations of a question in the index. */
  static final long ROTATION = 1_000_000;

  public BenchmarkItem {
    if (index < 0) {
      throw new DataException("Invalid index: " + index + " (must not be negative)");
    }
    if (options.size() < 2) {
      throw new DataException(
          "Cannot ask question %d: %d options (expected at least 2)"
              .formatted(index, options.size()));
    }
    for (char letter : options.keySet()) {
      if (letter < 'A' || letter > 'Z') {
        throw new DataException(
            "Cannot ask question %d: invalid option %s (must be a letter from A to Z)"
                .formatted(index, letter));
      }
    }
    if (answer.isPresent() && !options.containsKey(answer.get())) {
      throw new DataException(
          "Cannot ask question %d: the answer %s names no option (must be one of %s)"
              .formatted(index, answer.get(), letters(options)));
    }
    options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
  }

  /** The index of the question that this is a rotation of; its own if it is not rotated. */
  long questionIndex() {
    return index % ROTATION;
  }

  /** By how many places the options are rotated. */
  public long rotation() {
    return index / ROTATION;
  }

  /** The same question without its image: for keeping with a prediction, and for blind runs. */
  public BenchmarkItem withoutImage() {
    return new BenchmarkItem(
        index, question, hint, options, answer, category, l2Category, split, null);
  }

  static String letters(Map<Character, String> options) {
    return String.join(", ", options.keySet().stream().map(String::valueOf).toList());
  }
}
