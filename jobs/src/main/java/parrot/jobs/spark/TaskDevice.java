package parrot.jobs.spark;

import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.util.TaskCompletionListener;
import org.apache.spark.util.TaskFailureListener;
import parrot.datasets.EnvironmentException;
import parrot.model.kernel.DeviceLease;
import parrot.model.kernel.KernelProvider;
import parrot.model.kernel.LostDeviceException;

/** The card that a task computes on: the one that Spark assigned, in local mode a free one. */
public final class TaskDevice {
  /** How an executor ends whose card is lost to it. */
  private static final int CARD_LOST = 20;

  private static final String GPU = "gpu";

  private TaskDevice() {}

  /**
   * Whether there is a card for every task: assigned by Spark, or in local mode on this machine.
   */
  public static boolean isThere(SparkConf conf) {
    return EnvironmentCheck.isLocal(conf)
        ? KernelProvider.named(KernelProvider.CUDA).obstacle().isEmpty()
        : conf.getDouble("spark.task.resource.gpu.amount", 0) > 0;
  }

  /**
   * Has this thread compute on the card of its task until the task ends. Does nothing outside a
   * task, and for kernels of processors.
   *
   * @param kernels by name
   * @throws EnvironmentException if Spark assigned no card
   */
  public static void lease(String kernels) {
    TaskContext task = TaskContext.get();
    KernelProvider provider = KernelProvider.named(kernels);
    if (task == null || !provider.isOnCards()) {
      return;
    }
    DeviceLease lease = provider.lease(address(task));
    TaskCompletionListener giveBack = ended -> lease.close();
    task.addTaskCompletionListener(giveBack);
    TaskFailureListener end = (failed, error) -> endIfLost(error);
    task.addTaskFailureListener(end);
  }

  private static Optional<String> address(TaskContext task) {
    if (EnvironmentCheck.isLocal(SparkEnv.get().conf())) {
      return Optional.empty();
    }
    ResourceInformation gpu = task.resourcesJMap().get(GPU);
    if (gpu == null || gpu.addresses().length == 0) {
      throw new EnvironmentException(
          "Cannot compute on a GPU: Spark assigned none to this task; set"
              + " spark.executor.resource.gpu.amount and spark.task.resource.gpu.amount, or"
              + " compute on the processor");
    }
    return Optional.of(gpu.addresses()[0]);
  }

  /**
   * The card's other tasks would fail too, and so would the next ones: Spark starts a new executor.
   */
  private static void endIfLost(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof LostDeviceException
          && !EnvironmentCheck.isLocal(SparkEnv.get().conf())) {
        System.err.println(cause.getMessage() + "; this executor ends");
        System.exit(CARD_LOST);
      }
    }
  }
}
