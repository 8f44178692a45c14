package parrot.jobs.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;
import java.util.UUID;
import parrot.datasets.DataException;
import parrot.jobs.evaluate.AnswerListener;
import parrot.jobs.evaluate.PreparedQuery;
import parrot.jobs.evaluate.Reply;
import parrot.jobs.evaluate.TokenLikelihood;
import parrot.model.ModelException;
import parrot.model.generate.GeneratedAnswer;

/**
 * One request and its answer. Ends once: with the answer, with a problem, or because the client is
 * gone. Safe for use by several threads.
 */
final class Exchange implements AnswerListener {
  private final ChatAnswer answer;
  private final Response response;
  private final ServerMetrics metrics;
  private final long start = System.nanoTime();
  private final StringBuilder told = new StringBuilder();
  private ChatRequest request; // null, as prepared, until it is prepared
  private PreparedQuery prepared;
  private ArrayNode likelihoods = JsonNodeFactory.instance.arrayNode();
  private Runnable onEnd = () -> {};
  private boolean streaming;
  private boolean heard;
  private volatile boolean over;

  Exchange(String model, Response response, ServerMetrics metrics) {
    this.answer =
        new ChatAnswer(
            "chatcmpl-" + UUID.randomUUID().toString().replace("-", ""),
            Instant.now().getEpochSecond(),
            model);
    this.response = response;
    this.metrics = metrics;
  }

  /** The request is read, and can be answered from now on. */
  synchronized void prepared(ChatRequest request, PreparedQuery prepared) {
    this.request = request;
    this.prepared = prepared;
  }

  synchronized PreparedQuery prepared() {
    return prepared;
  }

  @Override
  public boolean isOver() {
    return over;
  }

  /** What is done at the end; at once if it is over. */
  synchronized void onEnd(Runnable action) {
    onEnd = action;
    if (over) {
      action.run();
    }
  }

  @Override
  public synchronized boolean said(String text, TokenLikelihood token) {
    if (over) {
      return false;
    }
    if (!heard) {
      metrics.firstToken(seconds());
      heard = true;
    }
    told.append(text);
    if (request.logProbabilities()) {
      likelihoods.add(ChatAnswer.likelihood(token, request.topLogProbabilities()));
    }
    if (request.stream() && !text.isEmpty()) {
      tell(text);
    }
    return true;
  }

  @Override
  public synchronized void answered(Reply reply) {
    if (over) {
      return;
    }
    if (reply.problem() != null) {
      fail(explain(reply.problem()));
      return;
    }
    GeneratedAnswer generated = reply.generated();
    String reason = generated.end() == GeneratedAnswer.End.LENGTH ? "length" : "stop";
    ChatAnswer.Usage usage =
        new ChatAnswer.Usage(prepared.promptTokens(), generated.tokens().length);
    if (request.stream()) {
      String rest = reply.text().substring(Math.min(told.length(), reply.text().length()));
      if (!streaming || !rest.isEmpty() || !likelihoods.isEmpty()) {
        tell(rest);
      }
      response.event(answer.end(reason, request.usage()));
      if (request.usage()) {
        response.event(answer.usage(usage));
      }
      response.endEvents();
    } else {
      response.json(
          200,
          answer.whole(
              reply.text(), reason, usage, request.logProbabilities() ? likelihoods : null));
    }
    metrics.answered(usage, seconds());
    end();
  }

  private void tell(String text) {
    if (!streaming) {
      response.startEvents();
      response.event(answer.start(request.usage()));
      streaming = true;
    }
    response.event(
        answer.more(text, request.logProbabilities() ? likelihoods : null, request.usage()));
    likelihoods = JsonNodeFactory.instance.arrayNode();
  }

  /** Ends it with a problem, unless it is over. */
  synchronized void fail(ApiException problem) {
    if (over) {
      return;
    }
    if (streaming) {
      response.failEvents(problem);
    } else {
      response.fail(problem);
    }
    end();
  }

  /** The client is gone: the engine stops at the next token. */
  synchronized void giveUp() {
    if (!over) {
      metrics.givenUp();
      end();
    }
  }

  private void end() {
    over = true;
    onEnd.run();
  }

  private double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }

  /** What is told of a problem that came while preparing or answering. */
  static ApiException explain(Throwable problem) {
    if (problem instanceof ApiException known) {
      return known;
    }
    if (problem instanceof DataException) {
      return ApiException.invalid("messages", "invalid_value", problem.getMessage());
    }
    if (problem instanceof OutOfMemoryError) {
      return ApiException.failed(503, "out_of_memory", "No memory is left for this request");
    }
    String reason =
        problem instanceof ModelException
            ? problem.getMessage()
            : "Unexpected failure: " + problem.getClass().getSimpleName();
    return ApiException.failed(500, null, reason);
  }
}
