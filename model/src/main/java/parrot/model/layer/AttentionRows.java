package parrot.model.layer;

import java.util.Arrays;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Segments;
import parrot.model.tensor.Arena;
import parrot.model.tensor.Tensor;

/**
 * Which rows of a ragged batch a decoder layer computes. Every row is a key; queries, and all that
 * follows from them, are needed only where somebody reads the output. Between layers that is
 * everywhere; of the last layer only the rows whose next token is asked for are ever read.
 *
 * @param selected rows that are read, ascending; null for all
 * @param keyPositions position of each row within its sample (N)
 * @param queryPositions position of each row that is read (M)
 */
record AttentionRows(Segments segments, int[] selected, int[] keyPositions, int[] queryPositions) {

  /**
   * All rows.
   *
   * @param boundaries of the rows by sample, B + 1
   * @param past keys of each sample that a cache holds already, B; zeros in training
   */
  static AttentionRows all(int[] boundaries, int[] past, Heads heads) {
    int[] keys = boundaries.clone();
    int[] positions = new int[boundaries[boundaries.length - 1]];
    for (int sample = 0; sample + 1 < boundaries.length; sample++) {
      for (int row = boundaries[sample]; row < boundaries[sample + 1]; row++) {
        positions[row] = past[sample] + row - boundaries[sample];
      }
      keys[sample + 1] = keys[sample] + past[sample] + boundaries[sample + 1] - boundaries[sample];
    }
    Segments segments = heads.segments(boundaries, keys, null);
    return new AttentionRows(segments, null, positions, positions);
  }

  /** Only the rows that are read, ascending; {@code all} of the same batch. */
  static AttentionRows some(AttentionRows all, int[] rows, int[] boundaries, Heads heads) {
    int[] positions = Arrays.stream(rows).map(row -> all.keyPositions[row]).toArray();
    int[] queries = new int[boundaries.length];
    int count = 0;
    for (int sample = 0; sample + 1 < boundaries.length; sample++) {
      while (count < rows.length && rows[count] < boundaries[sample + 1]) {
        count++;
      }
      queries[sample + 1] = count;
    }
    int[] seen = Arrays.stream(positions).map(position -> position + 1).toArray();
    Segments segments = heads.segments(queries, all.segments.keys(), seen);
    return new AttentionRows(segments, rows, all.keyPositions, positions);
  }

  /** How a row is cut into heads. */
  record Heads(int heads, int keyHeads, int headSize) {
    private Segments segments(int[] queries, int[] keys, int[] seen) {
      return new Segments(queries, keys, heads, keyHeads, headSize, true, seen);
    }
  }

  boolean areAll() {
    return selected == null;
  }

  /** How many rows are read, M. */
  int count() {
    return queryPositions.length;
  }

  /** The rows of {@code x} (N, n) that are read (M, n): itself where all are. */
  Tensor select(Kernels kernels, Arena arena, Tensor x) {
    if (areAll()) {
      return x;
    }
    Tensor rows = arena.take(x.type(), count(), x.columns());
    kernels.gather(rows, x, selected);
    return rows;
  }

  /** Adds rows (M, n) to where they were read from (N, n). */
  void addSelected(Kernels kernels, Tensor sums, Tensor rows) {
    kernels.gatherBackward(sums, rows, selected);
  }
}
