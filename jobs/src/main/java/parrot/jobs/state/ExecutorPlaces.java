package parrot.jobs.state;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.storage.BlockManagerId;
import scala.collection.JavaConverters;

/** The present executors, as locations that a task may prefer. */
final class ExecutorPlaces {
  private ExecutorPlaces() {}

  /** One for each executor, in the order in which they registered; empty in local mode. */
  static List<String> of(SparkContext spark) {
    List<BlockManagerId> executors = new ArrayList<>();
    JavaConverters.asJavaCollectionConverter(
            spark.env().blockManager().master().getMemoryStatus().keys().toList())
        .asJavaCollection()
        .forEach(
            id -> {
              if (!id.isDriver()) {
                executors.add(id);
              }
            });
    executors.sort(
        Comparator.comparingInt((BlockManagerId id) -> id.executorId().length())
            .thenComparing(BlockManagerId::executorId));
    return executors.stream().map(id -> "executor_" + id.host() + "_" + id.executorId()).toList();
  }
}
