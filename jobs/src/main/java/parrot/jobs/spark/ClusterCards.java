package parrot.jobs.spark;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import parrot.datasets.EnvironmentException;
import parrot.model.kernel.KernelProvider;

/** The cards that executors see, which must be of one kind: bytes differ between kinds. */
final class ClusterCards {
  private static final String OBSTACLE = "!";

  private ClusterCards() {}

  /**
   * Asks every executor that answers; in local mode this machine.
   *
   * @param slots tasks that run at the same time
   * @return the cards in words
   * @throws EnvironmentException if an executor cannot use its cards, or if kinds differ
   */
  static String of(SparkContext spark, int slots, KernelProvider kernels) {
    if (EnvironmentCheck.isLocal(spark.getConf())) {
      return summary(Map.of("this machine", look(kernels, kernels::offered)), true);
    }
    String name = kernels.name();
    List<Integer> tasks = IntStream.range(0, slots).boxed().toList();
    Map<String, List<String>> seen = new TreeMap<>();
    JavaSparkContext.fromSparkContext(spark)
        .parallelize(tasks, slots)
        .map(task -> place() + "\n" + String.join("\n", look(KernelProvider.named(name))))
        .collect()
        .forEach(
            one -> {
              List<String> lines = one.lines().toList();
              seen.put(lines.get(0), lines.subList(1, lines.size()));
            });
    return summary(seen, false);
  }

  private static String place() {
    SparkEnv executor = SparkEnv.get();
    return executor.blockManager().blockManagerId().host() + ", executor " + executor.executorId();
  }

  private static List<String> look(KernelProvider kernels) {
    return look(kernels, kernels::devices);
  }

  private static List<String> look(KernelProvider kernels, Supplier<List<String>> cards) {
    return kernels.obstacle().map(reason -> List.of(OBSTACLE, reason)).orElseGet(cards);
  }

  /**
   * @param cards of each executor
   */
  static String summary(Map<String, List<String>> cards, boolean here) {
    Set<String> kinds = new TreeSet<>();
    int count = 0;
    for (var machine : cards.entrySet()) {
      List<String> found = machine.getValue();
      if (found.get(0).equals(OBSTACLE)) {
        throw new EnvironmentException(
            found.get(1) + (here ? "" : " (on " + machine.getKey() + ")"));
      }
      kinds.addAll(found);
      count += found.size();
    }
    if (kinds.size() > 1) {
      throw new EnvironmentException(
          "Cannot compute on GPUs of different kinds, because bytes would depend on where a task"
              + " runs: "
              + cards
              + "; use machines with equal cards, drivers and libraries, show cards of one kind alone"
              + " with CUDA_VISIBLE_DEVICES, or compute on processors with --device cpu");
    }
    String where = here ? "" : " on " + Count.of(cards.size(), "executor");
    return Count.of(count, "GPU") + where + ": " + kinds.iterator().next();
  }
}
