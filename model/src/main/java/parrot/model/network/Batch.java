package parrot.model.network;

import java.util.Arrays;
import parrot.model.tensor.Tensor;

/**
 * A ragged batch: samples one after another, never padded.
 *
 * @param tokenIds of all samples; {@link #IMAGE} stands for an image's visual tokens, and what is
 *     {@link #GUIDE} or below guides the router in place of the sample's prompt
 * @param labels by position; {@link #IGNORE} if nothing is to be learned there
 * @param lengths tokens of each sample
 * @param pixels [images, 3 * size * size], normalised, channel first
 * @param imageSamples sample of each image, ascending; an image whose sample has no image token is
 *     computed and leaves no trace in the sequence
 */
public record Batch(
    int[] tokenIds, int[] labels, int[] lengths, Tensor pixels, int[] imageSamples) {
  /** Token id that stands for an image. */
  public static final int IMAGE = -200;

  /** Less a token's id, it stands for that token where the router alone reads it. */
  public static final int GUIDE = -1000;

  /** Label of a position that is not supervised. */
  public static final int IGNORE = -100;

  public Batch {
    int total = Arrays.stream(lengths).sum();
    if (tokenIds.length != total || labels.length != total) {
      throw new IllegalArgumentException(
          "Invalid batch: %d token ids and %d labels (must be %d, the sum of the lengths)"
              .formatted(tokenIds.length, labels.length, total));
    }
    if (pixels.rows() != imageSamples.length) {
      throw new IllegalArgumentException(
          "Invalid batch: %d images (must be %d, as many as have a sample)"
              .formatted(pixels.rows(), imageSamples.length));
    }
    for (int i = 0; i < imageSamples.length; i++) {
      if (imageSamples[i] < (i == 0 ? 0 : imageSamples[i - 1])
          || imageSamples[i] >= lengths.length) {
        throw new IllegalArgumentException(
            "Invalid image samples: "
                + Arrays.toString(imageSamples)
                + " (must ascend within 0 to "
                + (lengths.length - 1)
                + ")");
      }
    }
  }

  /**
   * A batch of images one after another.
   *
   * @param pixels each image [3, size, size], normalised; copied
   */
  public Batch(int[] tokenIds, int[] labels, int[] lengths, float[] pixels, int[] imageSamples) {
    this(
        tokenIds,
        labels,
        lengths,
        Tensor.of(imageSamples.length, pixels.length / Math.max(1, imageSamples.length), pixels),
        imageSamples);
  }

  /** A batch of text alone. */
  public static Batch ofText(int[] tokenIds, int[] labels, int[] lengths) {
    return new Batch(tokenIds, labels, lengths, new float[0], new int[0]);
  }

  /** One prompt, with an image that was looked at before if it has one. */
  static Batch ofPrompt(int[] tokenIds, boolean image) {
    int[] labels = new int[tokenIds.length];
    Arrays.fill(labels, IGNORE);
    int[] images = new int[image ? 1 : 0];
    return new Batch(
        tokenIds, labels, new int[] {tokenIds.length}, Tensor.allocate(images.length, 0), images);
  }

  /** Whether a token id guides the router alone. */
  static boolean isGuide(int tokenId) {
    return tokenId <= GUIDE;
  }

  /** Whether a sample has a token that stands for an image, by sample. */
  public boolean[] showsImage() {
    boolean[] shows = new boolean[lengths.length];
    int at = 0;
    for (int sample = 0; sample < lengths.length; sample++) {
      for (int end = at + lengths[sample]; at < end; at++) {
        shows[sample] |= tokenIds[at] == IMAGE;
      }
    }
    return shows;
  }

  public int samples() {
    return lengths.length;
  }

  public int images() {
    return imageSamples.length;
  }
}
