package parrot.jobs.evaluate;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;
import parrot.datasets.benchmark.QuestionFile;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.cli.Progress;

/** The answers to a file of questions, a line of JSON each, in the order of the questions. */
final class QuestionAnswers {
  private final List<QuestionFile.Row> rows;
  private final Path out;
  private final Map<Integer, String> early = new HashMap<>();
  private int written;
  private int failed;

  QuestionAnswers(List<QuestionFile.Row> rows, Path out) {
    this.rows = rows;
    this.out = out;
  }

  /**
   * Asks all questions.
   *
   * @param query of a row; what it throws is the row's problem
   * @throws UsageException if the file of answers exists
   * @throws DataException if questions could not be asked, when the others are answered
   */
  void write(
      AnsweringModel model, Function<QuestionFile.Row, Query> query, Configuration configuration) {
    FileSystem files = FileSystems.of(out, configuration);
    try {
      if (files.exists(out)) {
        throw new UsageException(
            "Cannot write answers to %s: it exists (choose another file)".formatted(out));
      }
      try (Writer writer =
              new BufferedWriter(
                  new OutputStreamWriter(files.create(out, false), StandardCharsets.UTF_8));
          Progress progress = Progress.start("generate", "questions", rows.size());
          Replies<Integer> replies =
              model.replies(
                  IntStream.range(0, rows.size()).iterator(),
                  number -> query(rows.get(number), query),
                  true)) {
        while (replies.hasNext()) {
          Replies.Answered<Integer> next = replies.next();
          take(writer, next.question(), next.reply());
          progress.update(written);
        }
      }
    } catch (IOException e) {
      throw failure(e);
    }
    if (failed > 0) {
      throw new DataException(
          "%d of %d questions could not be asked; their lines in %s say why"
              .formatted(failed, rows.size(), out));
    }
  }

  private static Query query(QuestionFile.Row row, Function<QuestionFile.Row, Query> query) {
    row.problem()
        .ifPresent(
            problem -> {
              throw new DataException(problem);
            });
    return query.apply(row);
  }

  private void take(Writer writer, int number, Reply reply) {
    failed += reply.problem() == null ? 0 : 1;
    early.put(number, AnswerJson.of(rows.get(number), reply));
    try {
      for (String line = early.remove(written); line != null; line = early.remove(written)) {
        writer.write(line);
        writer.write('\n');
        written++;
      }
      writer.flush();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private UncheckedIOException failure(IOException e) {
    return new UncheckedIOException(
        "Cannot write answers to %s: %s".formatted(out, e.getMessage()), e);
  }
}
