package parrot.model.kernel;

import parrot.model.tensor.Tensor;

/** Walks tensors of one shape in runs of values that lie without gaps in all of them. */
final class Spans {
  /** Values of one run: enough to forget the call, few enough to share out. */
  private static final int LENGTH = 1 << 13;

  private Spans() {}

  interface Span {
    /** Handles {@code count} values from this place on. */
    void run(int row, int column, int count);
  }

  static void forEach(Workers workers, Span span, Tensor... tensors) {
    Tensor shape = tensors[0];
    if (shape.size() == 0) {
      return;
    }
    if (contiguous(tensors)) {
      int size = Math.toIntExact(shape.size());
      workers.split(
          (size + LENGTH - 1) / LENGTH,
          (long) LENGTH * tensors.length,
          (from, to) -> {
            for (int block = from; block < to; block++) {
              span.run(0, block * LENGTH, Math.min(LENGTH, size - block * LENGTH));
            }
          });
    } else {
      workers.split(
          shape.rows(),
          (long) shape.columns() * tensors.length,
          (from, to) -> {
            for (int row = from; row < to; row++) {
              span.run(row, 0, shape.columns());
            }
          });
    }
  }

  /** Offset of a value, in bytes. */
  static int at(Tensor tensor, int row, int column) {
    return 4 * (row * tensor.stride() + column);
  }

  private static boolean contiguous(Tensor... tensors) {
    for (Tensor tensor : tensors) {
      if (!tensor.isContiguous()) {
        return false;
      }
    }
    return true;
  }
}
