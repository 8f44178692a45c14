package parrot.jobs.evaluate;

import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterators;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import parrot.datasets.DataException;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;
import parrot.jobs.cli.Progress;
import parrot.jobs.failure.FailedException;
import parrot.jobs.spark.EnvironmentCheck;
import parrot.jobs.spark.JobDescription;
import parrot.jobs.spark.TaskFailure;

/** Asks a model on executors. Which executor gets which question decides nothing. */
final class Asker {
  private static final int QUESTIONS_PER_TASK = 32;
  private static final long BYTES_PER_TASK = 8L << 20; // far from Spark's limit for a message
  private static final Duration POLL = Duration.ofMillis(200);

  private final JavaSparkContext spark;
  private final Broadcast<SerializableConfiguration> configuration;
  private final String model;
  private final String fingerprint;
  private final AnsweringOptions options;

  Asker(JavaSparkContext spark, Path model, String fingerprint, AnsweringOptions options) {
    this.spark = spark;
    this.model = model.toString();
    this.fingerprint = fingerprint;
    this.options = options;
    this.configuration =
        spark.broadcast(new SerializableConfiguration(spark.hadoopConfiguration()));
  }

  /**
   * @param partitions tasks to make of it; 0 to decide by the number and size of the questions
   */
  List<Question.Answer> ask(String name, List<Question> questions, int partitions) {
    long bytes = questions.stream().mapToLong(q -> q.image() == null ? 0 : q.image().length).sum();
    long wanted =
        Math.max(
            (questions.size() + QUESTIONS_PER_TASK - 1) / QUESTIONS_PER_TASK,
            bytes / BYTES_PER_TASK + 1);
    int slices = partitions > 0 ? partitions : (int) Math.min(wanted, questions.size());
    LongAccumulator asked = spark.sc().longAccumulator();
    JavaFutureAction<List<Question.Answer>> answers;
    try (JobDescription described =
        JobDescription.set(spark, name + ": " + questions.size() + " questions")) {
      answers =
          spark
              .parallelize(questions, Math.max(1, slices))
              .mapPartitions(tasks(model, fingerprint, options, configuration, asked))
              .collectAsync();
    }
    long total = questions.stream().mapToLong(q -> q.indexes().length).sum();
    try (Progress progress = Progress.start(name, "questions", total)) {
      List<Question.Answer> all =
          await(answers, () -> progress.update(Math.min(total, asked.value())));
      progress.update(total);
      return all;
    }
  }

  /**
   * @throws UsageException if not the questions or the model, but executors, memory or native
   *     libraries are at fault
   */
  static List<Question.Answer> await(
      JavaFutureAction<List<Question.Answer>> answers, Runnable report) {
    try {
      while (true) {
        try {
          return answers.get(POLL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          report.run();
        }
      }
    } catch (InterruptedException e) {
      answers.cancel(true);
      Thread.currentThread().interrupt();
      throw new FailedException("Interrupted while questions were asked", e);
    } catch (ExecutionException e) {
      throw failed(e);
    }
  }

  private static RuntimeException failed(ExecutionException e) {
    RuntimeException thrown = TaskFailure.unwrap(e);
    if (!(thrown instanceof IllegalStateException)) {
      return thrown;
    }
    Throwable cause = e.getCause() == null ? e : e.getCause();
    String reason = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    return new EnvironmentException(
        "Cannot ask questions: executors failed: %s (mend that and give the same command; files that were answered are not asked again)"
            .formatted(reason),
        e);
  }

  /** What a task does; static, so that it takes along nothing but its arguments. */
  private static org.apache.spark.api.java.function.FlatMapFunction<
          Iterator<Question>, Question.Answer>
      tasks(
          String model,
          String fingerprint,
          AnsweringOptions options,
          Broadcast<SerializableConfiguration> configuration,
          LongAccumulator asked) {
    return questions -> {
      if (!questions.hasNext()) {
        return Collections.emptyIterator();
      }
      EnvironmentCheck.logOnExecutor();
      Configuration hadoop = configuration.value().value();
      try (AnsweringModel.Borrowed borrowed =
          AnsweringModel.borrow(new Path(model), fingerprint, options, hadoop)) {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(questions, 0), false)
            .flatMap(
                question -> {
                  asked.add(question.indexes().length);
                  return answer(borrowed.model(), question);
                })
            .toList()
            .iterator();
      }
    };
  }

  private static Stream<Question.Answer> answer(AnsweringModel model, Question question) {
    Stream.Builder<Question.Answer> answers = Stream.builder();
    for (int i = 0; i < question.indexes().length; i++) {
      long index = question.indexes()[i];
      try {
        String text = model.answer(question.prompts()[i], question.image());
        answers.add(new Question.Answer(index, text, null));
      } catch (DataException e) {
        answers.add(new Question.Answer(index, null, e.getMessage()));
      }
    }
    return answers.build();
  }
}
