package parrot.model.network;

import java.util.Arrays;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.Arena;
import parrot.model.tensor.Tensor;

/** The first token of each image among those of the vision tower, for projectors without it. */
final class ClassTokens {
  private ClassTokens() {}

  /**
   * @param features (I * tokens, n)
   * @return (I * (tokens - 1), n)
   */
  static Tensor without(Kernels kernels, Arena arena, Tensor features, int tokens) {
    int images = features.rows() / tokens;
    Tensor patches = arena.take(images * (tokens - 1), features.columns());
    kernels.gather(patches, features, patchRows(images, tokens));
    return patches;
  }

  /**
   * @param dpatches gradient of patches (I * (tokens - 1), n)
   * @return (I * tokens, n), zero for class tokens
   */
  static Tensor with(Kernels kernels, Arena arena, Tensor dpatches, int tokens) {
    int images = dpatches.rows() / (tokens - 1);
    Tensor all = arena.take(images * tokens, dpatches.columns());
    kernels.fill(all, 0);
    kernels.scatter(all, dpatches, patchRows(images, tokens));
    return all;
  }

  private static int[] patchRows(int images, int tokens) {
    int patches = tokens - 1;
    int[] rows = new int[images * patches];
    Arrays.setAll(rows, i -> i / patches * tokens + 1 + i % patches);
    return rows;
  }
}
