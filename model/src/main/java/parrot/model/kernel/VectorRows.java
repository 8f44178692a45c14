package parrot.model.kernel;

import static parrot.model.kernel.VectorMath.WIDTH;
import static parrot.model.kernel.VectorMath.covered;
import static parrot.model.kernel.VectorMath.load;
import static parrot.model.kernel.VectorMath.store;

import java.nio.ByteBuffer;
import jdk.incubator.vector.FloatVector;
import parrot.model.tensor.Tensor;

/** Rows that move: lookups, rotary embedding, patches. */
final class VectorRows {
  private VectorRows() {}

  static void gather(Workers workers, Tensor y, Tensor table, int[] rows) {
    workers.split(
        rows.length,
        2L * y.columns(),
        (from, to) -> {
          for (int i = from; i < to; i++) {
            if (rows[i] >= 0) {
              copyRow(y, i, table, rows[i]);
            }
          }
        });
  }

  /** On one thread, because equal rows add up. */
  static void gatherBackward(Tensor dtable, Tensor dy, int[] rows) {
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] >= 0) {
        VectorElementwise.add(
            dtable.buffer(),
            Spans.at(dtable, rows[i], 0),
            dy.buffer(),
            Spans.at(dy, i, 0),
            dy.columns(),
            1);
      }
    }
  }

  static void scatter(Workers workers, Tensor y, Tensor x, int[] rows) {
    workers.split(
        rows.length,
        2L * x.columns(),
        (from, to) -> {
          for (int i = from; i < to; i++) {
            if (rows[i] >= 0) {
              copyRow(y, rows[i], x, i);
            }
          }
        });
  }

  private static void copyRow(Tensor y, int yRow, Tensor x, int xRow) {
    y.buffer().put(Spans.at(y, yRow, 0), x.buffer(), Spans.at(x, xRow, 0), 4 * x.columns());
  }

  static void rotate(
      Workers workers,
      Tensor x,
      Tensor cosine,
      Tensor sine,
      int[] positions,
      int headSize,
      boolean inverse) {
    workers.split(
        x.rows(),
        3L * x.columns(),
        (from, to) -> {
          for (int i = from; i < to; i++) {
            rotateRow(
                x.buffer(),
                Spans.at(x, i, 0),
                cosine.buffer(),
                Spans.at(cosine, positions[i], 0),
                sine.buffer(),
                Spans.at(sine, positions[i], 0),
                x.columns() / headSize,
                headSize / 2,
                inverse ? -1 : 1);
          }
        });
  }

  private static void rotateRow(
      ByteBuffer x,
      int xAt,
      ByteBuffer cosine,
      int cosineAt,
      ByteBuffer sine,
      int sineAt,
      int heads,
      int half,
      float direction) {
    int end = covered(half);
    int j = 0;
    for (; j < end; j += WIDTH) {
      FloatVector c = load(cosine, cosineAt + 4 * j);
      FloatVector s = load(sine, sineAt + 4 * j).mul(direction);
      for (int head = 0; head < heads; head++) {
        int leftAt = xAt + 4 * (2 * half * head + j);
        int rightAt = leftAt + 4 * half;
        FloatVector left = load(x, leftAt);
        FloatVector right = load(x, rightAt);
        store(left.mul(c).sub(right.mul(s)), x, leftAt);
        store(right.mul(c).add(left.mul(s)), x, rightAt);
      }
    }
    for (; j < half; j++) {
      float c = cosine.getFloat(cosineAt + 4 * j);
      float s = sine.getFloat(sineAt + 4 * j) * direction;
      for (int head = 0; head < heads; head++) {
        int leftAt = xAt + 4 * (2 * half * head + j);
        int rightAt = leftAt + 4 * half;
        float left = x.getFloat(leftAt);
        float right = x.getFloat(rightAt);
        x.putFloat(leftAt, left * c - right * s);
        x.putFloat(rightAt, right * c + left * s);
      }
    }
  }

  static void patches(Workers workers, Tensor patches, Tensor pixels, int size, int patch) {
    int grid = size / patch;
    workers.split(
        patches.rows(),
        2L * patches.columns(),
        (from, to) -> {
          for (int i = from; i < to; i++) {
            int top = i / grid % grid * patch;
            int left = i % grid * patch;
            for (int line = 0; line < 3 * patch; line++) {
              int row = line / patch * size + top + line % patch;
              patches
                  .buffer()
                  .put(
                      Spans.at(patches, i, line * patch),
                      pixels.buffer(),
                      Spans.at(pixels, i / (grid * grid), row * size + left),
                      4 * patch);
            }
          }
        });
  }
}
