package parrot.jobs.serve;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import parrot.jobs.spark.ProcessMemory;

/** What Prometheus reads, in its text format. Safe for use by several threads. */
final class ServerMetrics {
  private final Map<Integer, LongAdder> responses = new ConcurrentSkipListMap<>();
  private final LongAdder givenUp = new LongAdder();
  private final LongAdder promptTokens = new LongAdder();
  private final LongAdder answerTokens = new LongAdder();
  private final Histogram firstToken = new Histogram();
  private final Histogram answer = new Histogram();

  /** A response has begun. */
  void responded(int status) {
    responses.computeIfAbsent(status, code -> new LongAdder()).increment();
  }

  /** A client left before its answer was complete. */
  void givenUp() {
    givenUp.increment();
  }

  void firstToken(double seconds) {
    firstToken.add(seconds);
  }

  void answered(ChatAnswer.Usage usage, double seconds) {
    promptTokens.add(usage.prompt());
    answerTokens.add(usage.answer());
    answer.add(seconds);
  }

  /**
   * @param open questions that wait or are being answered
   * @param running those that the engine has taken
   */
  String text(int open, int running) {
    StringBuilder text = new StringBuilder();
    head(text, "parrot_responses_total", "counter", "Responses by HTTP status.");
    responses.forEach(
        (status, count) ->
            text.append(
                "parrot_responses_total{status=\"%d\"} %d\n".formatted(status, count.sum())));
    one(text, "parrot_given_up_total", "counter", "Questions whose client left.", givenUp.sum());
    one(text, "parrot_prompt_tokens_total", "counter", "Tokens read.", promptTokens.sum());
    one(text, "parrot_answer_tokens_total", "counter", "Tokens answered.", answerTokens.sum());
    one(text, "parrot_questions_open", "gauge", "Questions waiting or being answered.", open);
    one(text, "parrot_questions_running", "gauge", "Questions that the engine has taken.", running);
    firstToken.append(text, "parrot_first_token_seconds", "From a question to its first token.");
    answer.append(text, "parrot_answer_seconds", "From a question to the end of its answer.");
    ProcessMemory.now()
        .ifPresent(
            memory ->
                one(
                    text,
                    "parrot_own_memory_bytes",
                    "gauge",
                    "Memory shared with no process.",
                    memory.own()));
    return text.toString();
  }

  private static void head(StringBuilder text, String name, String type, String help) {
    text.append("# HELP %s %s\n# TYPE %s %s\n".formatted(name, help, name, type));
  }

  private static void one(StringBuilder text, String name, String type, String help, long value) {
    head(text, name, type, help);
    text.append(name).append(' ').append(value).append('\n');
  }

  /** Counts by upper bounds. */
  private static final class Histogram {
    private static final double[] BOUNDS = {0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300};

    private final LongAdder[] counts = new LongAdder[BOUNDS.length + 1];
    private final DoubleAdder sum = new DoubleAdder();

    Histogram() {
      for (int i = 0; i < counts.length; i++) {
        counts[i] = new LongAdder();
      }
    }

    void add(double seconds) {
      int i = 0;
      while (i < BOUNDS.length && seconds > BOUNDS[i]) {
        i++;
      }
      counts[i].increment();
      sum.add(seconds);
    }

    void append(StringBuilder text, String name, String help) {
      head(text, name, "histogram", help);
      long upTo = 0;
      for (int i = 0; i < counts.length; i++) {
        upTo += counts[i].sum();
        String bound = i == BOUNDS.length ? "+Inf" : "" + BOUNDS[i];
        text.append("%s_bucket{le=\"%s\"} %d\n".formatted(name, bound, upTo));
      }
      text.append(
          String.format(Locale.ROOT, "%s_sum %.6f\n%s_count %d\n", name, sum.sum(), name, upTo));
    }
  }
}
