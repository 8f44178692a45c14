package parrot.model.dl4j;

import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import parrot.model.network.Batch;
import parrot.model.tensor.Tensor;

/**
 * A ragged batch as arrays that DL4J can carry. The network never sees the padding.
 *
 * <table>
 * <caption>Features</caption>
 * <tr><td>tokens</td><td>int32 [B, T]</td><td>token ids, padded with 0</td></tr>
 * <tr><td>targets</td><td>int32 [B, T]</td><td>labels, padded with -100</td></tr>
 * <tr><td>samples</td><td>int32 [B, 3]</td><td>length, images, language index</td></tr>
 * <tr><td>pixels</td><td>float32 [max(1, images), n]</td><td>a zero row if there is no image
 * </td></tr>
 * </table>
 *
 * <p>The labels array of DL4J, [B, 1], is zero and never read: supervision is in {@code targets}.
 */
public final class BatchBridge {
  /** Names of the graph's inputs, in order. */
  public static final List<String> INPUTS = List.of("tokens", "targets", "samples", "pixels");

  private BatchBridge() {}

  /**
   * Copies a batch into arrays.
   *
   * @param languages language index of each sample
   */
  public static MultiDataSet dataSet(Batch batch, int[] languages) {
    int samples = batch.samples();
    if (samples == 0 || languages.length != samples) {
      throw new IllegalArgumentException(
          "Cannot carry a batch: "
              + samples
              + " samples and "
              + languages.length
              + " languages (expected as many, at least one)");
    }
    int longest = Arrays.stream(batch.lengths()).max().orElse(0);
    int[][] tokens = new int[samples][longest];
    int[][] targets = new int[samples][longest];
    int[][] facts = new int[samples][3];
    int from = 0;
    for (int i = 0; i < samples; i++) {
      int length = batch.lengths()[i];
      System.arraycopy(batch.tokenIds(), from, tokens[i], 0, length);
      Arrays.fill(targets[i], Batch.IGNORE);
      System.arraycopy(batch.labels(), from, targets[i], 0, length);
      facts[i][0] = length;
      facts[i][2] = languages[i];
      from += length;
    }
    for (int sample : batch.imageSamples()) {
      facts[sample][1]++;
    }
    int images = batch.images();
    INDArray pixels =
        images == 0
            ? Nd4j.zeros(DataType.FLOAT, 1, 1)
            : Nd4j.createUninitialized(DataType.FLOAT, images, batch.pixels().columns());
    if (images > 0) {
      FloatVector.of(pixels)
          .read(0, Math.toIntExact(pixels.length()))
          .put(0, batch.pixels().buffer(), 0, Math.toIntExact(Float.BYTES * pixels.length()));
    }
    return new MultiDataSet(
        new INDArray[] {
          Nd4j.createFromArray(tokens),
          Nd4j.createFromArray(targets),
          Nd4j.createFromArray(facts),
          pixels
        },
        new INDArray[] {Nd4j.zeros(DataType.FLOAT, samples, 1)});
  }

  /** The batch that {@link #dataSet} carries; its pixels are the array's own memory. */
  public static Batch batch(INDArray[] features) {
    int[][] facts = features[2].toIntMatrix();
    int[][] tokens = features[0].toIntMatrix();
    int[][] targets = features[1].toIntMatrix();
    int[] lengths = new int[facts.length];
    int total = 0;
    int images = 0;
    for (int i = 0; i < facts.length; i++) {
      lengths[i] = facts[i][0];
      total += facts[i][0];
      images += facts[i][1];
    }
    int[] tokenIds = new int[total];
    int[] labels = new int[total];
    int[] imageSamples = new int[images];
    int at = 0;
    int image = 0;
    for (int i = 0; i < facts.length; i++) {
      System.arraycopy(tokens[i], 0, tokenIds, at, lengths[i]);
      System.arraycopy(targets[i], 0, labels, at, lengths[i]);
      at += lengths[i];
      for (int j = 0; j < facts[i][1]; j++) {
        imageSamples[image++] = i;
      }
    }
    Tensor pixels =
        images == 0
            ? Tensor.allocate(0, 0)
            : FloatVector.of(features[3])
                .window(0, Math.toIntExact(features[3].length()))
                .reshape(images, Math.toIntExact(features[3].length() / images));
    return new Batch(tokenIds, labels, lengths, pixels, imageSamples);
  }

  /** Language index of each sample. */
  public static int[] languages(INDArray[] features) {
    int[][] facts = features[2].toIntMatrix();
    return Arrays.stream(facts).mapToInt(fact -> fact[2]).toArray();
  }
}
