package parrot.jobs.evaluate;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
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
 * @param options whose likelihood is asked for, of each rotation; null where an answer is
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier
record Question(int file, long[] indexes, String[] prompts, byte[] image, Options[] options)
    implements Serializable {

  /**
   * Options as whole answers.
   *
   * @param letters in order
   * @param answers of each letter: its text, or the letter itself
   */
  record Options(String letters, String[] answers) implements Serializable {
    boolean ofLetters() {
      return letters.equals(String.join("", answers));
    }

    static Options of(BenchmarkItem item, Scoring scoring) {
      StringBuilder letters = new StringBuilder();
      item.options().keySet().forEach(letters::append);
      return new Options(
          letters.toString(),
          item.options().entrySet().stream()
              .map(
                  option ->
                      scoring == Scoring.LIKELIHOOD
                          ? option.getValue()
                          : option.getKey().toString())
              .toArray(String[]::new));
    }
  }

  /** A question to be answered. */
  Question(int file, long[] indexes, String[] prompts, byte[] image) {
    this(file, indexes, prompts, image, new Options[indexes.length]);
  }

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
  static Plan plan(
      BenchmarkName name, List<BenchmarkItem> items, boolean circular, AnsweringOptions options) {
    List<BenchmarkItem> rows = new ArrayList<>();
    List<Question> questions = new ArrayList<>();
    // Some published files hold the rotations already.
    boolean rotate = circular && !QuestionRows.of(items).rotated();
    for (BenchmarkItem item : items) {
      List<BenchmarkItem> rotations = rotate ? Rotations.of(item) : List.of(item);
      long[] indexes = new long[rotations.size()];
      String[] prompts = new String[rotations.size()];
      Options[] asked = new Options[rotations.size()];
      for (int i = 0; i < indexes.length; i++) {
        indexes[i] = rotations.get(i).index();
        prompts[i] =
            options.template() == null
                ? MultipleChoicePrompt.of(rotations.get(i), name.language())
                : options.template().of(rotations.get(i), name.language());
        if (options.scoring() != Scoring.ANSWERS && item.open().isEmpty()) {
          asked[i] = Options.of(rotations.get(i), options.scoring());
        }
        rows.add(rotations.get(i).withoutImage());
      }
      if (item.problem().isEmpty()) {
        questions.add(new Question(0, indexes, prompts, item.image(), asked));
      }
    }
    return new Plan(
        List.copyOf(rows), options.shuffled() ? shuffled(questions) : List.copyOf(questions));
  }

  /**
   * Each question with the image of the next one that has another; its own if all have the same.
   */
  private static List<Question> shuffled(List<Question> questions) {
    List<Question> shuffled = new ArrayList<>();
    for (int i = 0; i < questions.size(); i++) {
      Question question = questions.get(i);
      byte[] other = question.image();
      for (int j = 1; j < questions.size() && Arrays.equals(other, question.image()); j++) {
        other = questions.get((i + j) % questions.size()).image();
      }
      shuffled.add(
          new Question(
              question.file(), question.indexes(), question.prompts(), other, question.options()));
    }
    return shuffled;
  }

  Question ofFile(int number) {
    return new Question(number, indexes, prompts, image, options);
  }

  /** The same with the array of an equal image, if there is one among {@code images}. */
  Question sharing(Map<ByteBuffer, byte[]> images) {
    return image == null
        ? this
        : new Question(
            file,
            indexes,
            prompts,
            images.computeIfAbsent(ByteBuffer.wrap(image), content -> image),
            options);
  }
}
