package parrot.jobs.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the environments of driver and executors with {@link NativeEnvironment} and says what to
 * set where. Other values make the jobs slow and nothing worse, so that none is refused.
 */
public final class EnvironmentCheck {
  static final String EXECUTORS = "spark.executorEnv.";

  /** Spark's name for the executor that is the driver, in local mode. */
  private static final String DRIVER = "driver";

  private static final Logger LOG = LoggerFactory.getLogger(EnvironmentCheck.class);
  private static final AtomicBoolean LOOKED = new AtomicBoolean();

  private EnvironmentCheck() {}

  /**
   * @param environment of this process, the driver
   * @param cores of this machine
   * @return one line where all is well; else a heading and a line for each variable
   */
  static List<String> facts(SparkConf conf, UnaryOperator<String> environment, int cores) {
    List<String> facts = new ArrayList<>();
    if (isLocal(conf)) {
      var findings = NativeEnvironment.ofProcess(environment, cores);
      warn(facts, findings, "of this process", "export ");
      return facts.isEmpty()
          ? List.of(well(environment.apply(NativeEnvironment.THREADS), "this process"))
          : facts;
    }
    UnaryOperator<String> executors = name -> conf.get(EXECUTORS + name, null);
    int taskCores = conf.getInt("spark.task.cpus", 1);
    var ofExecutors = NativeEnvironment.ofExecutor(executors, taskCores);
    warn(facts, ofExecutors, "of executors", EXECUTORS);
    // Of the driver's threads nothing is asked: its networks get those of a task.
    var ofDriver = NativeEnvironment.ofLibraries(environment);
    warn(facts, ofDriver, "of the driver", driverPrefix(conf));
    return facts.isEmpty() ? List.of(well(Integer.toString(taskCores), "each task")) : facts;
  }

  /** Logs, once in an executor's JVM, what its real environment lacks. Called by tasks. */
  public static void logOnExecutor() {
    SparkEnv spark = SparkEnv.get();
    TaskContext task = TaskContext.get();
    boolean onExecutor = spark != null && task != null && !spark.executorId().equals(DRIVER);
    if (!onExecutor || LOOKED.getAndSet(true)) {
      return;
    }
    var findings = NativeEnvironment.ofExecutor(System::getenv, task.cpus());
    if (!findings.isEmpty()) {
      LOG.warn(
          "Native code of executor {} is slower than it could be; set {}",
          spark.executorId(),
          findings.stream().map(one -> EXECUTORS + one).collect(Collectors.joining(", ")));
    }
  }

  /** Whether driver and executors are one process. */
  static boolean isLocal(SparkConf conf) {
    String master = conf.get("spark.master", "local");
    return master.equals("local") || master.startsWith("local[");
  }

  private static String well(String threads, String whose) {
    return "OpenMP and the allocator are set as is fast; threads of " + whose + ": " + threads;
  }

  private static void warn(
      List<String> facts, List<NativeEnvironment.Finding> findings, String whose, String prefix) {
    if (findings.isEmpty()) {
      return;
    }
    String where =
        prefix.startsWith("spark.")
            ? "set in the profile, or with --conf:"
            : "set in the shell before the start (./parrot sets what is not set):";
    facts.add("warning: native code " + whose + " is slower than it could be; " + where);
    findings.forEach(finding -> facts.add("  " + prefix + finding));
  }

  /** A driver that the cluster starts knows nothing of the shell's environment. */
  private static String driverPrefix(SparkConf conf) {
    String master = conf.get("spark.master", "");
    boolean onCluster = conf.get("spark.submit.deployMode", "client").equals("cluster");
    // Inside the pod of its driver, Spark submits once more, in client mode.
    boolean inPod = conf.getBoolean("spark.kubernetes.submitInDriver", false);
    if (master.startsWith("k8s:") && (onCluster || inPod)) {
      return "spark.kubernetes.driverEnv.";
    }
    return master.startsWith("yarn") && onCluster ? "spark.yarn.appMasterEnv." : "export ";
  }
}
