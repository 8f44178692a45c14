package parrot.jobs.evaluate;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import parrot.datasets.benchmark.BenchmarkItem;
import parrot.datasets.benchmark.BenchmarkName;
import parrot.datasets.benchmark.MultipleChoicePrompt;
import parrot.datasets.benchmark.QuestionRows;
import parrot.datasets.benchmark.Rotations;

/**
 * A question on its way to an executor: the prompts of its rotations, and the image once.
 *
 * @param file number of its file among those that are asked together
 * @param indexes of the rotations
 * @param prompts of the rotations
 * @param image the file
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier
record Question(int file, long[] indexes, String[] prompts, byte[] image) implements Serializable {

  /**
   * An answer on its way back.
   *
   * @param text what the model said; null if it could not be asked
   * @param problem why it could not; null if it was
   */
  record Answer(int file, long index, String text, String problem) implements Serializable {}

  /** All rows of a file, rotations included, and what is asked: those without a problem. */
  record Plan(List<BenchmarkItem> items, List<Question> questions) {}

  /** Every question of a file once, or with all its rotations, as far as they can be asked. */
  static Plan plan(BenchmarkName name, List<BenchmarkItem> items, boolean circular) {
    List<BenchmarkItem> rows = new ArrayList<>();
    List<Question> questions = new ArrayList<>();
    // Some published files hold the rotations already.
    boolean rotate = circular && !QuestionRows.of(items).rotated();
    for (BenchmarkItem item : items) {
      List<BenchmarkItem> rotations = rotate ? Rotations.of(item) : List.of(item);
      long[] indexes = new long[rotations.size()];
      String[] prompts = new String[rotations.size()];
      for (int i = 0; i < indexes.length; i++) {
        indexes[i] = rotations.get(i).index();
        prompts[i] = MultipleChoicePrompt.of(rotations.get(i), name.language());
        rows.add(rotations.get(i).withoutImage());
      }
      if (item.problem().isEmpty()) {
        questions.add(new Question(0, indexes, prompts, item.image()));
      }
    }
    return new Plan(List.copyOf(rows), List.copyOf(questions));
  }

  Question ofFile(int number) {
    return new Question(number, indexes, prompts, image);
  }

  /** The same with the array of an equal image, if there is one among {@code images}. */
  Question sharing(Map<ByteBuffer, byte[]> images) {
    return image == null
        ? this
        : new Question(
            file,
            indexes,
            prompts,
            images.computeIfAbsent(ByteBuffer.wrap(image), content -> image));
  }
}
