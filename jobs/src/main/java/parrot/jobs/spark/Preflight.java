package parrot.jobs.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.serializer.KryoSerializer;
import org.nd4j.linalg.factory.Nd4j;
import parrot.datasets.EnvironmentException;
import parrot.datasets.storage.StorageUnavailableException;
import parrot.model.kernel.KernelProvider;
import parrot.model.kernel.Precision;
import parrot.model.kernel.VectorApi;

/**
 * Checks the environment before a long job begins: one line for each fact, a warning if it makes
 * the job slow, an exception if the job cannot work.
 */
public final class Preflight {
  /** Packages that Spark and Kryo open by reflection on Java 17. */
  private static final List<String> OPENED =
      List.of("java.lang", "java.nio", "java.util", "java.util.concurrent", "sun.nio.ch");

  /** To see whether there is a card would start NVIDIA's driver, which takes its memory. */
  private static final String NONE = "none asked for (kernels.device: cuda takes one)";

  private static final String ON_PROCESSOR = "; kernels compute on the processor";

  private final SparkConf conf;
  private final ClusterShape shape;
  private final UnaryOperator<String> environment;
  private final List<String> lines = new ArrayList<>();

  private Preflight(SparkConf conf, ClusterShape shape, UnaryOperator<String> environment) {
    this.conf = conf;
    this.shape = shape;
    this.environment = environment;
  }

  /**
   * Checks everything that a job with tasks of equal weight needs.
   *
   * @param tasks that should run at the same time
   * @param kernels name of the kernels the job will use
   * @param precision of their products
   * @return one line for each thing checked
   * @throws EnvironmentException and the remedy
   */
  public static List<String> check(
      SparkContext spark, int tasks, String kernels, Precision precision) {
    ClusterShape shape = ClusterShape.of(spark);
    return withCards(
        check(spark.getConf(), shape, System::getenv, tasks, kernels, precision),
        spark,
        shape,
        kernels);
  }

  private static List<String> withCards(
      List<String> lines, SparkContext spark, ClusterShape shape, String kernels) {
    KernelProvider provider = KernelProvider.named(kernels);
    if (!provider.isOnCards()) {
      return lines;
    }
    List<String> all = new ArrayList<>(lines);
    all.add(line("cards", ClusterCards.of(spark, shape.slots(), provider)));
    return List.copyOf(all);
  }

  /**
   * Holds what a model asks of memory against what driver and executors have.
   *
   * @return one line for each thing checked
   * @throws EnvironmentException numbers and the setting to change
   */
  public static List<String> memory(SparkContext spark, MemoryNeed need) {
    List<String> facts =
        MemoryCheck.facts(
            spark.getConf(), need, ClusterShape.now(spark), MemoryCheck.Machine.here());
    return facts.stream().map(fact -> line("memory", fact)).toList();
  }

  /** Bytes of an executor's process, its heap included, as is planned. */
  public static long executorBytes(SparkContext spark, MemoryNeed need) {
    return MemoryCheck.executor(
        spark.getConf(), need, ClusterShape.now(spark), MemoryCheck.Machine.here());
  }

  /** Tasks that run at the same time. */
  public static int slots(SparkContext spark) {
    return ClusterShape.now(spark).slots();
  }

  /**
   * Writes a small file to a folder, or to the nearest one above that exists, and deletes it.
   *
   * @return a line
   * @throws EnvironmentException if that fails
   * @throws StorageUnavailableException if the file system does not answer
   */
  public static String writable(Path out, Configuration configuration) {
    return line("output", OutputProbe.fact(out, configuration));
  }

  /**
   * Makes sure that executors, which write into a folder, see it where the driver does.
   *
   * @param out with its scheme
   * @throws EnvironmentException naming the hosts that do not see it
   */
  public static void shared(SparkContext spark, Path out) {
    SharedOutput.require(spark, out);
  }

  static List<String> check(
      SparkConf conf,
      ClusterShape shape,
      UnaryOperator<String> environment,
      int tasks,
      String kernels,
      Precision precision) {
    Preflight preflight = new Preflight(conf, shape, environment);
    preflight.slots(tasks);
    preflight.accelerators(tasks, kernels);
    preflight.requireSlots();
    preflight.scheduling();
    preflight.serializer();
    preflight.java();
    preflight.nd4j();
    preflight.kernels(kernels, precision, Math.min(tasks, preflight.shape.slots()));
    preflight.environment();
    return List.copyOf(preflight.lines);
  }

  /**
   * Checks what a job needs that computes in tasks of any number, each of which may be started
   * twice.
   *
   * @see #check(SparkContext, int, String, Precision)
   */
  public static List<String> checkAnyTasks(
      SparkContext spark, String kernels, Precision precision) {
    ClusterShape shape = ClusterShape.of(spark);
    return withCards(
        checkAnyTasks(spark.getConf(), shape, System::getenv, kernels, precision),
        spark,
        shape,
        kernels);
  }

  static List<String> checkAnyTasks(
      SparkConf conf,
      ClusterShape shape,
      UnaryOperator<String> environment,
      String kernels,
      Precision precision) {
    Preflight preflight = new Preflight(conf, shape, environment);
    preflight.say(
        "spark", preflight.master() + ", " + preflight.shape.slots() + " tasks at a time");
    preflight.accelerators(1, kernels);
    preflight.requireSlots();
    preflight.java();
    preflight.kernels(kernels, precision, preflight.shape.slots());
    preflight.environment();
    return List.copyOf(preflight.lines);
  }

  private void say(String topic, String fact) {
    lines.add(line(topic, fact));
  }

  private static String line(String topic, String fact) {
    return String.format("%-10s %s", topic, fact);
  }

  private static EnvironmentException refuse(String message) {
    return new EnvironmentException(message);
  }

  private String master() {
    return conf.get("spark.master", "local[*]");
  }

  private void slots(int tasks) {
    String waves =
        shape.slots() >= tasks
            ? ""
            : "; " + tasks + " replicas run one after the other, results are the same";
    say("spark", master() + ", " + shape.describe() + " for " + tasks + " replicas" + waves);
  }

  private void requireSlots() {
    if (shape.slots() < 1) {
      throw refuse(
          "Cannot run on "
              + master()
              + ": no task fits (spark.task.cpus is "
              + conf.get("spark.task.cpus", "1")
              + "); lower it or give executors more cores");
    }
  }

  private void accelerators(int tasks, String kernels) {
    double each = shape.gpusPerTask();
    boolean onCards = KernelProvider.named(kernels).isOnCards();
    if (each == 0 && shape.gpusPerExecutor() == 0) {
      if (!EnvironmentCheck.isLocal(conf)) {
        requireNoCards(onCards);
      }
      say("gpu", onCards ? "one task at a time on each" : NONE + ON_PROCESSOR);
      return;
    }
    if (EnvironmentCheck.isLocal(conf)) {
      throw refuse(
          "Cannot schedule GPUs in local mode: spark.task.resource.gpu.amount is "
              + conf.get("spark.task.resource.gpu.amount", "0")
              + ", spark.executor.resource.gpu.amount "
              + shape.gpusPerExecutor()
              + ", and tasks would wait forever; remove the settings or use a cluster");
    }
    if (each == 0 || shape.gpusPerExecutor() < each) {
      throw refuse(
          "Cannot schedule GPUs: a task asks for "
              + conf.get("spark.task.resource.gpu.amount", "0")
              + ", an executor for "
              + shape.gpusPerExecutor()
              + "; set spark.task.resource.gpu.amount and spark.executor.resource.gpu.amount, the"
              + " second not below the first");
    }
    String available =
        shape.executors().isPresent()
            ? shape.executors().getAsInt() * shape.gpusPerExecutor() + " available, "
            : "";
    say(
        "gpu",
        "%s needed for %s at once, %s%d per executor%s"
            .formatted(
                (long) Math.ceil(each * tasks),
                Count.of(tasks, "task"),
                available,
                shape.gpusPerExecutor(),
                onCards ? "" : ON_PROCESSOR));
  }

  private static void requireNoCards(boolean onCards) {
    if (onCards) {
      throw refuse(
          "Cannot compute on GPUs: Spark is asked for none; set spark.task.resource.gpu.amount=1 and"
              + " spark.executor.resource.gpu.amount, or compute on the processor");
    }
  }

  private void scheduling() {
    boolean dynamic = ClusterShape.isDynamic(conf);
    String idle = "spark.dynamicAllocation.cachedExecutorIdleTimeout";
    if (dynamic && conf.contains(idle)) {
      throw refuse(
          "Cannot train with "
              + idle
              + "="
              + conf.get(idle)
              + ": executors keep the state between rounds and would be taken away with it; remove"
              + " the setting, or set spark.dynamicAllocation.enabled=false");
    }
    say(
        "allocation",
        dynamic
            ? "dynamic, "
                + conf.get("spark.dynamicAllocation.minExecutors", "0")
                + " to "
                + conf.get("spark.dynamicAllocation.maxExecutors", "any number of")
                + " executors; a round waits until one is there"
            : "fixed executors");
    if (conf.getBoolean("spark.speculation", false)) {
      throw refuse(
          "Cannot train with spark.speculation=true: a replica would be trained twice at once; set"
              + " it to false");
    }
    say("retries", conf.getInt("spark.task.maxFailures", 4) + " per task");
  }

  private void serializer() {
    String serializer = conf.get("spark.serializer", "");
    String registrator = conf.get("spark.kryo.registrator", "");
    if (!serializer.equals(KryoSerializer.class.getName())) {
      throw refuse(
          "Cannot ship arrays with spark.serializer="
              + serializer
              + ": set it to "
              + KryoSerializer.class.getName());
    }
    if (!registrator.contains(ParrotKryoRegistrator.class.getName())) {
      throw refuse(
          "Cannot ship arrays with spark.kryo.registrator="
              + registrator
              + ": it must contain "
              + ParrotKryoRegistrator.class.getName());
    }
    boolean strict = conf.getBoolean("spark.kryo.registrationRequired", false);
    say(
        "serializer",
        "Kryo with "
            + ParrotKryoRegistrator.class.getSimpleName()
            + (strict ? ", registered classes alone" : ", any class"));
  }

  private void java() {
    Module base = Object.class.getModule();
    Module own = Preflight.class.getModule();
    for (String name : OPENED) {
      if (!base.isOpen(name, own)) {
        throw refuse(
            "Cannot run on Java "
                + Runtime.version().feature()
                + ": "
                + name
                + " is not open to reflection; start with ./parrot or spark-submit, or add"
                + " --add-opens=java.base/"
                + name
                + "=ALL-UNNAMED (cluster-config/jvm.options has it)");
      }
    }
    if (!VectorApi.isLoaded()) {
      throw refuse(
          "Cannot run without the Vector API: add --add-modules="
              + VectorApi.MODULE
              + " to"
              + " spark.driver.extraJavaOptions and spark.executor.extraJavaOptions");
    }
    long heap = Runtime.getRuntime().maxMemory() >> 20;
    say("java", Runtime.version() + ", heap of at most " + heap + " MiB");
    if (!EnvironmentCheck.isLocal(conf)) {
      JavaOptionsCheck.facts(conf).forEach(fact -> say("", fact));
    }
  }

  private void nd4j() {
    try {
      say("nd4j", Nd4j.getBackend().getClass().getSimpleName());
    } catch (LinkageError | RuntimeException e) {
      throw new EnvironmentException(
          "Cannot load ND4J's native library: "
              + e.getMessage()
              + "; is the jar built for this platform (-Dnative.platform)?",
          e);
    }
  }

  private void kernels(String name, Precision precision, int together) {
    KernelProvider kernels = KernelProvider.named(name);
    boolean elsewhere = kernels.isOnCards() && !EnvironmentCheck.isLocal(conf);
    (elsewhere ? Optional.<String>empty() : kernels.obstacle())
        .ifPresent(
            reason -> {
              throw new EnvironmentException(reason);
            });
    String rounding =
        precision == Precision.BF16 && !kernels.gainsFromBf16()
            ? " asked for, f32 used where bf16 is not faster, as here"
            : "";
    boolean crowded = EnvironmentCheck.isLocal(conf) && kernels.usesOpenMp();
    say("kernels", name + ", " + precision + rounding + (crowded ? crowd(together) : ""));
  }

  /** Tasks of one process have its cores between them, whatever each of them believes. */
  private String crowd(int together) {
    String threads = environment.apply(NativeEnvironment.OPEN_MP_THREADS);
    int cores = Runtime.getRuntime().availableProcessors();
    int each = threads != null && threads.matches("[0-9]{1,4}") ? Integer.parseInt(threads) : cores;
    if (each * together <= cores) {
      return "";
    }
    String remedy =
        each > 1
            ? "set " + NativeEnvironment.OPEN_MP_THREADS + " to 1"
            : "use the master local[" + cores + "]";
    return "; " + together + " tasks share " + cores + " cores: " + remedy + ", or this is slow";
  }

  private void environment() {
    int cores = Runtime.getRuntime().availableProcessors();
    String topic = "native";
    for (String fact : EnvironmentCheck.facts(conf, environment, cores)) {
      say(topic, fact);
      topic = "";
    }
  }
}
