package parrot.jobs.evaluate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterators;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.VoidFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import parrot.datasets.DataException;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;
import parrot.datasets.language.Language;
import parrot.datasets.matching.OptionLikelihoods;
import parrot.jobs.cli.Progress;
import parrot.jobs.failure.FailedException;
import parrot.jobs.spark.EnvironmentCheck;
import parrot.jobs.spark.JobDescription;
import parrot.jobs.spark.TaskDevice;
import parrot.jobs.spark.TaskFailure;
import parrot.model.ModelException;

/** Asks a model on executors. Which executor gets which question decides nothing. */
final class Asker {
  private static final Logger LOG = LoggerFactory.getLogger(Asker.class);
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
   * @param languages by the number of a question's file
   * @param partitions tasks to make of it, at most; 0 to decide by the questions
   * @param slots tasks to run at a time, at most; 0 for all
   * @param kept hears of answers as soon as they are there, in any order; of some twice if a task
   *     is repeated
   */
  void ask(
      String name,
      List<Question> questions,
      List<Language> languages,
      int partitions,
      int slots,
      Consumer<List<Question.Answer>> kept) {
    if (questions.isEmpty()) {
      return;
    }
    List<List<Question>> tasks = QuestionTasks.of(questions, partitions);
    LongAccumulator asked = spark.sc().longAccumulator();
    CollectionAccumulator<Question.Answer> answered = spark.sc().collectionAccumulator();
    VoidFunction<Iterator<List<Question>>> task =
        task(
            name,
            model,
            fingerprint,
            options,
            List.copyOf(languages),
            configuration,
            asked,
            answered);
    long total = questions.stream().mapToLong(q -> q.indexes().length).sum();
    int[] heard = {0};
    Runnable hear =
        () -> {
          List<Question.Answer> all = answered.value();
          if (all.size() > heard[0]) {
            kept.accept(List.copyOf(all.subList(heard[0], all.size())));
            heard[0] = all.size();
          }
        };
    try (Progress progress = Progress.start(name, "questions", total)) {
      try {
        int most = slots == 0 ? tasks.size() : slots;
        for (int from = 0; from < tasks.size(); from += most) {
          List<List<Question>> some =
              new ArrayList<>(tasks.subList(from, Math.min(from + most, tasks.size())));
          JavaFutureAction<Void> done;
          try (JobDescription described =
              JobDescription.set(spark, name + ": " + questions.size() + " questions")) {
            done =
                spark
                    .parallelize(
                        some, partitions == 0 ? some.size() : Math.min(some.size(), partitions))
                    .foreachPartitionAsync(task);
          }
          await(
              done,
              () -> {
                hear.run();
                progress.update(Math.min(total, asked.value()));
              });
        }
      } finally {
        hear.run();
      }
      progress.update(total);
    }
  }

  /**
   * @throws UsageException if not the questions or the model, but executors, memory or native
   *     libraries are at fault
   */
  static void await(JavaFutureAction<Void> answers, Runnable report) {
    try {
      while (true) {
        try {
          answers.get(POLL.toMillis(), TimeUnit.MILLISECONDS);
          return;
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
        "Cannot ask questions: executors failed: %s (mend that and give the same command; what was answered is not asked again)"
            .formatted(reason),
        e);
  }

  /** What a task does; static, so that it takes along nothing but its arguments. */
  private static VoidFunction<Iterator<List<Question>>> task(
      String name,
      String model,
      String fingerprint,
      AnsweringOptions options,
      List<Language> languages,
      Broadcast<SerializableConfiguration> configuration,
      LongAccumulator asked,
      CollectionAccumulator<Question.Answer> answered) {
    return lists -> {
      EnvironmentCheck.logOnExecutor();
      TaskDevice.lease(options.kernels());
      Configuration hadoop = configuration.value().value();
      try (AnsweringModel.Borrowed borrowed =
          AnsweringModel.borrow(new Path(model), fingerprint, options, hadoop)) {
        borrowed
            .model()
            .answer(
                rotations(lists),
                rotation -> {
                  LOG.debug(
                      "{}, {}: file {}, question {}", name, model, rotation.file, rotation.index);
                  return rotation.query.in(languages.get(rotation.file));
                },
                (rotation, reply) -> {
                  asked.add(1);
                  answered.add(answer(rotation, reply));
                });
      }
    };
  }

  /** One prompt of a question. */
  private record Rotation(int file, long index, Query query, Question.Options options) {}

  /** The prompts of an image follow each other, so that it is encoded once. */
  private static Iterator<Rotation> rotations(Iterator<List<Question>> lists) {
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(lists, 0), false)
        .flatMap(List::stream)
        .flatMap(
            question ->
                IntStream.range(0, question.indexes().length)
                    .mapToObj(
                        i ->
                            new Rotation(
                                question.file(),
                                question.indexes()[i],
                                query(question, i),
                                question.options()[i])))
        .iterator();
  }

  private static Query query(Question question, int rotation) {
    String prompt = question.prompts()[rotation];
    Question.Options options = question.options()[rotation];
    return options == null
        ? Query.of(prompt, question.image())
        : Query.likelihoods(prompt, question.image(), List.of(options.answers()));
  }

  private static String text(Rotation rotation, Reply reply) {
    return rotation.options == null
        ? reply.text()
        : OptionLikelihoods.of(
                rotation.options.ofLetters(),
                rotation.options.letters(),
                reply.generated().logProbabilities())
            .toString();
  }

  private static Question.Answer answer(Rotation rotation, Reply reply) {
    RuntimeException problem = reply.problem();
    if (problem == null) {
      return new Question.Answer(rotation.file, rotation.index, text(rotation, reply), null);
    }
    boolean known = problem instanceof DataException || problem instanceof ModelException;
    return new Question.Answer(
        rotation.file,
        rotation.index,
        null,
        known ? problem.getMessage() : "Cannot ask the question: " + problem);
  }
}
