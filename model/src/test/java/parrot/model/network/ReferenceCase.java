package parrot.model.network;

import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.model.weights.ModelFolder;
import parrot.model.weights.Safetensors;

/** A small model, a batch for it, and what the independent implementation made of both. */
final class ReferenceCase implements AutoCloseable {
  final ModelFolder folder;
  final Safetensors inputs;
  final Safetensors expected;

  private ReferenceCase(ModelFolder folder, Safetensors inputs, Safetensors expected) {
    this.folder = folder;
    this.inputs = inputs;
    this.expected = expected;
  }

  static ReferenceCase open(String name) {
    Path folder =
        new Path(ReferenceCase.class.getResource("/reference/network/" + name).toString());
    Configuration configuration = new Configuration(false);
    return new ReferenceCase(
        ModelFolder.open(folder, configuration),
        Safetensors.open(new Path(folder, "inputs.safetensors"), configuration),
        Safetensors.open(new Path(folder, "expected.safetensors"), configuration));
  }

  float[] expected(String tensor) {
    return expected.read(tensor);
  }

  int[] row(String tensor, String lengths, int sample) {
    int width = inputs.shape(tensor)[1];
    int length = (int) inputs.readLongs(lengths)[sample];
    long[] all = inputs.readLongs(tensor);
    int[] row = new int[length];
    Arrays.setAll(row, i -> (int) all[sample * width + i]);
    return row;
  }

  float[] pixels(int sample) {
    float[] all = inputs.read("pixel_values");
    int size = all.length / inputs.shape("pixel_values")[0];
    return Arrays.copyOfRange(all, sample * size, (sample + 1) * size);
  }

  Batch batch() {
    int samples = inputs.shape("input_ids")[0];
    int[] lengths = new int[samples];
    int[][] ids = new int[samples][];
    int[][] labels = new int[samples][];
    for (int sample = 0; sample < samples; sample++) {
      ids[sample] = row("input_ids", "lengths", sample);
      labels[sample] = row("labels", "lengths", sample);
      lengths[sample] = ids[sample].length;
    }
    int[] images = new int[samples];
    Arrays.setAll(images, i -> i);
    return new Batch(concat(ids), concat(labels), lengths, inputs.read("pixel_values"), images);
  }

  private static int[] concat(int[][] rows) {
    return Arrays.stream(rows).flatMapToInt(Arrays::stream).toArray();
  }

  @Override
  public void close() {
    folder.close();
    inputs.close();
    expected.close();
  }
}
