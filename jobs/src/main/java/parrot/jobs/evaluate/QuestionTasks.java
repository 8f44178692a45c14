package parrot.jobs.evaluate;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Questions cut into tasks: those about one image together, so that it is encoded once, and the
 * longest tasks first, so that executors end together.
 */
final class QuestionTasks {
  /** What is lost at most of each task when an evaluation is killed. */
  private static final int QUESTIONS = 8;

  /**
   * A task takes more questions only as long as they are about one image, and never beyond this.
   */
  private static final int MOST = 4;

  private static final long IMAGE_BYTES = 8L << 20; // far from Spark's limit for a message

  private QuestionTasks() {}

  /**
   * Tasks in the order in which they are to start.
   *
   * @param tasks about how many to make; 0 to decide by the number and size of the questions
   */
  static List<List<Question>> of(List<Question> questions, int tasks) {
    int wanted = tasks == 0 ? QUESTIONS : (questions.size() + tasks - 1) / tasks;
    List<List<Question>> cut = new ArrayList<>();
    List<Question> task = new ArrayList<>();
    long bytes = 0;
    for (List<Question> about : byImage(questions)) {
      long more = about.get(0).image() == null ? 0 : about.get(0).image().length;
      if (task.size() + about.size() > wanted || tasks == 0 && bytes + more > IMAGE_BYTES) {
        add(cut, task);
        task = new ArrayList<>();
        bytes = 0;
      }
      bytes += more;
      for (Question question : about) {
        if (task.size() >= MOST * wanted) {
          add(cut, task);
          task = new ArrayList<>();
        }
        task.add(question);
      }
    }
    add(cut, task);
    cut.sort(Comparator.comparingLong(QuestionTasks::length).reversed());
    return cut;
  }

  private static void add(List<List<Question>> cut, List<Question> task) {
    if (!task.isEmpty()) {
      cut.add(task);
    }
  }

  private static Collection<List<Question>> byImage(List<Question> questions) {
    Map<ByteBuffer, List<Question>> byImage = new LinkedHashMap<>();
    List<List<Question>> all = new ArrayList<>();
    for (Question question : questions) {
      if (question.image() == null) {
        all.add(List.of(question));
      } else {
        byImage
            .computeIfAbsent(
                ByteBuffer.wrap(question.image()),
                image -> {
                  List<Question> about = new ArrayList<>();
                  all.add(about);
                  return about;
                })
            .add(question);
      }
    }
    return all;
  }

  private static long length(List<Question> task) {
    return task.stream()
        .flatMap(question -> Arrays.stream(question.prompts()))
        .mapToLong(String::length)
        .sum();
  }
}
