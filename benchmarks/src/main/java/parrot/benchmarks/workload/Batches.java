package parrot.benchmarks.workload;

import java.util.Arrays;
import java.util.SplittableRandom;
import parrot.model.config.ParrotConfig;
import parrot.model.network.Batch;

/** Seeded batches; the same for every side. */
public final class Batches {
  private static final long SEED = 20240604;

  private Batches() {}

  /** Samples of text alone, supervised at every position. */
  public static Batch text(ParrotConfig config, int samples, int tokens) {
    SplittableRandom random = new SplittableRandom(SEED);
    int[] lengths = new int[samples];
    Arrays.fill(lengths, tokens);
    int[] ids = random.ints((long) samples * tokens, 0, config.decoder().vocabSize()).toArray();
    return Batch.ofText(ids, ids.clone(), lengths);
  }

  /** Samples of text alone, of which nothing is supervised. */
  public static Batch prompts(ParrotConfig config, int samples, int tokens) {
    Batch text = text(config, samples, tokens);
    int[] labels = new int[text.labels().length];
    Arrays.fill(labels, Batch.IGNORE);
    return Batch.ofText(text.tokenIds(), labels, text.lengths());
  }

  /** Samples of one image and text of {@code 20} to {@code 220} tokens each. */
  public static Batch conversations(ParrotConfig config, int samples) {
    SplittableRandom random = new SplittableRandom(SEED);
    int[] lengths = new int[samples];
    int[] answers = new int[samples];
    for (int i = 0; i < samples; i++) {
      // Both ends occur, so that the longest sample is as long as said.
      lengths[i] = i == 0 ? 220 : i == 1 ? 20 : random.nextInt(20, 221);
      answers[i] = Math.min(random.nextInt(5, 61), lengths[i] - 10);
    }
    return imaged(config, lengths, answers, random);
  }

  /** One sample of an image and text, of which the end is the answer. */
  public static Batch conversation(ParrotConfig config, int tokens, int answer) {
    SplittableRandom random = new SplittableRandom(SEED);
    return imaged(config, new int[] {tokens}, new int[] {answer}, random);
  }

  /** Prompts about one image, which each of them has: what is made of the first holds for all. */
  public static Batch questions(ParrotConfig config, int count, int tokens) {
    int[] lengths = new int[count];
    Arrays.fill(lengths, tokens);
    Batch own = imaged(config, lengths, new int[count], new SplittableRandom(SEED));
    float[] image = own.pixels().rows(0, 1).toArray();
    float[] pixels = new float[count * image.length];
    for (int i = 0; i < count; i++) {
      System.arraycopy(image, 0, pixels, i * image.length, image.length);
    }
    return new Batch(own.tokenIds(), own.labels(), own.lengths(), pixels, own.imageSamples());
  }

  /** Images with no text to speak of. */
  public static Batch images(ParrotConfig config, int count) {
    SplittableRandom random = new SplittableRandom(SEED);
    int[] lengths = new int[count];
    Arrays.fill(lengths, 2);
    int[] answers = new int[count];
    Arrays.fill(answers, 1);
    return imaged(config, lengths, answers, random);
  }

  /**
   * @param lengths text tokens of each sample
   * @param answers supervised tokens at the end of each
   */
  private static Batch imaged(
      ParrotConfig config, int[] lengths, int[] answers, SplittableRandom random) {
    int samples = lengths.length;
    int total = Arrays.stream(lengths).sum() + samples;
    int[] ids = new int[total];
    int[] labels = new int[total];
    Arrays.fill(labels, Batch.IGNORE);
    int[] all = new int[samples];
    int[] images = new int[samples];
    int at = 0;
    for (int sample = 0; sample < samples; sample++) {
      all[sample] = lengths[sample] + 1;
      images[sample] = sample;
      int end = at + all[sample];
      // A chat template puts some text before the image.
      int image = at + Math.min(lengths[sample] - answers[sample], 1);
      for (int i = at; i < end; i++) {
        ids[i] = i == image ? Batch.IMAGE : random.nextInt(config.decoder().vocabSize());
        if (i >= end - answers[sample]) {
          labels[i] = ids[i];
        }
      }
      at = end;
    }
    int size = config.vision().imageSize();
    float[] pixels = new float[samples * 3 * size * size];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    return new Batch(ids, labels, all, pixels, images);
  }

  /** Rows of the spliced sequence of all samples: what a ragged network computes. */
  public static int rows(ParrotConfig config, Batch batch) {
    return batch.tokenIds().length + batch.images() * (config.visualTokens() - 1);
  }
}
