package parrot.jobs.preprocess;

import java.util.Arrays;
import parrot.datasets.conversation.HuggingFaceTextTokenizer;

/** One tokenizer per process: a large vocabulary takes a second to load, a task often less. */
final class ExecutorTokenizer {
  private static byte[] content;
  private static HuggingFaceTextTokenizer tokenizer;

  private ExecutorTokenizer() {}

  /** The tokenizer of a {@code tokenizer.json}; that of another one is dropped, not closed. */
  static synchronized HuggingFaceTextTokenizer of(byte[] json) {
    if (content == null || !Arrays.equals(content, json)) {
      // Tasks of another job in this process may still use the former, so it is left to them.
      tokenizer = HuggingFaceTextTokenizer.of(json, "tokenizer.json");
      content = json;
    }
    return tokenizer;
  }
}
