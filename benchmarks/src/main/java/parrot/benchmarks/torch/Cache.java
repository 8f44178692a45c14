package parrot.benchmarks.torch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import parrot.model.config.ParrotConfig;

/** Keys and values of sequences of one length by layer, in memory that is allocated once. */
final class Cache {
  private final List<Tensor> keys = new ArrayList<>(); // each (B, K, capacity, h)
  private final List<Tensor> values = new ArrayList<>(); // each (B, K, capacity, h)
  private long length;

  Cache(ParrotConfig config, int sequences, int capacity, ScalarType type) {
    long heads = config.decoder().numKeyValueHeads();
    for (int layer = 0; layer < config.decoder().numHiddenLayers(); layer++) {
      keys.add(torch.zeros(sequences, heads, capacity, config.decoder().headSize()).to(type));
      values.add(torch.zeros(sequences, heads, capacity, config.decoder().headSize()).to(type));
    }
  }

  long length() {
    return length;
  }

  /** Appends keys (B, K, n, h) and returns all of the layer. */
  Tensor keys(int layer, Tensor next) {
    return append(keys.get(layer), next);
  }

  Tensor values(int layer, Tensor next) {
    return append(values.get(layer), next);
  }

  private Tensor append(Tensor all, Tensor next) {
    long n = next.size(2);
    all.narrow(2, length, n).copy_(next);
    return all.narrow(2, 0, length + n);
  }

  void advance(long tokens) {
    length += tokens;
  }

  void clear() {
    length = 0;
  }
}
