package parrot.jobs.serve;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.channel.Channel;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import parrot.datasets.DataException;
import parrot.datasets.image.ImageDecoder;
import parrot.datasets.image.ImageLimits;
import parrot.datasets.image.ImagePreparation;
import parrot.datasets.image.UnusableImageException;
import parrot.jobs.evaluate.AnsweringModel;
import parrot.jobs.evaluate.PreparedQuery;

/** What the server does, beside HTTP: questions are read and prepared, then wait for the model. */
final class ChatService implements AutoCloseable {
  /** Threads that read requests and decode images while the model answers others. */
  private static final int PREPARING = 2;

  private final AnsweringModel model;
  private final ServeOptions options;
  private final ChatRequestReader reader;
  private final ImagePreparation images;
  private final AnswerQueue answers;
  private final Semaphore places;
  private final ServerMetrics metrics = new ServerMetrics();
  private final long created = Instant.now().getEpochSecond();
  private final ExecutorService preparing =
      Executors.newFixedThreadPool(
          PREPARING,
          task -> {
            Thread thread = new Thread(task, "requests");
            thread.setDaemon(true);
            return thread;
          });
  private volatile boolean stopping;

  /**
   * @param log hears of failures that no client caused
   */
  ChatService(AnsweringModel model, ServeOptions options, Consumer<String> log) {
    this.model = model;
    this.options = options;
    this.reader = new ChatRequestReader(options.name(), options.maxNewTokens());
    ImageLimits limits = new ImageLimits(options.imagePixels(), ImageLimits.DEFAULT.side());
    this.images = model.preparation(new ImageDecoder(limits));
    this.answers = new AnswerQueue(model, log);
    this.places = new Semaphore(options.queue());
  }

  ServeOptions options() {
    return options;
  }

  String name() {
    return options.name();
  }

  ServerMetrics metrics() {
    return metrics;
  }

  Semaphore places() {
    return places;
  }

  /** Questions that wait or are being answered. */
  int open() {
    return options.queue() - places.availablePermits();
  }

  boolean isStopping() {
    return stopping;
  }

  /** Takes no new questions from now on. */
  void stop() {
    stopping = true;
  }

  String numbers() {
    return metrics.text(open(), answers.running());
  }

  /** The model as the API lists it. */
  ObjectNode model() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", name())
        .put("object", "model")
        .put("created", created)
        .put("owned_by", "parrot");
  }

  /** Answers a chat completion; called on the channel's own thread. */
  void chat(byte[] body, Channel channel, Connection connection, Response response) {
    Exchange exchange = new Exchange(name(), response, metrics);
    // A task that is cancelled lets go of the body, even while it waits for a thread.
    FutureTask<Void> preparation = new FutureTask<>(() -> prepare(body, channel, exchange), null);
    exchange.onEnd(() -> preparation.cancel(false));
    connection.answer(exchange, options.answerTime());
    preparing.execute(preparation);
  }

  private void prepare(byte[] body, Channel channel, Exchange exchange) {
    try {
      ChatRequest request = reader.read(body);
      exchange.prepared(request, prepare(request));
      // behind what the channel has received by now: a second request closes the connection
      channel.eventLoop().execute(() -> answers.add(exchange));
    } catch (RuntimeException | Error e) { // or its client would wait until the time limit
      exchange.fail(Exchange.explain(e));
    }
  }

  private PreparedQuery prepare(ChatRequest request) {
    try {
      return model.prepare(request.query(), images, request.maxNewTokens());
    } catch (UnusableImageException e) {
      throw ApiException.invalid("messages", "invalid_image", e.getMessage());
    } catch (DataException e) {
      throw ApiException.invalid("messages", "context_length_exceeded", e.getMessage());
    }
  }

  @Override
  public void close() throws InterruptedException {
    preparing.shutdownNow();
    answers.close();
  }
}
