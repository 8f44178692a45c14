package parrot.jobs.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.security.AccessControlException;
import parrot.datasets.DataException;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;
import parrot.datasets.storage.LockLostException;
import parrot.jobs.failure.DivergedException;
import parrot.jobs.failure.FailedException;
import parrot.jobs.failure.StoppedException;
import parrot.model.ModelException;
import parrot.model.kernel.DeviceException;

/** Turns what was thrown into an exit code and a message that says what to do. */
public final class Failures {
  /**
   * @param message without a stack trace
   */
  public record Failure(ExitCode exitCode, String message) {
    /** The process's exit code. */
    public int code() {
      return exitCode.code();
    }
  }

  private static final Pattern IN_TEXT =
      Pattern.compile(
          "(?:^|: |Caused by: )(?:parrot\\.(?:datasets|model|jobs\\.failure)\\.(?:[a-z]+\\.)?|java\\.io\\.(?=Unchecked))"
              + "([A-Za-z]+Exception): (.*?)"
              + "(?=\\n\\s+at |\\nCaused by|$)",
          Pattern.DOTALL);

  /** How disks, quotas of HDFS and data nodes without room say so. */
  private static final Pattern FULL =
      Pattern.compile(
          ".*?((?:No space left on device|The DiskSpace quota of|could only be written to 0 of)[^\n]*).*",
          Pattern.DOTALL);

  private static final String CHECK_STORAGE =
      "; check the disk or the cluster's storage, then run again";

  private Failures() {}

  /**
   * The first cause that says something to a user decides; executors' exceptions arrive wrapped in
   * Spark's.
   */
  public static Failure of(Throwable thrown) {
    for (Throwable cause : causes(thrown)) {
      Matcher full = FULL.matcher(String.valueOf(cause.getMessage()));
      if (full.matches()) {
        return environment(
            "Storage is full: "
                + full.group(1)
                + "; make room or raise the quota, then run the command again (train: with"
                + " --resume)");
      }
    }
    for (Throwable cause : causes(thrown)) {
      Failure failure = explain(cause);
      if (failure != null) {
        return failure;
      }
    }
    // Spark keeps a task's exception itself only sometimes; its text it always has.
    Matcher text = IN_TEXT.matcher(String.valueOf(thrown.getMessage()));
    if (text.find()) {
      return new Failure(byName(text.group(1)), text.group(2));
    }
    for (Throwable cause : causes(thrown)) {
      if (isOfStorage(cause)) {
        return environment("Storage fails: " + firstLine(cause) + CHECK_STORAGE);
      }
    }
    return new Failure(
        ExitCode.FAILED,
        "Unexpected failure: "
            + firstLine(thrown)
            + "\nThis is a defect of the program or of its installation; --stacktrace shows where.");
  }

  private static Failure explain(Throwable cause) {
    String line = firstLine(cause);
    if (cause instanceof UsageException) {
      return new Failure(ExitCode.USAGE, cause.getMessage());
    } else if (cause instanceof DataException || cause instanceof ModelException) {
      return new Failure(ExitCode.DATA, cause.getMessage());
    } else if (cause instanceof EnvironmentException || cause instanceof DeviceException) {
      return environment(cause.getMessage());
    } else if (cause instanceof DivergedException) {
      return new Failure(ExitCode.DIVERGED, cause.getMessage());
    } else if (cause instanceof FailedException) {
      return new Failure(ExitCode.FAILED, cause.getMessage());
    } else if (cause instanceof LockLostException) {
      return new Failure(ExitCode.LOCK_LOST, cause.getMessage());
    } else if (cause instanceof StoppedException) {
      return new Failure(ExitCode.STOPPED, cause.getMessage());
    } else if (cause instanceof UncheckedIOException) {
      return isOfStorage(cause.getCause())
          ? environment(cause.getMessage() + CHECK_STORAGE)
          : new Failure(ExitCode.DATA, cause.getMessage());
    } else if (isDenied(cause)) {
      return environment("No permission: " + line + "; check the owner of the file or folder");
    } else if (cause instanceof FileNotFoundException || cause instanceof NoSuchFileException) {
      return new Failure(ExitCode.DATA, "Cannot read: there is no such file (" + line + ")");
    } else if (cause instanceof FileAlreadyExistsException) {
      return new Failure(ExitCode.DATA, "Cannot write: " + line + "; choose another folder");
    } else if (cause instanceof BindException) {
      return environment(
          "Cannot listen: a port is taken ("
              + line
              + "); stop the process that holds it or choose another port");
    } else if (cause instanceof ConnectException
        || cause instanceof UnknownHostException
        || cause instanceof NoRouteToHostException
        || cause instanceof SocketTimeoutException) {
      return environment(
          "Cannot connect to storage or cluster: "
              + line
              + "; check that it runs and that the address is right");
    } else if (isEndOfSpark(cause)) {
      return environment(
          "Spark ended the application while it ran: its master or resource manager took it away;"
              + " look at the master's page for the reason, then run the command again (train: with"
              + " --resume)");
    } else if (cause.getCause() instanceof URISyntaxException) {
      return new Failure(ExitCode.USAGE, "Invalid path: " + cause.getCause().getMessage());
    } else if (cause instanceof OutOfMemoryError) {
      return environment(
          "Out of memory: " + line + "; give more with PARROT_HEAP, or smaller batches");
    } else if (cause instanceof UnsatisfiedLinkError) {
      return environment(
          "Cannot load a native library: "
              + line
              + "; the jar has those of the platform it was built for"
              + " (build with -Dnative.platform=...)");
    }
    return null;
  }

  private static boolean isDenied(Throwable cause) {
    return cause instanceof AccessControlException
        || cause instanceof AccessDeniedException
        || cause instanceof FileNotFoundException
            && String.valueOf(cause.getMessage()).endsWith("(Permission denied)");
  }

  /** Whether a disk or a cluster's storage says so, and no reader of a format. */
  private static boolean isOfStorage(Throwable cause) {
    return cause.getClass() == IOException.class
        || cause instanceof FileSystemException
        || cause instanceof RemoteException
        || isDenied(cause);
  }

  /** How Spark says that it has no application any more. */
  private static boolean isEndOfSpark(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    return message.contains("stopped SparkContext")
        || message.contains("SparkContext was shut down")
        || message.contains("SparkContext has been shutdown");
  }

  private static ExitCode byName(String exception) {
    return switch (exception) {
      case "StorageUnavailableException",
          "EnvironmentException",
          "UncheckedIOException",
          "DeviceException",
          "LostDeviceException" ->
          ExitCode.ENVIRONMENT;
      case "UsageException" -> ExitCode.USAGE;
      case "DivergedException" -> ExitCode.DIVERGED;
      case "FailedException" -> ExitCode.FAILED;
      case "StoppedException" -> ExitCode.STOPPED;
      default -> ExitCode.DATA;
    };
  }

  private static Failure environment(String message) {
    return new Failure(ExitCode.ENVIRONMENT, message);
  }

  private static List<Throwable> causes(Throwable thrown) {
    List<Throwable> causes = new ArrayList<>();
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Throwable t = thrown; t != null && seen.add(t); t = t.getCause()) {
      causes.add(t);
    }
    return causes;
  }

  private static String firstLine(Throwable thrown) {
    String message = thrown.getMessage();
    String name = thrown.getClass().getSimpleName();
    return message == null || message.isBlank()
        ? name
        : name + ": " + message.strip().lines().findFirst().orElse("");
  }
}
