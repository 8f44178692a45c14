package parrot.jobs.train;

import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import parrot.jobs.config.TrainConfig;
import parrot.model.network.Part;

/** What a run will take, as a table for people. */
final class PlanTable {
  private static final double GIB = 1L << 30;

  /** Of NVIDIA's context, code and workspaces, in bytes. */
  private static final long CARD_LIBRARIES = 640L << 20;

  private PlanTable() {}

  /**
   * Of this machine, in bytes.
   *
   * @param heap that a process started as this one may have
   */
  record Memory(long machine, long heap) {
    static Memory here() {
      var system =
          (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
      var options =
          ManagementFactory.getPlatformMXBean(com.sun.management.HotSpotDiagnosticMXBean.class);
      return new Memory(
          system.getTotalMemorySize(),
          Long.parseLong(options.getVMOption("MaxHeapSize").getValue()));
    }
  }

  /**
   * @param fromData whether the shards say how long samples are
   */
  static void print(PrintWriter out, RunPlan plan, boolean fromData, Memory memory) {
    TrainConfig config = plan.config();
    out.printf(
        Locale.ROOT,
        "learns      %,d parameters: %s%n",
        plan.learns(),
        String.join(", ", config.train().stream().map(Part::key).toList()));
    out.printf(
        Locale.ROOT,
        "step        %,d samples of %,d positions (%s), %.2f TFLOP a replica%n",
        plan.samples(),
        plan.positions(),
        fromData ? "nine of ten are no longer" : "no shards yet: the model's longest",
        plan.step().operations() / 1e12);
    out.println("executor    beside its heap");
    row(
        out,
        "frozen weights",
        plan.frozen(),
        "once, whatever the number of replicas; in bf16, pages of files,"
            + " which executors of a machine share");
    row(out, "values", plan.trained().values(), "a replica");
    row(out, "gradients", plan.trained().gradients(), "a replica");
    row(out, "moments", plan.trained().moments(), "a replica");
    row(out, "bf16 copies", plan.trained().copies(), "a replica");
    row(out, "activations", plan.step().activations(), "a replica");
    row(out, "one replica", plan.frozen() + plan.replica(), "together");
    row(
        out,
        "its process",
        plan.process(memory.heap()),
        String.format(
            Locale.ROOT,
            "with one replica, Java itself and a heap of %.1f GiB (PARROT_HEAP)",
            memory.heap() / GIB));
    row(
        out,
        "on a card",
        plan.frozen() + plan.replica() + CARD_LIBRARIES,
        "instead, if a GPU computes: one replica, and NVIDIA's libraries");
    out.println("all executors");
    row(
        out,
        "state in heaps",
        2 * plan.state(),
        "old and new, twice on a cluster; what does not fit goes to disk");
    row(out, "sent in a round", plan.exchanged(), "by all replicas");
    row(
        out,
        "state on disk",
        plan.stored(),
        plan.config().adapters().isPresent()
            ? "a checkpoint; the frozen weights as they came, once for all"
            : "a checkpoint, and the frozen weights as they came");
  }

  private static void row(PrintWriter out, String what, long bytes, String note) {
    if (bytes > 0) {
      out.printf(Locale.ROOT, "  %-18s %9.2f GiB  %s%n", what, bytes / GIB, note);
    }
  }
}
