package parrot.jobs.spark;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;

/** Holds what training asks of memory against what driver and executors have. */
final class MemoryCheck {
  private static final long MIB = 1L << 20;

  /** What Spark takes of a heap before it shares out the rest. */
  private static final long RESERVED = 300 * MIB;

  private static final long SMALLEST_OVERHEAD = 384 * MIB;

  /**
   * The machine of the driver.
   *
   * @param heap bytes at most of this JVM
   * @param memory bytes of the machine, or of the container
   */
  record Machine(long heap, long memory) {
    static Machine here() {
      var system =
          (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
      return new Machine(Runtime.getRuntime().maxMemory(), system.getTotalMemorySize());
    }
  }

  private final SparkConf conf;
  private final MemoryNeed need;
  private final ClusterShape shape;
  private final Machine machine;
  private final List<String> facts = new ArrayList<>();

  private MemoryCheck(SparkConf conf, MemoryNeed need, ClusterShape shape, Machine machine) {
    this.conf = conf;
    this.need = need;
    this.shape = shape;
    this.machine = machine;
  }

  /**
   * @return a line for the driver and one for an executor, and a warning where state goes to disk
   * @throws UsageException if memory is too small, with numbers and the setting to change
   */
  static List<String> facts(SparkConf conf, MemoryNeed need, ClusterShape shape, Machine machine) {
    MemoryCheck check = new MemoryCheck(conf, need, shape, machine);
    if (EnvironmentCheck.isLocal(conf)) {
      check.local();
    } else {
      check.driver();
      check.executor();
    }
    return check.facts;
  }

  /** Bytes of an executor's process, its heap included; in local mode it is this one. */
  static long executor(SparkConf conf, MemoryNeed need, ClusterShape shape, Machine machine) {
    MemoryCheck check = new MemoryCheck(conf, need, shape, machine);
    return MemoryNeed.JVM + check.heap() + need.besideHeap(check.together());
  }

  private long heap() {
    return EnvironmentCheck.isLocal(conf)
        ? machine.heap()
        : conf.getSizeAsMb("spark.executor.memory", "1g") * MIB;
  }

  /** Replicas that one executor trains at the same time. */
  private int together() {
    return Math.max(1, Math.min(shape.perExecutor(), need.replicas()));
  }

  private void local() {
    long beside = need.besideHeap(together());
    long inHeap = Math.min(need.chunks(1, shape.slots()), machine.heap());
    long all = need.driver() + beside + inHeap;
    if (all > machine.memory()) {
      throw refuse(
          "replicas at a time, driver and state need about " + Count.bytes(all) + " together",
          "this machine has " + Count.bytes(machine.memory()),
          "train fewer parts, or fewer replicas at a time (--master local[1]), or use a cluster");
    }
    facts.add(
        "this process needs about "
            + Count.bytes(all)
            + " of this machine's "
            + Count.bytes(machine.memory())
            + "; heap "
            + Count.bytes(machine.heap()));
    chunks(need.chunks(1, shape.slots()), machine.heap(), "PARROT_HEAP (or spark.driver.memory)");
  }

  private void driver() {
    boolean limited =
        isLimited() && conf.get("spark.submit.deployMode", "client").equals("cluster");
    long has = limited ? machine.heap() + overhead("driver", machine.heap()) : machine.memory();
    String whose = limited ? "its heap and overhead are " : "its machine has ";
    if (need.driver() > has) {
      throw refuse(
          "driver needs up to " + Count.bytes(need.driver()),
          whose + Count.bytes(has),
          limited
              ? "set spark.driver.memoryOverhead or spark.driver.memory higher"
              : "start it on a larger machine");
    }
    facts.add("driver needs up to " + Count.bytes(need.driver()) + ", " + whose + Count.bytes(has));
  }

  private void executor() {
    long heap = heap();
    long beside = need.besideHeap(together());
    String needs =
        "executor needs "
            + Count.bytes(beside)
            + " beside its heap for "
            + Count.of(together(), "replica")
            + " at a time";
    if (isLimited()) {
      long overhead = overhead("executor", heap);
      if (beside > overhead) {
        throw refuse(
            needs + " (see parrot plan)",
            "spark.executor.memoryOverhead is " + Count.bytes(overhead),
            "set it to more than " + (beside / MIB + 1) + "m");
      }
      facts.add(needs + ", spark.executor.memoryOverhead is " + Count.bytes(overhead));
    } else {
      facts.add(
          needs
              + ", and its worker's machine must have them beside "
              + Count.bytes(heap)
              + " of heap");
    }
    chunks(need.chunks(executors(), shape.slots()), heap, "spark.executor.memory");
  }

  /** If unknown, as few as hold all replicas at once. */
  private int executors() {
    int each = Math.max(1, shape.perExecutor());
    return shape.executors().orElse(Math.max(1, (need.replicas() + each - 1) / each));
  }

  /** Between rounds the state lies in the heaps of executors; what does not fit goes to disk. */
  private void chunks(long bytes, long heap, String setting) {
    double share = conf.getDouble("spark.memory.fraction", 0.6);
    if (bytes > share * (heap - RESERVED)) {
      long wanted = (long) (bytes / share) + RESERVED;
      facts.add(
          "warning: of the state between rounds, "
              + Count.bytes(bytes)
              + " lie in a heap of "
              + Count.bytes(heap)
              + ", so part of it goes to disk; set "
              + setting
              + " to "
              + (wanted / MIB + 1)
              + "m");
    }
  }

  /** Whether the cluster kills a process that takes more than heap and overhead. */
  private boolean isLimited() {
    String master = conf.get("spark.master", "");
    return master.startsWith("yarn") || master.startsWith("k8s:");
  }

  private long overhead(String whose, long heap) {
    String set = conf.get("spark." + whose + ".memoryOverhead", "");
    if (!set.isEmpty()) {
      return conf.getSizeAsMb("spark." + whose + ".memoryOverhead") * MIB;
    }
    double general = conf.getDouble("spark.kubernetes.memoryOverheadFactor", 0.1);
    double factor = conf.getDouble("spark." + whose + ".memoryOverheadFactor", general);
    return Math.max(SMALLEST_OVERHEAD, (long) (factor * heap));
  }

  private EnvironmentException refuse(String needs, String has, String remedy) {
    return new EnvironmentException(
        "Cannot train "
            + Count.of(need.trainable(), "parameter")
            + ": "
            + needs
            + " ("
            + has
            + "); "
            + remedy);
  }
}
