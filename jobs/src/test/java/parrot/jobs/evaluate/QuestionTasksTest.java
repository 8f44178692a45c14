package parrot.jobs.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class QuestionTasksTest {
  private static Question question(long index, int image, String prompt) {
    byte[] bytes = image < 0 ? null : new byte[] {(byte) image};
    return new Question(0, new long[] {index}, new String[] {prompt}, bytes);
  }

  private static List<Long> indexes(List<Question> task) {
    return task.stream().map(question -> question.indexes()[0]).toList();
  }

  private static List<Question> questions(int count, int images) {
    List<Question> questions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      questions.add(question(i, i % images, "What is this?"));
    }
    return questions;
  }

  @Test
  void keepsTheQuestionsAboutAnImageTogether() {
    List<List<Question>> tasks = QuestionTasks.of(questions(48, 8), 0);

    assertThat(tasks).hasSize(8);
    assertThat(tasks)
        .allSatisfy(
            task ->
                assertThat(task.stream().map(question -> question.image()[0]).distinct())
                    .hasSize(1));
  }

  @Test
  void cutsManyQuestionsAboutOneImage() {
    assertThat(QuestionTasks.of(questions(100, 1), 0))
        .extracting(List::size)
        .containsExactlyInAnyOrder(32, 32, 32, 4);
  }

  @Test
  void startsTheLongestTaskFirst() {
    List<Question> questions = new ArrayList<>(questions(8, 8));
    questions.add(question(8, -1, "Why? ".repeat(100)));

    assertThat(indexes(QuestionTasks.of(questions, 0).get(0))).containsExactly(8L);
  }

  @Test
  void losesNoQuestionWhateverTheNumberOfTasks() {
    for (int tasks : new int[] {0, 1, 3, 7, 50}) {
      assertThat(
              QuestionTasks.of(questions(50, 9), tasks).stream()
                  .flatMap(task -> indexes(task).stream()))
          .hasSize(50)
          .doesNotHaveDuplicates();
    }
    assertThat(QuestionTasks.of(questions(50, 9), 1)).hasSize(1);
    assertThat(QuestionTasks.of(List.of(), 0)).isEmpty();
  }
}
