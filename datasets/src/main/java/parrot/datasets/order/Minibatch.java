package parrot.datasets.order;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Rows of one or several data sets that make one step; travels as one line of text. */
public record Minibatch(List<BatchPath> paths) {
  private static final String SEPARATOR = "\t";

  public Minibatch {
    paths = List.copyOf(paths);
  }

  int size() {
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
