package parrot.jobs.serve;

import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import parrot.jobs.evaluate.AnsweringModel;

/**
 * Requests on their way to the model: one thread answers many at a time, and each joins as soon as
 * there is room. A failure of the engine ends the requests that it held, and no others.
 */
final class AnswerQueue implements AutoCloseable {
  private final AnsweringModel model;
  private final Consumer<String> log;
  private final BlockingQueue<Exchange> waiting = new LinkedBlockingQueue<>();
  private final Set<Exchange> held = ConcurrentHashMap.newKeySet();
  private final Thread thread = new Thread(this::run, "answers");
  private volatile boolean closed;

  /**
   * @param log hears of failures that are the engine's
   */
  AnswerQueue(AnsweringModel model, Consumer<String> log) {
    this.model = model;
    this.log = log;
    thread.setDaemon(true);
    thread.start();
  }

  /** Adds a prepared exchange behind those that wait. */
  void add(Exchange exchange) {
    waiting.add(exchange);
  }

  /** Requests that the engine has taken and not ended. */
  int running() {
    return held.size();
  }

  private void run() {
    while (!closed) {
      try {
        Arrivals arrivals = new Arrivals(hold(waiting.take()));
        model.answer(arrivals, Exchange::prepared, this::hold);
      } catch (InterruptedException e) {
        return; // closed
      } catch (RuntimeException | Error e) {
        log.accept("The engine failed: " + e);
        held.forEach(exchange -> exchange.fail(ApiException.failed(500, null, internal(e))));
      }
      held.clear();
    }
  }

  private Exchange hold(Exchange exchange) {
    held.add(exchange);
    exchange.onEnd(() -> held.remove(exchange));
    return exchange;
  }

  private static String internal(Throwable e) {
    return "The model could not answer: " + e.getClass().getSimpleName() + ": " + e.getMessage();
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    thread.interrupt();
    thread.join(); // the model must not be closed while it computes; at most one step of it
  }

  /**
   * Ends while none waits; requests that were given up meanwhile are left out. One waits until it
   * is taken, so that a failure does not reach it.
   */
  private final class Arrivals implements Iterator<Exchange> {
    private Exchange first;

    Arrivals(Exchange first) {
      this.first = first;
    }

    @Override
    public boolean hasNext() {
      if (first != null && !first.isOver()) {
        return true;
      }
      first = null;
      while (!waiting.isEmpty() && waiting.peek().isOver()) {
        waiting.remove();
      }
      return !waiting.isEmpty();
    }

    @Override
    public Exchange next() {
      Exchange taken = first == null ? waiting.remove() : first;
      first = null;
      return taken;
    }
  }
}
