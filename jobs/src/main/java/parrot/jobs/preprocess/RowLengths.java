package parrot.jobs.preprocess;

import parrot.datasets.conversation.ChatFormat;

/** The length of a row as the model sees it. */
final class RowLengths {
  private RowLengths() {}

  /** Tokens, each image counted as its visual tokens. */
  static int positions(int[] ids, int visualTokens) {
    int positions = 0;
    for (int id : ids) {
      positions += id == ChatFormat.IMAGE_ID ? visualTokens : 1;
    }
    return positions;
  }
}
