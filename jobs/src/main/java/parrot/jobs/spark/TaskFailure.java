package parrot.jobs.spark;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import parrot.datasets.DataException;
import parrot.datasets.EnvironmentException;
import parrot.datasets.storage.StorageUnavailableException;
import parrot.model.ModelException;

/** What a task threw, without what Spark wraps around it. */
public final class TaskFailure {
  /** Spark keeps the exception itself only sometimes; its text it always has. */
  private static final Pattern IN_TEXT =
      Pattern.compile(
          "(?:^|: |Caused by: )parrot\\.(?:datasets|model)\\.(?:[a-z]+\\.)?([A-Za-z]+Exception): (.*?)"
              + "(?=\\n\\s+at |\\nCaused by|$)",
          Pattern.DOTALL);

  private TaskFailure() {}

  /**
   * The exception of bad data, bad weights or missing surroundings that is behind {@code e}, or
   * {@code e}.
   */
  public static RuntimeException unwrap(Exception e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof DataException
          || t instanceof ModelException
          || t instanceof EnvironmentException) {
        return (RuntimeException) t;
      }
    }
    Matcher matcher = IN_TEXT.matcher(String.valueOf(e.getMessage()));
    if (matcher.find()) {
      return switch (matcher.group(1)) {
        case "StorageUnavailableException" -> new StorageUnavailableException(matcher.group(2), e);
        case "EnvironmentException" -> new EnvironmentException(matcher.group(2), e);
        default -> new DataException(matcher.group(2), e);
      };
    }
    return e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
  }
}
