package parrot.jobs.parity;

import java.util.Arrays;
import parrot.model.network.Batch;
import parrot.model.weights.Safetensors;

/** The padded inputs of a network case, without their padding. */
final class NetworkInputs {
  private final Safetensors file;

  NetworkInputs(Safetensors file) {
    this.file = file;
  }

  int samples() {
    return file.shape("input_ids")[0];
  }

  /** All samples; each has an image, even without an image token. */
  Batch batch() {
    int samples = samples();
    int[] lengths = new int[samples];
    int[][] ids = new int[samples][];
    int[][] labels = new int[samples][];
    int[] images = new int[samples];
    for (int sample = 0; sample < samples; sample++) {
      ids[sample] = row("input_ids", "lengths", sample);
      labels[sample] = row("labels", "lengths", sample);
      lengths[sample] = ids[sample].length;
      images[sample] = sample;
    }
    return new Batch(
        concatenate(ids), concatenate(labels), lengths, file.read("pixel_values"), images);
  }

  int[] prompt(int sample) {
    return row("prompt_ids", "prompt_lengths", sample);
  }

  /** The image that a prompt shows [3, S, S]; null where it shows none. */
  float[] promptPixels(int sample) {
    if (Arrays.stream(prompt(sample)).noneMatch(id -> id == Batch.IMAGE)) {
      return null;
    }
    float[] all = file.read("pixel_values");
    int size = all.length / file.shape("pixel_values")[0];
    return Arrays.copyOfRange(all, sample * size, (sample + 1) * size);
  }

  private int[] row(String tensor, String lengths, int sample) {
    int[] shape = file.shape(tensor);
    long length = file.readLongs(lengths)[sample];
    if (shape.length != 2 || length < 1 || length > shape[1]) {
      throw new IllegalArgumentException(
          "Invalid %s: sample %d has %d tokens of %s (must be one row a sample, at least one token)"
              .formatted(tensor, sample, length, Arrays.toString(shape)));
    }
    long[] all = file.readLongs(tensor);
    int[] row = new int[(int) length];
    Arrays.setAll(row, i -> Math.toIntExact(all[sample * shape[1] + i]));
    return row;
  }

  private static int[] concatenate(int[][] rows) {
    return Arrays.stream(rows).flatMapToInt(Arrays::stream).toArray();
  }
}
