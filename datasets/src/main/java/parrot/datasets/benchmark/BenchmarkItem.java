package parrot.datasets.benchmark;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import parrot.datasets.DataException;
import parrot.datasets.language.UnicodeText;
import parrot.datasets.storage.Digests;

/**
 * One question of a benchmark, or one rotation of its options.
 *
 * @param index unique in its file
 * @param options text by letter, in order; at least two unless there is a problem, none if it is
 *     open
 * @param answer the letter of the right option; empty if the benchmark keeps its answers to itself
 * @param open what is asked for instead of an option; empty if there are options
 * @param category empty if there is none, as are the next three
 * @param group what the rotations of one question share ({@code g_index})
 * @param image the image's file as it came, or null if there is none
 * @param imageHash of the image's bytes, kept when they are not; empty if unknown
 * @param problem why it cannot be asked; empty if it can
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier; questions are told apart by their index
public record BenchmarkItem(
    long index,
    String question,
    Optional<String> hint,
    SortedMap<Character, String> options,
    Optional<Character> answer,
    Optional<OpenQuestion> open,
    String category,
    String l2Category,
    String split,
    String group,
    byte[] image,
    String imageHash,
    Optional<String> problem) {
  private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]{1,18}(\\.[0-9]{1,18})?");

  public BenchmarkItem {
    if (index < 0) {
      throw new DataException("Invalid index: " + index + " (must not be negative)");
    }
    if (options.size() < 2 && open.isEmpty() && problem.isEmpty()) {
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
    imageHash = imageHash.isEmpty() && image != null ? Digests.sha256(image) : imageHash;
    options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
  }

  /** A question without a group of its own or a problem. */
  public BenchmarkItem(
      long index,
      String question,
      Optional<String> hint,
      SortedMap<Character, String> options,
      Optional<Character> answer,
      String category,
      String l2Category,
      String split,
      byte[] image) {
    this(
        index,
        question,
        hint,
        options,
        answer,
        Optional.empty(),
        category,
        l2Category,
        split,
        "",
        image,
        "",
        Optional.empty());
  }

  /** Whether the benchmark tells what is right, so that an answer can be scored. */
  public boolean hasAnswer() {
    return answer.isPresent() || open.filter(OpenQuestion::isScored).isPresent();
  }

  /** What is right, as a cell of a table: a letter, a text, or a list; empty if it is not told. */
  public Optional<String> answerText() {
    return answer
        .map(String::valueOf)
        .or(() -> open.map(OpenQuestion::accepted).filter(all -> !all.isEmpty()).map(ListCell::of));
  }

  /** The same question without its image: for keeping with a prediction, and for blind runs. */
  public BenchmarkItem withoutImage() {
    return with(index, options, answer, open, null, imageHash, problem);
  }

  /** The same question, whose answers are of another kind. */
  BenchmarkItem withKind(AnswerKind kind) {
    return with(index, options, answer, open.map(one -> one.with(kind)), image, imageHash, problem);
  }

  BenchmarkItem withImage(byte[] image) {
    return with(index, options, answer, open, image, "", problem);
  }

  /** The same question, which cannot be asked; what was wrong with it first is kept. */
  public BenchmarkItem withProblem(String reason) {
    return with(
        index, options, answer, open, image, imageHash, problem.or(() -> Optional.of(reason)));
  }

  BenchmarkItem with(long index, SortedMap<Character, String> options, Optional<Character> answer) {
    return with(index, options, answer, open, image, imageHash, problem);
  }

  private BenchmarkItem with(
      long index,
      SortedMap<Character, String> options,
      Optional<Character> answer,
      Optional<OpenQuestion> open,
      byte[] image,
      String imageHash,
      Optional<String> problem) {
    return new BenchmarkItem(
        index,
        question,
        hint,
        options,
        answer,
        open,
        category,
        l2Category,
        split,
        group,
        image,
        imageHash,
        problem);
  }

  /**
   * Whether another asks the same: texts may differ in white space, and numbers in how they are
   * written, as spreadsheets change both.
   */
  boolean isSameQuestion(BenchmarkItem other) {
    return comparable(question).equals(comparable(other.question))
        && options.keySet().equals(other.options.keySet())
        && options.keySet().stream()
            .allMatch(
                letter ->
                    comparable(options.get(letter)).equals(comparable(other.options.get(letter))));
  }

  private static String comparable(String text) {
    String words = String.join(" ", UnicodeText.words(text));
    return NUMBER.matcher(words).matches()
        ? new BigDecimal(words).stripTrailingZeros().toPlainString()
        : words;
  }

  static String letters(Map<Character, String> options) {
    return String.join(", ", options.keySet().stream().map(String::valueOf).toList());
  }
}
