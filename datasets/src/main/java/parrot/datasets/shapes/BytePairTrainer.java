package parrot.datasets.shapes;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Learns a byte-level byte-pair encoding (Sennrich et al., 2016; bytes as in GPT-2) over Qwen2's
 * pre-tokens. The most frequent pair is merged first, and among equally frequent ones the first in
 * the order of their text: the same corpus gives the same merges whatever its order.
 */
final class BytePairTrainer {
  /** Qwen2's pre-tokenizer. */
  public static final String PRE_TOKENS =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
          + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  private static final Pattern PATTERN = Pattern.compile(PRE_TOKENS);

  /** Two neighbouring tokens that become one. */
  public record Merge(String left, String right) {
    String joined() {
      return left + right;
    }
  }

  /**
   * @param vocabulary token to id: the 256 bytes first, then one token per merge
   * @param merges in the order they were learned
   */
  public record Model(Map<String, Integer> vocabulary, List<Merge> merges) {}

  private final Map<String, Long> words = new TreeMap<>();

  /** Counts a text's pre-tokens. */
  public void add(String text) {
    add(text, 1);
  }

  /** Counts a text's pre-tokens as if it occurred so often. */
  public void add(String text, long times) {
    Matcher matcher = PATTERN.matcher(Normalizer.normalize(text, Normalizer.Form.NFC));
    while (matcher.find()) {
      words.merge(bytesAsLetters(matcher.group()), times, Long::sum);
    }
  }

  /**
   * Learns merges until the vocabulary is full or nothing is left to merge that occurs twice.
   *
   * @param vocabularySize at least 256, without special tokens
   */
  public Model train(int vocabularySize) {
    if (vocabularySize < 256) {
      throw new IllegalArgumentException(
          "Invalid vocabularySize: " + vocabularySize + " (must be at least 256)");
    }
    Map<String, Integer> vocabulary = new LinkedHashMap<>();
    for (char letter : alphabet()) {
      vocabulary.put(String.valueOf(letter), vocabulary.size());
    }
    List<List<String>> pieces = new ArrayList<>();
    List<Long> counts = new ArrayList<>();
    words.forEach(
        (word, count) -> {
          pieces.add(new ArrayList<>(word.chars().mapToObj(Character::toString).toList()));
          counts.add(count);
        });
    List<Merge> merges = new ArrayList<>();
    while (vocabulary.size() < vocabularySize) {
      Merge best = mostFrequent(pieces, counts);
      if (best == null) {
        break;
      }
      merges.add(best);
      vocabulary.putIfAbsent(best.joined(), vocabulary.size());
      pieces.forEach(piece -> apply(best, piece));
    }
    return new Model(vocabulary, merges);
  }

  private static Merge mostFrequent(List<List<String>> pieces, List<Long> counts) {
    Map<Merge, Long> pairs = new HashMap<>();
    for (int i = 0; i < pieces.size(); i++) {
      List<String> piece = pieces.get(i);
      for (int j = 1; j < piece.size(); j++) {
        pairs.merge(new Merge(piece.get(j - 1), piece.get(j)), counts.get(i), Long::sum);
      }
    }
    Comparator<Map.Entry<Merge, Long>> order =
        Map.Entry.<Merge, Long>comparingByValue()
            .reversed()
            .thenComparing(entry -> entry.getKey().left())
            .thenComparing(entry -> entry.getKey().right());
    return pairs.entrySet().stream()
        .filter(entry -> entry.getValue() > 1)
        .min(order)
        .map(Map.Entry::getKey)
        .orElse(null);
  }

  private static void apply(Merge merge, List<String> piece) {
    for (int i = 0; i + 1 < piece.size(); i++) {
      if (piece.get(i).equals(merge.left()) && piece.get(i + 1).equals(merge.right())) {
        piece.set(i, merge.joined());
        piece.remove(i + 1);
      }
    }
  }

  /** GPT-2's printable stand-ins for the 256 bytes, sorted. */
  private static char[] alphabet() {
    char[] sorted = byteLetters().clone();
    Arrays.sort(sorted);
    return sorted;
  }

  /**
   * Bytes that are printable in Latin-1 stand for themselves, the others for 256, 257, ... in their
   * order.
   */
  private static char[] byteLetters() {
    char[] letters = new char[256];
    int next = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable =
          (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || (b >= 0xAE && b <= 0xFF);
      letters[b] = (char) (printable ? b : next++);
    }
    return letters;
  }

  private static final char[] LETTERS = byteLetters();

  private static String bytesAsLetters(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    StringBuilder letters = new StringBuilder(bytes.length);
    for (byte b : bytes) {
      letters.append(LETTERS[b & 255]);
    }
    return letters.toString();
  }
}
