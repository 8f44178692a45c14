package parrot.jobs.evaluate;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.benchmark.BenchmarkFile;
import parrot.datasets.benchmark.BenchmarkName;
import parrot.datasets.storage.FileSystems;

/**
 * How much an evaluation asks of a benchmark file.
 *
 * @param questions that can be asked
 * @param answers one for each rotation of each question
 * @param images different ones
 */
public record QuestionCount(long questions, long answers, long images) {
  /**
   * Reads the file.
   *
   * @param limit questions to ask, the first ones; 0 for all
   * @throws DataException if it cannot be read
   */
  public static QuestionCount of(
      BenchmarkName name, Path file, boolean circular, int limit, Configuration hadoop) {
    BenchmarkFile benchmark = BenchmarkFile.read(FileSystems.of(file, hadoop), file, name);
    Question.Plan plan =
        BenchmarkAsking.plan(name, benchmark, circular, limit, AnsweringOptions.defaults());
    return new QuestionCount(
        plan.questions().size(),
        plan.questions().stream().mapToLong(question -> question.indexes().length).sum(),
        plan.questions().stream()
            .map(Question::image)
            .filter(Objects::nonNull)
            .map(ByteBuffer::wrap)
            .distinct()
            .count());
  }
}
