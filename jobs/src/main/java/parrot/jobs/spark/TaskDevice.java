package parrot.jobs.spark;

import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.nd4j.linalg.factory.Nd4j;

/** The accelerator that Spark has given a task. */
public final class TaskDevice {
  private static final String GPU = "gpu";

  private TaskDevice() {}

  /**
   * Has ND4J compute this thread's work on the GPU of its task, if it has one and ND4J's backend
   * knows it; its backend for processors knows none.
   */
  public static void select() {
    TaskContext task = TaskContext.get();
    ResourceInformation gpu = task == null ? null : task.resourcesJMap().get(GPU);
    if (gpu == null || gpu.addresses().length == 0 || !gpu.addresses()[0].matches("\\d{1,4}")) {
      return;
    }
    int device = Integer.parseInt(gpu.addresses()[0]);
    if (device < Nd4j.getAffinityManager().getNumberOfDevices()) {
      Nd4j.getAffinityManager().unsafeSetDevice(device);
    }
  }
}
