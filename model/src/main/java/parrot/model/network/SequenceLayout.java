package parrot.model.network;

import java.util.Arrays;

/**
 * Where everything of a batch lies once images have taken the place of their image tokens and
 * samples are cut to the longest allowed length. Plain index arithmetic, done once per batch.
 *
 * <p>Source: prepare_inputs_labels_for_multimodal of the published code.
 *
 * @param boundaries first row of each sample in the spliced sequence, B + 1
 * @param tokens token id of each row, or -1 if the row is visual (N)
 * @param visuals row of the visual tokens that a row shows, or -1 if it is text (N)
 * @param labels label of each row (N)
 * @param supervised rows whose next token is to be predicted (S)
 * @param targets that next token (S)
 * @param supervisedSamples sample of each supervised row (S)
 * @param prompts token ids that guide the router, by image: the guides of its sample if it has any,
 *     else all that are neither supervised nor images
 * @param promptBoundaries first prompt token of each image, I + 1
 */
record SequenceLayout(
    int[] boundaries,
    int[] tokens,
    int[] visuals,
    int[] labels,
    int[] supervised,
    int[] targets,
    int[] supervisedSamples,
    int[] prompts,
    int[] promptBoundaries) {

  /**
   * @param visualTokens tokens of one image
   * @param limit longest sample in tokens, visual ones included
   */
  public static SequenceLayout of(Batch batch, int visualTokens, int limit) {
    return new Builder(batch, visualTokens, limit).build();
  }

  /** Rows of the spliced sequence. */
  public int rows() {
    return tokens.length;
  }

  private static final class Builder {
    private final Batch batch;
    private final int visualTokens;
    private final int limit;
    private final int[] boundaries;
    private final int[] tokens;
    private final int[] visuals;
    private final int[] labels;
    private final int[] prompts;
    private final int[] promptBoundaries;
    private final boolean[] guided; // by sample, whether it has guides
    private int rows;
    private int image;

    Builder(Batch batch, int visualTokens, int limit) {
      this.batch = batch;
      this.visualTokens = visualTokens;
      this.limit = limit;
      int capacity = batch.tokenIds().length + batch.images() * visualTokens;
      boundaries = new int[batch.samples() + 1];
      tokens = new int[capacity];
      visuals = new int[capacity];
      labels = new int[capacity];
      promptBoundaries = new int[batch.images() + 1];
      guided = new boolean[batch.samples()];
      prompts = new int[promptTokens()];
    }

    SequenceLayout build() {
      int from = 0;
      int promptCount = 0;
      for (int sample = 0; sample < batch.samples(); sample++) {
        int to = from + batch.lengths()[sample];
        int imageEnd = image;
        while (imageEnd < batch.images() && batch.imageSamples()[imageEnd] == sample) {
          imageEnd++;
        }
        for (int p = image; p < imageEnd; p++) {
          promptCount = prompt(sample, from, to, promptCount);
          if (promptCount == promptBoundaries[p]) {
            throw new IllegalArgumentException(
                "Cannot route the image of sample " + sample + ": it has no prompt tokens");
          }
          promptBoundaries[p + 1] = promptCount;
        }
        splice(sample, from, to, imageEnd);
        from = to;
      }
      return supervise();
    }

    private int promptTokens() {
      int count = 0;
      int from = 0;
      int p = 0;
      for (int sample = 0; sample < batch.samples(); sample++) {
        int to = from + batch.lengths()[sample];
        int guides = 0;
        int inSample = 0;
        for (int i = from; i < to; i++) {
          guides += Batch.isGuide(batch.tokenIds()[i]) ? 1 : 0;
          inSample += isPrompt(i) ? 1 : 0;
        }
        guided[sample] = guides > 0;
        inSample = guides > 0 ? guides : inSample;
        for (; p < batch.images() && batch.imageSamples()[p] == sample; p++) {
          count += inSample;
        }
        from = to;
      }
      return count;
    }

    private boolean isPrompt(int i) {
      int id = batch.tokenIds()[i];
      return batch.labels()[i] == Batch.IGNORE && id != Batch.IMAGE && !Batch.isGuide(id);
    }

    private int prompt(int sample, int from, int to, int count) {
      for (int i = from; i < to; i++) {
        int id = batch.tokenIds()[i];
        if (guided[sample] && Batch.isGuide(id)) {
          prompts[count++] = Batch.GUIDE - id;
        } else if (!guided[sample] && isPrompt(i)) {
          prompts[count++] = id;
        }
      }
      return count;
    }

    private void splice(int sample, int from, int to, int imageEnd) {
      int end = Math.min(rows + limit, tokens.length);
      int images = 0;
      for (int i = from; i < to; i++) {
        if (Batch.isGuide(batch.tokenIds()[i])) {
          continue;
        }
        if (batch.tokenIds()[i] != Batch.IMAGE) {
          put(end, batch.tokenIds()[i], -1, batch.labels()[i]);
          continue;
        }
        int shown = image + images++;
        if (shown >= imageEnd) {
          throw new IllegalArgumentException(
              "Cannot splice sample " + sample + ": it has more image tokens than images");
        }
        for (int token = 0; token < visualTokens; token++) {
          put(end, -1, shown * visualTokens + token, Batch.IGNORE);
        }
      }
      if (images > 0 && image + images != imageEnd) {
        throw new IllegalArgumentException(
            "Cannot splice sample "
                + sample
                + ": it has "
                + images
                + " image tokens and "
                + (imageEnd - image)
                + " images");
      }
      image = imageEnd;
      boundaries[sample + 1] = rows;
    }

    private void put(int end, int token, int visual, int label) {
      if (rows < end) {
        tokens[rows] = token;
        visuals[rows] = visual;
        labels[rows] = label;
        rows++;
      }
    }

    private SequenceLayout supervise() {
      int[] supervised = new int[rows];
      int[] targets = new int[rows];
      int[] samples = new int[rows];
      int count = 0;
      for (int sample = 0; sample < batch.samples(); sample++) {
        for (int row = boundaries[sample]; row + 1 < boundaries[sample + 1]; row++) {
          if (labels[row + 1] != Batch.IGNORE) {
            supervised[count] = row;
            targets[count] = labels[row + 1];
            samples[count++] = sample;
          }
        }
      }
      return new SequenceLayout(
          boundaries,
          Arrays.copyOf(tokens, rows),
          Arrays.copyOf(visuals, rows),
          Arrays.copyOf(labels, rows),
          Arrays.copyOf(supervised, count),
          Arrays.copyOf(targets, count),
          Arrays.copyOf(samples, count),
          prompts,
          promptBoundaries);
    }
  }
}
