package parrot.datasets.order;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Rows of one or several data sets for one step. As a text, it is a path for DL4J's masters. */
public record Minibatch(List<BatchPath> paths) implements Serializable {
  private static final String SEPARATOR = "\t";

  public Minibatch {
    paths = List.copyOf(paths);
  }

  /** Number of rows. */
  public int size() {
    return paths.stream().mapToInt(path -> path.rows().size()).sum();
  }

  @Override
  public String toString() {
    return paths.stream().map(BatchPath::toString).collect(Collectors.joining(SEPARATOR));
  }

  /** The inverse of {@link #toString}. */
  public static Minibatch parse(String text) {
    return new Minibatch(Arrays.stream(text.split(SEPARATOR)).map(BatchPath::parse).toList());
  }
}
