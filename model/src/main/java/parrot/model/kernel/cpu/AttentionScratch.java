package parrot.model.kernel.cpu;

import java.util.List;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * What one worker needs for one block of queries. Scores and their gradients are float32;
 * probabilities are rounded if the inputs are, to enter the next product.
 */
final class AttentionScratch {
  /** Scores of one block: small enough to stay in the cache of a core. */
  private static final int SCORES = 1 << 16;

  private static final int LEAST_ROWS = 16;

  private final Memory[] memories = {
    new Memory(),
    new Memory(),
    new Memory(),
    new Memory(),
    new Memory(),
    new Memory(),
    new Memory(),
    new Memory()
  };
  private final float[] shiftAndSum = new float[2];
  private List<Object> reserved = List.of();
  private int rows;
  private int stride;
  private Tensor scores; // (rows, stride)
  private Tensor sums; // (1, rows) of exponentials
  private Tensor weighted; // (rows, headSize), values by exponentials
  private Tensor slopes; // (rows, stride)
  private Tensor probabilities; // (rows, stride), of the inputs' type
  private Tensor scoreSlopes; // (rows, stride), of the inputs' type
  private Tensor dkeys; // (keys, headSize)
  private Tensor dvalues; // (keys, headSize)

  /** Makes room for the blocks of one head. */
  void reserve(ElementType type, int queries, int keys, int headSize, boolean backward) {
    List<Object> wanted = List.of(type, queries, keys, headSize, backward);
    if (wanted.equals(reserved)) {
      return;
    }
    reserved = wanted;
    boolean rounds = type == ElementType.BF16;
    stride = VectorScores.padded(keys);
    int fitting = SCORES / Math.max(1, stride);
    rows = Math.max(1, Math.min(queries, Math.max(LEAST_ROWS, fitting)));
    scores = memories[0].take(ElementType.F32, rows, stride);
    probabilities = rounds ? memories[1].take(type, rows, stride) : scores;
    sums = memories[6].take(ElementType.F32, 1, rows);
    weighted = memories[7].take(ElementType.F32, rows, headSize);
    if (backward) {
      slopes = memories[2].take(ElementType.F32, rows, stride);
      scoreSlopes = rounds ? memories[3].take(type, rows, stride) : slopes;
      dkeys = memories[4].take(ElementType.F32, keys, headSize);
      dvalues = memories[5].take(ElementType.F32, keys, headSize);
    }
  }

  int rows() {
    return rows;
  }

  int stride() {
    return stride;
  }

  Tensor scores() {
    return scores;
  }

  Tensor sums() {
    return sums;
  }

  /** Of the exponentials of one row. */
  float[] shiftAndSum() {
    return shiftAndSum;
  }

  Tensor weighted() {
    return weighted;
  }

  Tensor slopes() {
    return slopes;
  }

  Tensor probabilities() {
    return probabilities;
  }

  Tensor scoreSlopes() {
    return scoreSlopes;
  }

  Tensor dkeys() {
    return dkeys;
  }

  Tensor dvalues() {
    return dvalues;
  }

  /** Divides the weighted values of a block by their sums and stores them where they belong. */
  void storeWeighted(Tensor out, int row, int column, int count) {
    for (int i = 0; i < count; i++) {
      VectorElementwise.scale(
          weighted.buffer(), weighted.at(i, 0), weighted.columns(), 1 / sums.get(0, i));
      store(out, row + i, column, weighted, i);
    }
  }

  void clearSums() {
    VectorElementwise.fill(dkeys.buffer(), 0, Math.toIntExact(dkeys.size()), 0);
    VectorElementwise.fill(dvalues.buffer(), 0, Math.toIntExact(dvalues.size()), 0);
  }

  /** Stores the sums over all queries where they belong. */
  void storeSums(Tensor dk, Tensor dv, int firstKey, int column) {
    for (int i = 0; i < dkeys.rows(); i++) {
      store(dk, firstKey + i, column, dkeys, i);
      store(dv, firstKey + i, column, dvalues, i);
    }
  }

  private static void store(Tensor y, int row, int column, Tensor x, int xRow) {
    int at = y.at(row, column);
    if (y.type() == ElementType.F32) {
      y.buffer().put(at, x.buffer(), x.at(xRow, 0), 4 * x.columns());
    } else {
      Bf16.narrow(y.buffer(), at, x.buffer(), x.at(xRow, 0), x.columns());
    }
  }

  /** Memory that grows and is kept. */
  private static final class Memory {
    private Tensor bytes = Tensor.allocate(1, SCORES / 2);

    Tensor take(ElementType type, int rows, int columns) {
      long needed = (long) type.bytes() * rows * columns;
      if (4 * bytes.size() < needed) {
        bytes = Tensor.allocate(1, Math.toIntExact((needed + needed / 4 + 3) / 4));
      }
      return Tensor.view(type, bytes.address(), rows, columns, bytes);
    }
  }
}
