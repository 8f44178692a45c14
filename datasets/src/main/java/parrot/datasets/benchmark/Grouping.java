package parrot.datasets.benchmark;

/** By what the questions of a benchmark are told apart. */
public enum Grouping {
  OVERALL("overall"),
  CATEGORY("category"),
  L2_CATEGORY("l2-category"),
  SPLIT("split");

  private final String column;

  Grouping(String column) {
    this.column = column;
  }

  /** The column of a benchmark file; {@code overall} for all questions together. */
  public String column() {
    return column;
  }

  /** A question's value in that column; empty if it has none. */
  public String of(BenchmarkItem item) {
    return switch (this) {
      case OVERALL -> column;
      case CATEGORY -> item.category();
      case L2_CATEGORY -> item.l2Category();
      case SPLIT -> item.split();
    };
  }
}
