package parrot.datasets.language;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import opennlp.tools.langdetect.LanguageDetectorModel;
import opennlp.tools.ml.model.AbstractModel;
import opennlp.tools.ml.model.Context;
import opennlp.tools.util.normalizer.AggregateCharSequenceNormalizer;
import opennlp.tools.util.normalizer.CharSequenceNormalizer;
import opennlp.tools.util.normalizer.EmojiCharSequenceNormalizer;
import opennlp.tools.util.normalizer.ShrinkCharSequenceNormalizer;
import opennlp.tools.util.normalizer.TwitterCharSequenceNormalizer;

/**
 * How likely a text is in each of about a hundred languages, by its sequences of one to three
 * letters: OpenNLP's model as flat tables. OpenNLP's own evaluation makes an object of each
 * sequence and each language of a text, and takes ten times as long.
 */
final class LetterSequences {
  private static final int LONGEST = 3;

  /**
   * Those of OpenNLP's five that change words. The others are for addresses and numbers, which are
   * not asked about.
   */
  private static final CharSequenceNormalizer NORMALIZER =
      new AggregateCharSequenceNormalizer(
          EmojiCharSequenceNormalizer.getInstance(),
          TwitterCharSequenceNormalizer.getInstance(),
          ShrinkCharSequenceNormalizer.getInstance());

  private final List<Language> languages = new ArrayList<>();

  /** A hash table: sequences as {@link #key}; 0 where there is none. */
  private final long[] keys;

  /** Where the weights of a sequence begin and end, by its place in {@link #keys}. */
  private final int[] begins;

  private final int[] ends;
  private final short[] outcomes; // a place in codes, for each weight
  private final double[] weights;
  private final int[] codes; // a place in languages, of which several codes may be one

  /** Reads the model, which is on the class path. */
  LetterSequences() {
    AbstractModel model = read();
    Object[] parts = model.getDataStructures();
    @SuppressWarnings("unchecked") // as documented
    Map<String, Context> sequences = (Map<String, Context>) parts[1];
    codes = new int[model.getNumOutcomes()];
    for (int i = 0; i < codes.length; i++) {
      Language language = Language.of(model.getOutcome(i));
      if (!languages.contains(language)) {
        languages.add(language);
      }
      codes[i] = languages.indexOf(language);
    }
    int places = Integer.highestOneBit(2 * sequences.size()) * 2;
    int all = sequences.values().stream().mapToInt(one -> one.getOutcomes().length).sum();
    keys = new long[places];
    begins = new int[places];
    ends = new int[places];
    outcomes = new short[all];
    weights = new double[all];
    fill(sequences);
  }

  private static AbstractModel read() {
    try (InputStream in = LetterSequences.class.getResourceAsStream("/langdetect-183.bin")) {
      return (AbstractModel) new LanguageDetectorModel(in).getMaxentModel();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the model that identifies languages", e);
    }
  }

  private void fill(Map<String, Context> sequences) {
    int at = 0;
    for (Map.Entry<String, Context> entry : sequences.entrySet()) {
      String sequence = entry.getKey();
      if (sequence.isEmpty() || sequence.length() > LONGEST) {
        continue;
      }
      long key = key(sequence, 0, sequence.length());
      int place = start(key);
      while (keys[place] != 0) {
        place = next(place);
      }
      keys[place] = key;
      begins[place] = at;
      Context context = entry.getValue();
      for (int i = 0; i < context.getOutcomes().length; i++) {
        outcomes[at] = (short) context.getOutcomes()[i];
        weights[at++] = context.getParameters()[i];
      }
      ends[place] = at;
    }
  }

  /** The languages that it knows, in the order of {@link #scores}. */
  List<Language> languages() {
    return languages;
  }

  /**
   * Logarithms of the probabilities of each language.
   *
   * @param text words in lower case between spaces
   */
  double[] scores(String text) {
    double[] sums = sums(NORMALIZER.normalize(text));
    double largest = Arrays.stream(sums).max().orElseThrow();
    double all = 0;
    for (double sum : sums) {
      all += Math.exp(sum - largest);
    }
    double[] scores = new double[languages.size()];
    Arrays.fill(scores, Double.NEGATIVE_INFINITY);
    for (int i = 0; i < sums.length; i++) {
      double score = sums[i] - largest - Math.log(all);
      scores[codes[i]] = Math.max(scores[codes[i]], score);
    }
    return scores;
  }

  /** Weights by code, of each sequence once, however often it is there. */
  private double[] sums(CharSequence text) {
    double[] sums = new double[codes.length];
    int[] seen = new int[Integer.highestOneBit(LONGEST * text.length() + 1) * 4]; // places + 1
    for (int length = 1; length <= LONGEST; length++) {
      for (int at = 0; at + length <= text.length(); at++) {
        int place = find(key(text, at, length));
        if (place >= 0 && isNew(seen, place)) {
          for (int i = begins[place]; i < ends[place]; i++) {
            sums[outcomes[i]] += weights[i];
          }
        }
      }
    }
    return sums;
  }

  private static boolean isNew(int[] seen, int place) {
    int mask = seen.length - 1;
    int at = place & mask;
    while (seen[at] != 0) {
      if (seen[at] == place + 1) {
        return false;
      }
      at = at + 1 & mask;
    }
    seen[at] = place + 1;
    return true;
  }

  /** The place of a sequence; below 0 if the model does not know it. */
  private int find(long key) {
    int place = start(key);
    while (keys[place] != key) {
      if (keys[place] == 0) {
        return -1;
      }
      place = next(place);
    }
    return place;
  }

  private int start(long key) {
    return (int) (key * 0x9e3779b97f4a7c15L >>> 32) & keys.length - 1;
  }

  private int next(int place) {
    return place + 1 & keys.length - 1;
  }

  /** Up to three chars and their number; never 0. */
  private static long key(CharSequence text, int at, int length) {
    long key = length;
    for (int i = 0; i < length; i++) {
      key = key << Character.SIZE | Character.toLowerCase(text.charAt(at + i));
    }
    return key;
  }
}
