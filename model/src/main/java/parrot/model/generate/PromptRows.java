package parrot.model.generate;

import parrot.model.tensor.Tensor;

/**
 * What the decoder reads of a prompt, in pieces whose bounds depend on nothing else. Prompts that
 * begin with the same pieces, such as two turns of one conversation, have the same keys and values
 * there.
 *
 * @param embedded (N, D) float32, contiguous
 * @param piece rows of each piece but the last
 */
record PromptRows(Tensor embedded, int piece) {
  int rows() {
    return embedded.rows();
  }

  /** The piece that begins at a row. */
  Tensor from(int row) {
    return embedded.rows(row, Math.min(rows(), row + piece));
  }

  /**
   * Rows of the pieces that another prompt begins with too. The last piece is never among them: the
   * first token of the answer comes from it.
   *
   * @param other null for none
   */
  int shared(PromptRows other) {
    if (other == null) {
      return 0;
    }
    int row = 0;
    while (row + piece < rows()
        && row + piece <= other.rows()
        && from(row).buffer().mismatch(other.from(row).buffer()) < 0) {
      row += piece;
    }
    return row;
  }
}
