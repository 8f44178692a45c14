package parrot.jobs.dataframe;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;
import parrot.datasets.DataException;
import parrot.datasets.conversation.Role;
import parrot.datasets.conversation.Turn;
import parrot.datasets.storage.FileSystems;
import parrot.datasets.storage.StorageUnavailableException;
import parrot.jobs.evaluate.AnsweringModel;
import parrot.jobs.evaluate.AnsweringOptions;
import parrot.jobs.evaluate.Query;
import parrot.jobs.evaluate.Replies;
import parrot.jobs.evaluate.Reply;
import parrot.jobs.spark.EnvironmentCheck;
import parrot.jobs.spark.TaskDevice;
import parrot.model.generate.Sampling;

/** What a task does with its rows: they come back with three columns more. */
final class AnswerRows implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1;
  private static final long MOST_BYTES = 1L << 28;

  private final String model;
  private final String stamp;
  private final AnsweringOptions options;
  private final Sampling sampling;
  private final String system;
  private final ArrayList<String> stops;
  private final int image;
  private final int question;
  private final Broadcast<SerializableConfiguration> configuration;

  /**
   * @param stamp of the model's folder
   * @param system prompt; null for the usual one
   * @param image place of the column, as is question
   */
  AnswerRows(
      String model,
      String stamp,
      AnsweringOptions options,
      Sampling sampling,
      String system,
      List<String> stops,
      int image,
      int question,
      Broadcast<SerializableConfiguration> configuration) {
    this.model = model;
    this.stamp = stamp;
    this.options = options;
    this.sampling = sampling;
    this.system = system;
    this.stops = new ArrayList<>(stops);
    this.image = image;
    this.question = question;
    this.configuration = configuration;
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    EnvironmentCheck.logOnExecutor();
    TaskDevice.lease(options.kernels());
    Configuration hadoop = configuration.value().value();
    AnsweringModel.Borrowed borrowed =
        AnsweringModel.borrow(new Path(model), stamp, options, hadoop);
    // Spark calls the listeners last to first.
    TaskCompletionListener giveBack = context -> borrowed.close();
    TaskContext.get().addTaskCompletionListener(giveBack);
    Replies<Row> replies = borrowed.model().replies(rows, row -> query(row, hadoop), true);
    TaskCompletionListener close = context -> replies.close();
    TaskContext.get().addTaskCompletionListener(close);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return replies.hasNext();
      }

      @Override
      public Row next() {
        Replies.Answered<Row> answered = replies.next();
        return with(answered.question(), answered.reply());
      }
    };
  }

  private Query query(Row row, Configuration hadoop) {
    if (row.isNullAt(question)) {
      throw new DataException("Cannot ask: the question is null");
    }
    List<Turn> turns = new ArrayList<>();
    if (system != null) {
      turns.add(new Turn(Role.SYSTEM, system));
    }
    turns.add(Turn.human(row.getString(question)));
    return new Query(turns, image(row, hadoop), sampling, stops);
  }

  private byte[] image(Row row, Configuration hadoop) {
    Object value = row.get(image);
    if (value == null || value instanceof byte[]) {
      return (byte[]) value;
    }
    Path path = FileSystems.path((String) value);
    try {
      return FileSystems.readFully(FileSystems.of(path, hadoop), path, MOST_BYTES);
    } catch (StorageUnavailableException e) {
      // Storage that has answered before and then fails is no fault of the row and ends the task.
      throw new DataException(e.getMessage(), e);
    } catch (IOException e) {
      throw new DataException("Cannot read %s: %s".formatted(path, e.getMessage()), e);
    }
  }

  private static Row with(Row row, Reply reply) {
    Object[] values = new Object[row.size() + 3];
    for (int i = 0; i < row.size(); i++) {
      values[i] = row.get(i);
    }
    if (reply.problem() == null) {
      double sum = 0;
      for (float one : reply.generated().logProbabilities()) {
        sum += one;
      }
      values[row.size()] = reply.text();
      values[row.size() + 1] = sum;
    } else {
      String message = reply.problem().getMessage();
      values[row.size() + 2] = message == null ? reply.problem().toString() : message;
    }
    return RowFactory.create(values);
  }
}
