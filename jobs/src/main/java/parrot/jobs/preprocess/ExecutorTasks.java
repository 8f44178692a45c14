package parrot.jobs.preprocess;

import java.io.Closeable;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import parrot.datasets.EnvironmentException;
import parrot.datasets.source.ImageRoot;
import parrot.datasets.storage.FileSystems;

/** What runs on executors: the options and the file systems that every task has. */
abstract class ExecutorTasks implements Serializable {
  private static final long serialVersionUID = 1L;

  final PreprocessOptions options;
  private final Broadcast<SerializableConfiguration> configuration;

  ExecutorTasks(PreprocessOptions options, Broadcast<SerializableConfiguration> configuration) {
    this.options = options;
    this.configuration = configuration;
  }

  final FileSystem files(String path) {
    return FileSystems.of(path, hadoop());
  }

  final Configuration hadoop() {
    return configuration.value().value();
  }

  final ImageRoot imageRoot(String images) throws IOException {
    List<Path> allowed =
        options.allowedRoots().stream().map(root -> FileSystems.qualified(root, hadoop())).toList();
    return new ImageRoot(files(images), new Path(images), allowed);
  }

  /** Closes a file when the task that runs ends, however it ends. */
  static <T extends Closeable> T closedAtEnd(T opened, String name) {
    TaskContext.get()
        .addTaskCompletionListener(
            context -> {
              try {
                opened.close();
              } catch (IOException e) {
                throw new EnvironmentException("Cannot close " + name, e);
              }
            });
    return opened;
  }
}
