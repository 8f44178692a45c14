package parrot.model.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LowRankTest {
  private static final int ROWS = 5;
  private static final int COLUMNS = 7;
  private static final int RANK = 3;

  @TempDir Path folder;

  @Test
  void isTheSameWhateverThePiecesThatItIsAddedTo() throws IOException {
    Path file = folder.resolve("factors.safetensors");
    Random random = new Random(1);
    try (OutputStream stream = Files.newOutputStream(file)) {
      new SafetensorsWriter(DataType.F32)
          .write(
              stream,
              List.of(
                  new TensorSpec("a", new int[] {RANK, COLUMNS}, true),
                  new TensorSpec("b", new int[] {ROWS, RANK}, true)),
              (tensor, sink) -> {
                float[] values = new float[tensor.length()];
                for (int i = 0; i < values.length; i++) {
                  values[i] = (float) random.nextGaussian();
                }
                sink.accept(0, values, values.length);
              });
    }
    try (StoredTensors factors =
        TensorFile.open(new org.apache.hadoop.fs.Path(file.toUri()), new Configuration())) {
      LowRank change = new LowRank(false, RANK, 0.5f);
      change.add("A", new FileTensor(factors, "a"));
      change.add("B", new FileTensor(factors, "b"));
      float[] a = factors.read("a");
      float[] b = factors.read("b");
      float[] whole = added(change, ROWS * COLUMNS);
      for (int i = 0; i < whole.length; i++) {
        double product = 0;
        for (int k = 0; k < RANK; k++) {
          product += (double) b[i / COLUMNS * RANK + k] * a[k * COLUMNS + i % COLUMNS];
        }
        assertThat((double) whole[i]).isCloseTo(1 + 0.5 * product, offset(1e-6));
      }
      for (int piece : new int[] {1, 3, 8, 20}) {
        assertThat(added(change, piece)).isEqualTo(whole);
      }
    }
  }

  /** Ones, and what the change makes of them. */
  private static float[] added(LowRank change, int piece) {
    float[] result = new float[ROWS * COLUMNS];
    FloatSink sink =
        change.addedBefore(
            (offset, values, count) -> System.arraycopy(values, 0, result, (int) offset, count),
            new int[] {ROWS, COLUMNS});
    float[] ones = new float[piece];
    Arrays.fill(ones, 1);
    for (int from = 0; from < result.length; from += piece) {
      sink.accept(from, ones, Math.min(piece, result.length - from));
    }
    return result;
  }
}
