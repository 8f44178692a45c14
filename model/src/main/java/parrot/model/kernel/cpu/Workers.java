package parrot.model.kernel.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A few threads that share the work of one kernel. The caller works too; helpers spin for some
 * microseconds after a job, since the next kernel is usually that close, and then park.
 */
final class Workers implements AutoCloseable {
  private static final int SPINS = 2_000;
  private static final Job STOP = new Job(0, (index, worker) -> {});

  /** Below this many values a kernel is over before a helper has woken up. */
  private static final long SMALL = 1 << 15;

  interface Task {
    /**
     * Does one part.
     *
     * @param worker from 0 to threads - 1; no other thread has this number at the same time
     */
    void run(int index, int worker);
  }

  interface Range {
    void run(int from, int to);
  }

  private static final class Job {
    final int tasks;
    final Task task;
    final AtomicInteger next = new AtomicInteger();
    final AtomicInteger done = new AtomicInteger();
    final AtomicReference<Throwable> failure = new AtomicReference<>();

    Job(int tasks, Task task) {
      this.tasks = tasks;
      this.task = task;
    }

    void work(int worker) {
      for (int index = next.getAndIncrement(); index < tasks; index = next.getAndIncrement()) {
        try {
          task.run(index, worker);
        } catch (RuntimeException | Error e) {
          failure.compareAndSet(null, e);
        } finally {
          done.incrementAndGet();
        }
      }
    }
  }

  private static final class Helper extends Thread {
    private final int worker;
    private final AtomicReference<Job> inbox = new AtomicReference<>();

    Helper(int worker) {
      super("kernel-" + worker);
      this.worker = worker;
      setDaemon(true);
      start();
    }

    void offer(Job job) {
      inbox.set(job);
      LockSupport.unpark(this);
    }

    @Override
    public void run() {
      while (true) {
        Job job = await();
        if (job == STOP) {
          return;
        }
        job.work(worker);
      }
    }

    private Job await() {
      int spins = 0;
      Job job;
      while ((job = inbox.getAndSet(null)) == null) {
        if (++spins < SPINS) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(this);
        }
      }
      return job;
    }
  }

  private final List<Helper> helpers = new ArrayList<>();

  /**
   * @param threads that work at the same time, the caller's included
   */
  Workers(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("Invalid threads: " + threads + " (must be at least 1)");
    }
    for (int worker = 1; worker < threads; worker++) {
      helpers.add(new Helper(worker));
    }
  }

  int threads() {
    return helpers.size() + 1;
  }

  /** Runs tasks 0 to {@code tasks - 1} in any order and returns when all are done. */
  void run(int tasks, Task task) {
    if (helpers.isEmpty() || tasks <= 1) {
      for (int index = 0; index < tasks; index++) {
        task.run(index, 0);
      }
      return;
    }
    Job job = new Job(tasks, task);
    for (int i = 0; i < Math.min(helpers.size(), tasks - 1); i++) {
      helpers.get(i).offer(job);
    }
    job.work(0);
    for (int spins = 0; job.done.get() < tasks; spins++) {
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        // More threads than processors: the helper needs this one.
        Thread.yield();
      }
    }
    Throwable failure = job.failure.get();
    if (failure instanceof Error error) {
      throw error;
    } else if (failure instanceof RuntimeException exception) {
      throw exception;
    }
  }

  /**
   * Covers 0 to {@code count} with one range per thread, or with a single one if that is not worth
   * it.
   *
   * @param cost of one step, in values read or written
   */
  void split(int count, long cost, Range range) {
    if (helpers.isEmpty() || count * cost < SMALL) {
      range.run(0, count);
      return;
    }
    int parts = Math.min(count, threads());
    run(
        parts,
        (index, worker) ->
            range.run(
                (int) ((long) count * index / parts), (int) ((long) count * (index + 1) / parts)));
  }

  @Override
  public void close() {
    helpers.forEach(helper -> helper.offer(STOP));
    helpers.clear();
  }
}
