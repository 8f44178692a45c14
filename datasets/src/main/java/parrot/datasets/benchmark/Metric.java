package parrot.datasets.benchmark;

import java.util.Locale;

/** What counts as one question, and when it is answered rightly. */
public enum Metric {
  /** Each question once, unrotated: how MMMB is scored, and the default. */
  PLAIN,
  /** Each question once; right if it is so in every rotation: how MMBench is scored. */
  CIRCULAR,
  /** Every row of the file, rotations included, by itself. */
  PLAIN_ALL_ROWS,
  /** Each pair of yes/no questions about one image; right if both are: MME's accuracy+. */
  PAIRED;

  /**
   * Its name in tables: {@code plain}, {@code circular}, {@code plain-all-rows}, {@code paired}.
   */
  public String label() {
    return switch (this) {
      case PLAIN -> "plain";
      case CIRCULAR -> "circular";
      case PLAIN_ALL_ROWS -> "plain-all-rows";
      case PAIRED -> "paired";
    };
  }

  /**
   * How a benchmark's results are published: MMBench's and CCBench's circularly, others plainly.
   */
  public static Metric publishedFor(String benchmark) {
    String name = benchmark.toLowerCase(Locale.ROOT);
    return name.contains("mmbench") || name.contains("ccbench") ? CIRCULAR : PLAIN;
  }
}
