package parrot.model.layer;

import parrot.model.kernel.Kernels;
import parrot.model.tensor.Arena;
import parrot.model.tensor.Tensor;

/**
 * The images that an expert computes for. Tensors of all images have I blocks of rows, tensors of
 * the chosen ones n; where all are chosen they are the same and nothing moves.
 */
final class Chosen {
  private final int[] images; // n; null for all
  private final int all; // I

  private Chosen(int[] images, int all) {
    this.images = images;
    this.all = all;
  }

  static Chosen everything(int all) {
    return new Chosen(null, all);
  }

  /**
   * @param images ascending
   * @param all how many there are
   */
  static Chosen of(int[] images, int all) {
    return images.length == all ? everything(all) : new Chosen(images, all);
  }

  boolean isEverything() {
    return images == null;
  }

  boolean isNothing() {
    return count() == 0;
  }

  int count() {
    return images == null ? all : images.length;
  }

  /** As many of the first rows as belong to the chosen. */
  Tensor room(Tensor scratch) {
    return isEverything() ? scratch : scratch.rows(0, scratch.rows() / all * count());
  }

  /** The blocks of the chosen, copied one behind the other. */
  Tensor gather(Kernels kernels, Arena arena, Tensor from) {
    if (isEverything()) {
      return from;
    }
    Tensor some = arena.take(from.type(), from.rows() / all * count(), from.columns());
    kernels.gather(blocks(some, count()), blocks(from, all), images);
    return some;
  }

  /** Adds blocks of the chosen to their places; both float32. */
  void add(Kernels kernels, Tensor to, Tensor some) {
    kernels.gatherBackward(blocks(to, all), blocks(some, count()), images);
  }

  /** Writes blocks of the chosen to their places. */
  void write(Kernels kernels, Tensor to, Tensor some) {
    kernels.scatter(blocks(to, all), blocks(some, count()), images);
  }

  private static Tensor blocks(Tensor rows, int count) {
    return rows.rows() == count ? rows : rows.reshape(count, rows.rows() / count * rows.columns());
  }
}
