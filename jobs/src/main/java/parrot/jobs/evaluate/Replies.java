package parrot.jobs.evaluate;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import parrot.model.generate.EnginePool;
import parrot.model.generate.GenerationEngine;

/**
 * Replies to questions, many asked at a time; each has the answer that it has alone. Questions are
 * taken as there is room for them, so that neither questions nor replies ever lie in memory whole;
 * replies come as they are ready, in another order than the questions.
 *
 * @param <Q> what stands for a question
 */
public final class Replies<Q> implements Iterator<Replies.Answered<Q>>, AutoCloseable {
  /** A question and its reply. */
  public record Answered<Q>(Q question, Reply reply) {}

  /** Hands a question to an engine. */
  interface Submission<Q> {
    /**
     * @param reply hears of the reply, at once or during a later step of the engine
     */
    void submit(GenerationEngine engine, Q question, Consumer<Reply> reply);
  }

  private final EnginePool.Lease lease;
  private final Iterator<Q> questions;
  private final Submission<Q> submission;
  private final Deque<Answered<Q>> ready = new ArrayDeque<>();

  Replies(EnginePool.Lease lease, Iterator<Q> questions, Submission<Q> submission) {
    this.lease = lease;
    this.questions = questions;
    this.submission = submission;
  }

  @Override
  public boolean hasNext() {
    GenerationEngine engine = lease.engine();
    while (ready.isEmpty() && (questions.hasNext() || engine.open() > 0)) {
      while (questions.hasNext() && engine.hasRoom()) {
        Q next = questions.next();
        submission.submit(engine, next, reply -> ready.add(new Answered<>(next, reply)));
      }
      engine.step();
    }
    return !ready.isEmpty();
  }

  @Override
  public Answered<Q> next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return ready.poll();
  }

  /** Gives the engine back; questions that are open are dropped. */
  @Override
  public void close() {
    lease.close();
  }
}
