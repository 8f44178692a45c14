package parrot.jobs.spark;

import java.util.Arrays;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.sql.SparkSession;
import parrot.datasets.EnvironmentException;

/**
 * Builds sessions that suit the jobs here. What {@code spark-submit} or the caller has set wins
 * over every default, unless the jobs could not run.
 */
public final class SparkSessions {
  private static final String LOOPBACK = "127.0.0.1";

  private SparkSessions() {}

  /**
   * Starts Spark, or finds it running in this process. Waits for a master that does not answer.
   *
   * @param name shown in Spark's own pages
   * @param master such as {@code local[2]} or {@code yarn}; null for spark-submit's, else all cores
   *     of this machine
   * @param settings further {@code spark.} settings
   * @throws EnvironmentException if Spark does not start
   */
  public static SparkSession create(String name, String master, Map<String, String> settings) {
    SettingsCheck.questions(settings).forEach(System.err::println);
    SparkConf conf = configuration(master, settings).setAppName(name);
    TemporaryFolders.requireWritable(conf, System::getenv);
    MasterCheck.await(conf);
    try {
      SparkSession session = SparkSession.builder().config(conf).getOrCreate();
      session.sparkContext().setLogLevel("WARN");
      ExecutorWatch.start(session.sparkContext());
      DelegationTokens.serve(session.sparkContext());
      return session;
    } catch (RuntimeException e) {
      throw unavailable(conf.get("spark.master"), e);
    } catch (Exception e) { // Scala throws checked exceptions undeclared
      throw unavailable(conf.get("spark.master"), e);
    }
  }

  /** The Java context of a session. */
  public static JavaSparkContext context(SparkSession session) {
    return JavaSparkContext.fromSparkContext(session.sparkContext());
  }

  /** The configuration of {@link #create}, before Spark starts. */
  static SparkConf configuration(String master, Map<String, String> settings) {
    SparkConf conf = new SparkConf();
    settings.forEach(conf::set);
    if (master != null) {
      conf.setMaster(master);
    }
    conf.setIfMissing("spark.master", "local[*]");
    // DL4J's arrays do not survive Java serialization between machines at any speed.
    conf.setIfMissing("spark.serializer", KryoSerializer.class.getName());
    conf.setIfMissing("spark.kryo.registrator", ParrotKryoRegistrator.class.getName());
    // An unregistered class fails with its name, instead of being sent slowly by reflection.
    conf.setIfMissing("spark.kryo.registrationRequired", "true");
    conf.setIfMissing("spark.sql.shuffle.partitions", "8");
    conf.setIfMissing("spark.ui.showConsoleProgress", "false");
    // As the profiles do, for those who submit without one.
    String threads = conf.get("spark.task.cpus", "1");
    conf.setIfMissing(EnvironmentCheck.EXECUTORS + NativeEnvironment.THREADS, threads);
    NativeEnvironment.recommended()
        .forEach((name, value) -> conf.setIfMissing(EnvironmentCheck.EXECUTORS + name, value));
    // Weights and images do not compress.
    conf.setIfMissing("spark.broadcast.compress", "false");
    conf.setIfMissing("spark.shuffle.compress", "false");
    // Else a few large pieces go to a file each, which are then copied into one.
    conf.setIfMissing("spark.shuffle.sort.bypassMergeThreshold", "1");
    if (conf.get("spark.master").startsWith("local")) {
      conf.setIfMissing("spark.driver.bindAddress", LOOPBACK);
      conf.setIfMissing("spark.driver.host", LOOPBACK);
      conf.setIfMissing("spark.ui.enabled", "false");
    }
    return conf;
  }

  private static EnvironmentException unavailable(String master, Exception cause) {
    String reason = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    String remedy = "";
    String stack = Arrays.toString(cause.getStackTrace());
    if (reason.contains("Service 'SparkUI'") || reason.contains("BindException")) {
      remedy =
          "; a port is taken: set spark.ui.port or spark.driver.port, or spark.ui.enabled=false";
    } else if (stack.contains("EventLogFileWriter") || stack.contains("EventLoggingListener")) {
      remedy = "; make the folder of the event log, or set spark.eventLog.dir to another";
    } else if (cause instanceof SparkException || reason.contains("master")) {
      remedy = "; is the master running, and is --master right?";
    }
    return new EnvironmentException(
        "Cannot start Spark on " + master + ": " + reason + remedy, cause);
  }
}
