package parrot.benchmarks.study;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import parrot.benchmarks.measure.ProgressLog;

/** Runs the steps of all cells, each once, some at a time, in the cells' order. */
final class Schedule {
  /** What runs a step. */
  interface Runner {
    void run(Step step) throws IOException, InterruptedException;
  }

  private final Map<String, Step> steps = new LinkedHashMap<>(); // by id, needs first
  private final StudyFolder folder;
  private final Runner runner;
  private final ProgressLog progress;
  private final int atOnce;
  private final Pace pace = new Pace();
  private final Set<String> started = new HashSet<>();
  private final Set<String> done = new HashSet<>();
  private final Map<String, String> failures = new LinkedHashMap<>(); // by id

  Schedule(List<Cell> cells, StudyFolder folder, Runner runner, int atOnce, ProgressLog progress) {
    this.folder = folder;
    this.runner = runner;
    this.atOnce = atOnce;
    this.progress = progress;
    cells.forEach(cell -> cell.ends().values().forEach(this::add));
  }

  private void add(Step step) {
    step.needs().values().forEach(this::add);
    steps.putIfAbsent(step.id(), step);
  }

  /** All steps, those that others need first. */
  List<Step> steps() {
    return List.copyOf(steps.values());
  }

  /**
   * Runs what is not done yet, to the end, whatever fails.
   *
   * @return why steps failed, by their id
   */
  Map<String, String> run() throws IOException, InterruptedException {
    for (Step step : steps.values()) {
      Optional<Double> seconds = folder.seconds(step);
      if (seconds.isPresent()) {
        pace.took(step, seconds.get());
        started.add(step.id());
        done.add(step.id());
      }
    }
    progress.say(
        "%d steps, %d of them done before, %d at a time", steps.size(), done.size(), atOnce);
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < atOnce; i++) {
      Thread worker = new Thread(this::work, "step " + i);
      workers.add(worker);
      worker.start();
    }
    try {
      for (Thread worker : workers) {
        worker.join();
      }
    } catch (InterruptedException e) {
      workers.forEach(Thread::interrupt);
      throw e;
    }
    return failures;
  }

  private void work() {
    try {
      for (Optional<Step> next = next(); next.isPresent(); next = next()) {
        run(next.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The next step whose needs are done; waits for one, empty if nothing is left to start. */
  private synchronized Optional<Step> next() throws InterruptedException {
    while (true) {
      boolean waiting = false;
      for (Step step : steps.values()) {
        if (started.contains(step.id())) {
          continue;
        }
        Optional<Step> broken =
            step.needs().values().stream()
                .filter(need -> failures.containsKey(need.id()))
                .findFirst();
        if (broken.isPresent()) {
          started.add(step.id());
          failures.put(step.id(), broken.get().id() + " failed");
        } else if (step.needs().values().stream().allMatch(need -> done.contains(need.id()))) {
          started.add(step.id());
          return Optional.of(step);
        } else {
          waiting = true;
        }
      }
      if (!waiting) {
        return Optional.empty();
      }
      wait();
    }
  }

  private void run(Step step) throws InterruptedException {
    long start = System.nanoTime();
    String failure = null;
    try {
      runner.run(step);
    } catch (FailedStepException | IOException e) {
      failure = e.getMessage();
    } catch (RuntimeException e) {
      failure = "a defect of the program: " + e;
    }
    finished(step, failure, (System.nanoTime() - start) / 1e9);
  }

  private synchronized void finished(Step step, String failure, double seconds) {
    if (failure == null) {
      done.add(step.id());
      pace.took(step, seconds);
    } else {
      failures.put(step.id(), failure);
    }
    List<Step> left =
        steps.values().stream()
            .filter(one -> !done.contains(one.id()) && !failures.containsKey(one.id()))
            .toList();
    progress.say(
        "%d of %d  %s%s",
        done.size() + failures.size(),
        steps.size(),
        step.id(),
        failure == null
            ? ": %.0f s%s".formatted(seconds, left.isEmpty() ? "" : ", " + pace.left(left, atOnce))
            : " failed: " + failure);
    notifyAll();
  }
}
