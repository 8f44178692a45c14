package parrot.model.kernel.cpu;

import static parrot.model.kernel.cpu.VectorMath.WIDTH;
import static parrot.model.kernel.cpu.VectorMath.covered;
import static parrot.model.kernel.cpu.VectorMath.load;
import static parrot.model.kernel.cpu.VectorMath.store;

import java.nio.ByteBuffer;
import jdk.incubator.vector.FloatVector;
import parrot.model.tensor.ElementType;
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
        Tensor sum = dtable.hasBuffer() ? dtable : dtable.rows(rows[i], rows[i] + 1);
        int row = dtable.hasBuffer() ? rows[i] : 0;
        VectorElementwise.add(
            sum.buffer(), sum.at(row, 0), dy.buffer(), dy.at(i, 0), dy.columns(), 1);
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
    if (!x.hasBuffer()) {
      copyRow(y, yRow, x.rows(xRow, xRow + 1), 0);
      return;
    }
    int yAt = y.at(yRow, 0);
    int xAt = x.at(xRow, 0);
    int count = x.columns();
    if (y.type() == x.type()) {
      y.buffer().put(yAt, x.buffer(), xAt, x.type().bytes() * count);
    } else if (y.type() == ElementType.F32) {
      Bf16.widen(y.buffer(), yAt, x.buffer(), xAt, count);
    } else {
      Bf16.narrow(y.buffer(), yAt, x.buffer(), xAt, count);
    }
  }

  static void rotate(
      Workers workers,
      Tensor x,
      Tensor cosine,
      Tensor sine,
      int[] positions,
      int headSize,
      boolean inverse) {
    Spans.forEachRow(
        workers,
        3L * x.columns(),
        run ->
            rotateRow(
                run.buffer(0),
                run.at(0),
                cosine.buffer(),
                cosine.at(positions[run.row()], 0),
                sine.buffer(),
                sine.at(positions[run.row()], 0),
                x.columns() / headSize,
                headSize / 2,
                inverse ? -1 : 1),
        Spans.inout(x));
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
    Spans.forEachRow(
        workers,
        2L * patches.columns(),
        run -> {
          int top = run.row() / grid % grid * patch;
          int left = run.row() % grid * patch;
          int image = run.row() / (grid * grid);
          for (int line = 0; line < 3 * patch; line++) {
            int row = line / patch * size + top + line % patch;
            run.buffer(0)
                .put(
                    run.at(0) + 4 * line * patch,
                    pixels.buffer(),
                    pixels.at(image, row * size + left),
                    4 * patch);
          }
        },
        Spans.out(patches));
  }
}
