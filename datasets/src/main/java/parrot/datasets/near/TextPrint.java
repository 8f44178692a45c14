package parrot.datasets.near;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import parrot.datasets.SplitMix;

/**
 * What a text says, as MinHash (Broder, 1997): the smallest of {@value #HASHES} hashes over the
 * sequences of its words. The share of hashes that two texts have in common estimates the share of
 * sequences that they have in common.
 *
 * <p>Letters and digits count, in lower case; spaces, marks and signs do not. Texts with different
 * numbers differ: in a long calculation a number is all that is new. Immutable.
 */
public final class TextPrint {
  private static final int HASHES = 120;
  private static final int BANDS = 20;
  private static final int ROWS = HASHES / BANDS;

  /** Share of common sequences from which two texts say nearly the same. */
  private static final double ALIKE = 0.8;

  private static final int WORDS = 3;

  /** A sign of Chinese or Japanese says less than a word does. */
  private static final int IDEOGRAPHS = 5;

  /** Bytes of a print in {@link #put}. */
  public static final int BYTES = Integer.BYTES * (HASHES + 1);

  private final int[] minima;
  private final int numbers;

  private TextPrint(int[] minima, int numbers) {
    this.minima = minima;
    this.numbers = numbers;
  }

  /** The print of a text; if it has no letters and digits, of its signs. */
  public static TextPrint of(String text) {
    List<String> words = Words.of(text);
    if (words.isEmpty()) {
      words = List.of(text.strip());
    }
    int together = Words.areMostlyIdeographs(words) ? IDEOGRAPHS : WORDS;
    int[] minima = new int[HASHES];
    Arrays.fill(minima, Integer.MAX_VALUE);
    for (int first = 0; first == 0 || first + together <= words.size(); first++) {
      int last = Math.min(first + together, words.size());
      long sequence = Words.hash(words.subList(first, last));
      for (int i = 0; i < HASHES; i++) {
        minima[i] = Math.min(minima[i], (int) (SplitMix.mix(sequence + i) >>> 32));
      }
    }
    int numbers = 0;
    for (String word : words) {
      if (word.codePoints().anyMatch(Character::isDigit)) {
        numbers = (int) SplitMix.mix(31L * numbers + word.hashCode());
      }
    }
    return new TextPrint(minima, numbers);
  }

  /** Whether two texts say nearly the same. */
  public boolean isLike(TextPrint other) {
    int equal = 0;
    for (int i = 0; i < HASHES; i++) {
      equal += minima[i] == other.minima[i] ? 1 : 0;
    }
    return numbers == other.numbers && equal >= ALIKE * HASHES;
  }

  /**
   * Keys of which two texts that are alike have at least one in common, but for some in a thousand.
   *
   * @param among different values have no key in common
   */
  public long[] keys(long among) {
    long[] keys = new long[BANDS];
    long start = SplitMix.mix(among + numbers);
    for (int band = 0; band < BANDS; band++) {
      long key = start + band;
      for (int row = 0; row < ROWS; row++) {
        key = SplitMix.mix(key + minima[band * ROWS + row]);
      }
      keys[band] = key;
    }
    return keys;
  }

  /** A number that equal prints have in common. */
  public long checksum() {
    long sum = numbers;
    for (int minimum : minima) {
      sum = SplitMix.mix(sum + minimum);
    }
    return sum;
  }

  /** Appends the print to {@code out}. */
  public void put(ByteBuffer out) {
    for (int minimum : minima) {
      out.putInt(minimum);
    }
    out.putInt(numbers);
  }

  /** The inverse of {@link #put}. */
  public static TextPrint get(ByteBuffer in) {
    int[] minima = new int[HASHES];
    for (int i = 0; i < HASHES; i++) {
      minima[i] = in.getInt();
    }
    return new TextPrint(minima, in.getInt());
  }
}
