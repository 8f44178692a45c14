package parrot.jobs.serve;

import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What a connection is doing: it answers one request at a time, and must bring the next one whole
 * within a time. Used on the channel's own thread, but for {@link #close} and {@link #closes}.
 */
final class Connection {
  /** Longest time between the end of an answer and that of the next request. */
  private static final Duration RECEIVING = Duration.ofSeconds(75);

  /** How long what a client still sends is read and dropped after the last response. */
  private static final Duration LINGERING = Duration.ofSeconds(5);

  private final SocketChannel channel;
  private final Semaphore places;
  private final AtomicBoolean closing = new AtomicBoolean();
  private ScheduledFuture<?> deadline;
  private ScheduledFuture<?> late;
  private Exchange exchange;
  private boolean busy;
  private boolean hasPlace;
  private boolean chunks = true;

  /**
   * @param places for requests that wait or are being answered, of all connections
   */
  Connection(SocketChannel channel, Semaphore places) {
    this.channel = channel;
    this.places = places;
    await();
  }

  private void await() {
    deadline = closeAfter(RECEIVING);
  }

  private ScheduledFuture<?> closeAfter(Duration time) {
    return channel
        .eventLoop()
        .schedule(() -> channel.close(), time.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** A request has begun to arrive. */
  void begin(boolean keepAlive, boolean takesChunks) {
    busy = true;
    chunks = takesChunks;
    if (!keepAlive) {
      close();
    }
  }

  /** Whether a request has begun to arrive and its response is not complete. */
  boolean isBusy() {
    return busy;
  }

  /** Takes one of the places; it is given back with the response. */
  boolean takePlace() {
    hasPlace = places.tryAcquire();
    return hasPlace;
  }

  /** The request is complete. */
  void received() {
    deadline.cancel(false);
  }

  /**
   * The request is complete and waits, or is being answered.
   *
   * @param limit after which it is given up
   */
  void answer(Exchange exchange, Duration limit) {
    this.exchange = exchange;
    if (!channel.isActive()) {
      exchange.giveUp();
      return;
    }
    late =
        channel
            .eventLoop()
            .schedule(
                () ->
                    exchange.fail(
                        ApiException.failed(
                            503,
                            "timeout",
                            "The answer took longer than "
                                + limit.toSeconds()
                                + " s, the time of the queue included")),
                limit.toMillis(),
                TimeUnit.MILLISECONDS);
  }

  /** The response is complete. */
  void responded() {
    release();
    deadline.cancel(false);
    if (!channel.isActive()) {
      return;
    }
    if (closing.get()) {
      // The client may still be sending: closed at once, it would not see the response.
      channel.shutdownOutput();
      deadline = closeAfter(LINGERING);
    } else {
      busy = false;
      await();
    }
  }

  /** The client is gone. */
  void gone() {
    deadline.cancel(false);
    if (exchange != null) {
      exchange.giveUp();
    }
    release();
  }

  private void release() {
    exchange = null;
    if (late != null) {
      late.cancel(false);
      late = null;
    }
    if (hasPlace) {
      places.release();
      hasPlace = false;
    }
  }

  /** Closes the connection with the end of the response. */
  void close() {
    closing.set(true);
  }

  boolean closes() {
    return closing.get();
  }

  boolean takesChunks() {
    return chunks;
  }
}
