package parrot.datasets.near;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Texts that are looked for inside others, such as the questions of a benchmark. A text counts as
 * found if most of its sequences of words are there, whatever stands before, after and between
 * them.
 */
public final class KnownTexts implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final int WORDS = 4;
  private static final int IDEOGRAPHS = 6;

  /** A shorter text may be anyone's. */
  private static final int FEWEST_WORDS = 8;

  private static final int FEWEST_IDEOGRAPHS = 14;

  /** Share of a text's sequences that must be found. */
  private static final double MOST = 0.8;

  private final Map<Long, List<Integer>> textsOfSequence = new HashMap<>();
  private final List<String> names = new ArrayList<>();
  private final List<Integer> sizes = new ArrayList<>();

  /**
   * Adds a text.
   *
   * @param name that {@link #findIn} gives
   * @return false if it is too short to be told from others; it is not added then
   */
  public boolean add(String text, String name) {
    List<String> words = Words.of(text);
    int fewest = Words.areMostlyIdeographs(words) ? FEWEST_IDEOGRAPHS : FEWEST_WORDS;
    if (words.size() < fewest) {
      return false;
    }
    Set<Long> sequences = new HashSet<>();
    addSequences(words, together(words), sequences);
    for (long sequence : sequences) {
      textsOfSequence.computeIfAbsent(sequence, key -> new ArrayList<>(1)).add(names.size());
    }
    names.add(name);
    sizes.add(sequences.size());
    return true;
  }

  private static int together(List<String> words) {
    return Words.areMostlyIdeographs(words) ? IDEOGRAPHS : WORDS;
  }

  private static void addSequences(List<String> words, int together, Set<Long> sequences) {
    for (int first = 0; first + together <= words.size(); first++) {
      sequences.add(Words.hash(words.subList(first, first + together)));
    }
  }

  public boolean isEmpty() {
    return names.isEmpty();
  }

  /** Number of texts. */
  public int size() {
    return names.size();
  }

  /** The name of a text that is found in {@code text}; the first that was added, if several are. */
  public Optional<String> findIn(String text) {
    if (isEmpty()) {
      return Optional.empty();
    }
    List<String> words = Words.of(text);
    Set<Long> sequences = new HashSet<>();
    addSequences(words, WORDS, sequences);
    addSequences(words, IDEOGRAPHS, sequences);
    Map<Integer, Integer> found = new HashMap<>();
    for (long sequence : sequences) {
      for (int known : textsOfSequence.getOrDefault(sequence, List.of())) {
        found.merge(known, 1, Integer::sum);
      }
    }
    return found.entrySet().stream()
        .filter(entry -> entry.getValue() >= MOST * sizes.get(entry.getKey()))
        .map(Map.Entry::getKey)
        .min(Integer::compare)
        .map(names::get);
  }
}
