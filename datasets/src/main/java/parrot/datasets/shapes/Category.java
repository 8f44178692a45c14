package parrot.datasets.shapes;

/**
 * What a question asks for; the tags are the benchmark's {@code category} and {@code l2-category}.
 */
public enum Category {
  COLOR("colour", "attribute", 0.22, true),
  SHAPE("shape", "attribute", 0.18, true),
  SIZE("size", "attribute", 0.09, true),
  COUNT("count", "number", 0.11, true),
  KIND_COUNT("kind-count", "number", 0.03, false),
  POSITION("position", "place", 0.19, true),
  OBJECT("object", "place", 0.18, true),
  RELATION("relation", "place", 0.04, true);

  private final String tag;
  private final String group;
  private final double weight;
  private final boolean inBenchmark;

  Category(String tag, String group, double weight, boolean inBenchmark) {
    this.tag = tag;
    this.group = group;
    this.weight = weight;
    this.inBenchmark = inBenchmark;
  }

  /** The benchmark's {@code category}. */
  public String tag() {
    return tag;
  }

  /** The benchmark's {@code l2-category}. */
  public String group() {
    return group;
  }

  /** The share among questions. Size has two options only; its share keeps chance at 27 to 28 %. */
  double weight() {
    return weight;
  }

  /**
   * How many circles there are is one circle most of the time: too easy to guess for a benchmark.
   */
  boolean isInBenchmark() {
    return inBenchmark;
  }
}
