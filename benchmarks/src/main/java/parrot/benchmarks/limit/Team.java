package parrot.benchmarks.limit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** Threads that stay the same: what one of them compiled, it runs. */
final class Team implements AutoCloseable {
  private final List<ExecutorService> members = new ArrayList<>();

  Team(int threads) {
    for (int i = 0; i < threads; i++) {
      members.add(
          Executors.newSingleThreadExecutor(
              task -> {
                Thread thread = new Thread(task);
                thread.setDaemon(true);
                return thread;
              }));
    }
  }

  int size() {
    return members.size();
  }

  /** Has every member do its share, and waits for all. */
  void run(IntConsumer share) {
    List<Future<?>> shares = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      int member = i;
      shares.add(members.get(i).submit(() -> share.accept(member)));
    }
    try {
      for (Future<?> one : shares) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Cannot wait: interrupted", e);
    }
  }

  @Override
  public void close() {
    members.forEach(ExecutorService::shutdownNow);
  }
}
