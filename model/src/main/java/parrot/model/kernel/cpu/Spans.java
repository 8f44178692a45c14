package parrot.model.kernel.cpu;

import java.nio.ByteBuffer;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * Walks tensors of one shape in runs of values that lie without gaps in all of them.
 *
 * <p>A run is float32 whatever the tensors are: bfloat16 values are widened on the way in and
 * rounded on the way out, in memory that stays in the first cache of the core. So every loop is
 * written once, and costs little more on half the bytes.
 */
final class Spans {
  /** Values of one run: enough to forget the call, few enough to stay in the cache. */
  private static final int LENGTH = 1 << 12;

  private Spans() {}

  /** How a run uses an operand. */
  enum Access {
    READ,
    WRITE,
    UPDATE
  }

  record Operand(Tensor tensor, Access access) {}

  static Operand in(Tensor tensor) {
    return new Operand(tensor, Access.READ);
  }

  static Operand out(Tensor tensor) {
    return new Operand(tensor, Access.WRITE);
  }

  static Operand inout(Tensor tensor) {
    return new Operand(tensor, Access.UPDATE);
  }

  interface Span {
    void run(Run run);
  }

  /** Some neighbouring values of each operand. */
  static final class Run {
    private static final ThreadLocal<Run> OF_THREAD = ThreadLocal.withInitial(Run::new);

    private final Tensor[] scratch = new Tensor[6];
    private final ByteBuffer[] buffers = new ByteBuffer[6];
    private final int[] offsets = new int[6];
    private int row;
    private int count;

    /** Float32 values of an operand. */
    ByteBuffer buffer(int operand) {
      return buffers[operand];
    }

    /** Where they begin, in bytes. */
    int at(int operand) {
      return offsets[operand];
    }

    int row() {
      return row;
    }

    int count() {
      return count;
    }

    private void execute(Span span, Operand[] operands, int row, int column, int count) {
      this.row = row;
      this.count = count;
      for (int i = 0; i < operands.length; i++) {
        Tensor tensor = operands[i].tensor;
        int at = tensor.at(row, column);
        if (tensor.type() == ElementType.F32) {
          buffers[i] = tensor.buffer();
          offsets[i] = at;
          continue;
        }
        buffers[i] = scratch(i, count);
        offsets[i] = 0;
        if (operands[i].access != Access.WRITE) {
          Bf16.widen(buffers[i], 0, tensor.buffer(), at, count);
        }
      }
      span.run(this);
      for (int i = 0; i < operands.length; i++) {
        Tensor tensor = operands[i].tensor;
        if (tensor.type() == ElementType.BF16 && operands[i].access != Access.READ) {
          Bf16.narrow(tensor.buffer(), tensor.at(row, column), buffers[i], 0, count);
        }
      }
    }

    private ByteBuffer scratch(int operand, int values) {
      if (scratch[operand] == null || scratch[operand].columns() < values) {
        scratch[operand] = Tensor.allocate(1, Math.max(values, LENGTH));
      }
      return scratch[operand].buffer();
    }
  }

  /** Covers all values in runs of any length. */
  static void forEach(Workers workers, Span span, Operand... operands) {
    Tensor shape = operands[0].tensor;
    if (shape.size() == 0) {
      return;
    }
    if (!contiguous(operands)) {
      forEachRow(workers, (long) shape.columns() * operands.length, span, operands);
      return;
    }
    int size = Math.toIntExact(shape.size());
    workers.split(
        (size + LENGTH - 1) / LENGTH,
        (long) LENGTH * operands.length,
        (from, to) -> {
          Run run = Run.OF_THREAD.get();
          for (int block = from; block < to; block++) {
            int start = block * LENGTH;
            run.execute(span, operands, 0, start, Math.min(LENGTH, size - start));
          }
        });
  }

  /**
   * Covers all values in runs of one row.
   *
   * @param cost of a row, in values read or written
   */
  static void forEachRow(Workers workers, long cost, Span span, Operand... operands) {
    Tensor shape = operands[0].tensor;
    workers.split(
        shape.rows(),
        cost,
        (from, to) -> {
          Run run = Run.OF_THREAD.get();
          for (int row = from; row < to; row++) {
            run.execute(span, operands, row, 0, shape.columns());
          }
        });
  }

  /** One run, by the calling thread. */
  static void forPart(Span span, int row, int column, int count, Operand... operands) {
    Run.OF_THREAD.get().execute(span, operands, row, column, count);
  }

  private static boolean contiguous(Operand[] operands) {
    for (Operand operand : operands) {
      if (!operand.tensor.isContiguous()) {
        return false;
      }
    }
    return true;
  }
}
