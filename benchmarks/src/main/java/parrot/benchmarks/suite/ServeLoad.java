package parrot.benchmarks.suite;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import parrot.benchmarks.measure.ProgressLog;
import parrot.benchmarks.report.Result;
import parrot.benchmarks.report.Table;
import parrot.benchmarks.report.Target;
import parrot.benchmarks.report.Target.Bound;

/** Many clients at once ask {@code parrot serve}, and not all of them behave. */
final class ServeLoad implements Benchmark {
  private static final int CLIENTS = 64;
  private static final int REQUESTS = 5000;
  private static final int QUESTIONS = 48;
  private static final double MIB = 1L << 20;
  private static final double MOST_GROWTH_MIB = 64;

  /** So large that it is beyond what the server takes. */
  private static final String OVERSIZED = " ".repeat(5_000_000);

  @Override
  public String id() {
    return "serve";
  }

  @Override
  public String summary() {
    return "64 clients ask parrot serve about images; some leave, some send what cannot be read.";
  }

  @Override
  public int defaultSteps() {
    return REQUESTS;
  }

  /** What came of the requests. */
  private static final class Tally {
    final AtomicInteger begun = new AtomicInteger();
    final AtomicInteger answered = new AtomicInteger();
    final AtomicInteger wrong = new AtomicInteger();
    final AtomicInteger hung = new AtomicInteger();
    final AtomicInteger unexpected = new AtomicInteger();
    final AtomicInteger left = new AtomicInteger();
    final AtomicInteger refused = new AtomicInteger();
    final AtomicLongArray nanos;

    Tally(int requests) {
      nanos = new AtomicLongArray(requests);
    }

    double[] seconds() {
      double[] seconds = new double[answered.get()];
      Arrays.setAll(seconds, i -> nanos.get(i) / 1e9);
      Arrays.sort(seconds);
      return seconds;
    }
  }

  @Override
  public Result run(Options options, ProgressLog progress) throws IOException {
    ShapesRuns runs = new ShapesRuns(options.models(), options.logs(), progress);
    List<String> bodies = runs.questions(QUESTIONS);
    try (ServedModel served =
        runs.serve("align", "--queue", "" + 2 * CLIENTS, "--max-request", "4")) {
      progress.say("asking each of %d questions alone", bodies.size());
      List<JsonNode> alone = new ArrayList<>();
      for (String body : bodies) {
        alone.add(ServedModel.choices(served.ask(body).body()));
      }
      progress.say("%d requests of %d clients", options.steps(), CLIENTS);
      Tally tally = new Tally(options.steps());
      long start = System.nanoTime();
      double[] memory = load(served, bodies, alone, tally, options.steps());
      double seconds = (System.nanoTime() - start) / 1e9;
      double open = served.metric("parrot_questions_open");
      boolean stopped = served.stop();
      return result(tally, seconds, memory, open, stopped);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted", e);
    }
  }

  /**
   * @return memory of the server in bytes: most in the second fifth, most in the last
   */
  private static double[] load(
      ServedModel served, List<String> bodies, List<JsonNode> alone, Tally tally, int requests)
      throws IOException, InterruptedException {
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    List<Future<?>> ends = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      Random random = new Random(i);
      ends.add(
          clients.submit(
              () -> {
                while (tally.begun.getAndIncrement() < requests) {
                  request(served, bodies, alone, tally, random);
                }
                return null;
              }));
    }
    double[] most = new double[2];
    while (!ends.stream().allMatch(Future::isDone)) {
      int fifth = (int) (5L * tally.begun.get() / requests);
      double now = served.metric("parrot_own_memory_bytes");
      if (fifth == 1 || fifth == 4) {
        most[fifth / 4] = Math.max(most[fifth / 4], now);
      }
      Thread.sleep(200);
    }
    clients.shutdown();
    for (Future<?> end : ends) {
      try {
        end.get();
      } catch (ExecutionException e) {
        throw new IOException("A client failed", e.getCause());
      }
    }
    return most;
  }

  private static void request(
      ServedModel served, List<String> bodies, List<JsonNode> alone, Tally tally, Random random)
      throws IOException, InterruptedException {
    int question = random.nextInt(bodies.size());
    String body = bodies.get(question);
    int kind = random.nextInt(20);
    try {
      if (kind < 15) {
        ask(served, body, alone.get(question), tally);
      } else if (kind < 18) {
        int bytes = random.nextBoolean() ? Integer.MAX_VALUE : random.nextInt(body.length());
        served.leave(body, bytes, random.nextBoolean());
        tally.left.incrementAndGet();
      } else {
        String unreadable =
            kind == 18 ? OVERSIZED : body.substring(0, random.nextInt(body.length() - 2));
        int expected = kind == 18 ? 413 : 400;
        boolean refused = served.ask(unreadable).statusCode() == expected;
        (refused ? tally.refused : tally.unexpected).incrementAndGet();
      }
    } catch (HttpTimeoutException e) {
      tally.hung.incrementAndGet();
    }
  }

  private static void ask(ServedModel served, String body, JsonNode alone, Tally tally)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    HttpResponse<String> response = served.ask(body);
    if (response.statusCode() != 200) {
      tally.unexpected.incrementAndGet();
      return;
    }
    if (!ServedModel.choices(response.body()).equals(alone)) {
      tally.wrong.incrementAndGet();
    }
    tally.nanos.set(tally.answered.getAndIncrement(), System.nanoTime() - start);
  }

  private Result result(
      Tally tally, double seconds, double[] memory, double open, boolean stopped) {
    double[] answers = tally.seconds();
    double growth = (memory[1] - memory[0]) / MIB;
    Table table =
        new Table(
            "answers",
            "left",
            "refused",
            "answers/s",
            "median s",
            "p95 s",
            "memory MiB",
            "growth MiB");
    table.add(
        answers.length,
        tally.left.get(),
        tally.refused.get(),
        answers.length / seconds,
        quantile(answers, 0.5),
        quantile(answers, 0.95),
        memory[1] / MIB,
        growth);
    int failed = tally.hung.get() + tally.unexpected.get();
    return new Result(
        id(),
        summary(),
        table,
        List.of(
            new Target(
                "answers that differ from the question's alone",
                tally.wrong.get(),
                Bound.FEWER_THAN,
                1),
            new Target("requests that hung or got another status", failed, Bound.FEWER_THAN, 1),
            new Target("questions open at the end", open, Bound.FEWER_THAN, 1),
            new Target("growth of memory in MiB", growth, Bound.AT_MOST, MOST_GROWTH_MIB),
            new Target("servers that SIGTERM ends with 143", stopped ? 1 : 0, Bound.AT_LEAST, 1)),
        List.of(
            "Answers are compared with their tokens' log-probabilities, in float32.",
            "Memory is the server's own, mapped weights left out: most in the last fifth, and what"
                + " that is above the second fifth's."),
        Map.of(),
        Map.of("ours", answers));
  }

  private static double quantile(double[] sorted, double share) {
    return sorted.length == 0 ? Double.NaN : sorted[(int) (share * (sorted.length - 1))];
  }
}
