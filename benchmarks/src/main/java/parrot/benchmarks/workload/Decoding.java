package parrot.benchmarks.workload;

import java.util.Map;

/** Times one generation: the prompt, then token by token. */
public final class Decoding {
  /** Seconds until the first token is known. */
  public static final String PROMPT = "prompt s";

  /** Seconds of each further token, on average. */
  public static final String TOKEN = "token s";

  private long start = System.nanoTime();
  private double prompt;

  /** The first token is known. */
  public void prompted() {
    prompt = lap();
  }

  /** So many further tokens are known. */
  public Map<String, Double> generated(int tokens) {
    return Map.of(PROMPT, prompt, TOKEN, lap() / tokens);
  }

  private double lap() {
    long now = System.nanoTime();
    double seconds = (now - start) / 1e9;
    start = now;
    return seconds;
  }
}
