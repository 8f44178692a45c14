package parrot.benchmarks.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import parrot.model.config.ParrotConfig;
import parrot.model.network.Batch;

/** A batch as the published code sees it: every sample as long as the longest. */
final class PaddedBatch {
  final int samples;
  final int longest; // T, visual tokens included
  final Tensor pixels; // (I, 3, size, size), null without images
  final Tensor targets; // (B * T), the next token of each position, -100 where none counts
  final Tensor mask; // (1 or B, 1, T, T), 0 or minus infinity
  final List<List<Piece>> pieces = new ArrayList<>(); // by sample
  final Tensor[] prompts; // by image, token ids (n)

  /**
   * A piece of a sample: token ids (n), or an image.
   *
   * @param ids null if it is an image
   */
  record Piece(Tensor ids, int image) {}

  PaddedBatch(ParrotConfig config, Batch batch) {
    this(config, batch, ScalarType.Float);
  }

  /**
   * @param type of the pixels
   */
  PaddedBatch(ParrotConfig config, Batch batch, ScalarType type) {
    samples = batch.samples();
    int visual = config.visualTokens();
    int[] rows = new int[samples];
    int[][] labels = new int[samples][];
    prompts = new Tensor[batch.images()];
    int at = 0;
    int image = 0;
    for (int sample = 0; sample < samples; sample++) {
      int end = at + batch.lengths()[sample];
      int[] ids = Arrays.copyOfRange(batch.tokenIds(), at, end);
      int[] given = Arrays.copyOfRange(batch.labels(), at, end);
      labels[sample] = new int[ids.length + batch.images() * visual];
      List<Piece> sequence = new ArrayList<>();
      int from = 0;
      for (int i = 0; i <= ids.length; i++) {
        if (i < ids.length && ids[i] != Batch.IMAGE) {
          labels[sample][rows[sample]++] = given[i];
          continue;
        }
        if (i > from) {
          sequence.add(new Piece(longs(Arrays.copyOfRange(ids, from, i)), -1));
        }
        if (i < ids.length) {
          Arrays.fill(labels[sample], rows[sample], rows[sample] + visual, Batch.IGNORE);
          rows[sample] += visual;
          prompts[image] = longs(prompt(ids, given));
          sequence.add(new Piece(null, image++));
        }
        from = i + 1;
      }
      pieces.add(sequence);
      at = end;
    }
    longest = Arrays.stream(rows).max().orElseThrow();
    targets = targets(labels, rows);
    mask = mask(rows);
    int size = config.vision().imageSize();
    pixels =
        batch.images() == 0
            ? null
            : floats(batch.pixels().toArray()).view(-1, 3, size, size).to(type);
  }

  /** What is neither supervised nor an image. */
  private static int[] prompt(int[] ids, int[] labels) {
    int[] prompt = new int[ids.length];
    int count = 0;
    for (int i = 0; i < ids.length; i++) {
      if (labels[i] == Batch.IGNORE && ids[i] != Batch.IMAGE) {
        prompt[count++] = ids[i];
      }
    }
    return Arrays.copyOf(prompt, count);
  }

  private Tensor targets(int[][] labels, int[] rows) {
    int[] next = new int[samples * longest];
    Arrays.fill(next, Batch.IGNORE);
    for (int sample = 0; sample < samples; sample++) {
      System.arraycopy(labels[sample], 1, next, sample * longest, rows[sample] - 1);
    }
    return longs(next);
  }

  private Tensor mask(int[] rows) {
    Tensor causal = Ops.causalMask(longest);
    if (Arrays.stream(rows).allMatch(count -> count == longest)) {
      return causal;
    }
    Tensor padding = torch.zeros(samples, 1, 1, longest);
    FloatPointer values = padding.data_ptr_float();
    for (int sample = 0; sample < samples; sample++) {
      for (int i = rows[sample]; i < longest; i++) {
        values.put((long) sample * longest + i, Float.NEGATIVE_INFINITY);
      }
    }
    return causal.add(padding);
  }

  private static Tensor longs(int[] values) {
    Tensor tensor = torch.empty(values.length).to(ScalarType.Long);
    LongPointer data = tensor.data_ptr_long();
    data.put(Arrays.stream(values).asLongStream().toArray());
    return tensor;
  }

  private static Tensor floats(float[] values) {
    Tensor tensor = torch.empty(values.length);
    tensor.data_ptr_float().put(values);
    return tensor;
  }
}
