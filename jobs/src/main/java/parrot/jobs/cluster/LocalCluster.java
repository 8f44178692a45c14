package parrot.jobs.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.protocol.HdfsConstants.DatanodeReportType;
import org.apache.hadoop.hdfs.protocol.HdfsConstants.SafeModeAction;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;

/** Starts, looks at and ends the processes of a cluster on this machine, all on 127.0.0.1. */
final class LocalCluster {
  static final String NAME_NODE = "name-node";
  static final String DATA_NODE = "data-node-";
  static final String MASTER = "master";
  static final String WORKER = "worker-";

  private static final long PATIENCE = 60_000; // ms
  private static final String HDFS = "org.apache.hadoop.hdfs.server.";
  private static final String SPARK = "org.apache.spark.deploy.";

  private final ClusterFolder folder;
  private final Path jars;
  private final ClusterFolder.Settings settings;

  /**
   * @param jars folder with those of Spark and Hadoop
   */
  LocalCluster(ClusterFolder folder, Path jars) throws IOException {
    this.folder = folder;
    this.jars = jars;
    if (!folder.exists()) {
      throw new UsageException(
          "There is no cluster in " + folder.path() + ": start one with 'parrot cluster up'");
    }
    this.settings = folder.settings();
  }

  /** Lays out a folder for a new cluster. */
  static void create(ClusterFolder folder, ClusterSize size, Path profile) throws IOException {
    int[] ports = freePorts(4);
    folder.write(
        new ClusterFolder.Settings(size, ports[0], ports[1], ports[2], ports[3]),
        Files.readString(profile));
  }

  private static int[] freePorts(int count) throws IOException {
    int[] ports = new int[count];
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        ports[i] = sockets.get(i).getLocalPort();
      }
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
    return ports;
  }

  ClusterFolder.Settings settings() {
    return settings;
  }

  /** All that belong to it, in the order in which they start. */
  List<String> names() {
    List<String> names = new ArrayList<>(List.of(NAME_NODE));
    for (int i = 1; i <= settings.size().dataNodes(); i++) {
      names.add(DATA_NODE + i);
    }
    names.add(MASTER);
    for (int i = 1; i <= settings.size().workers(); i++) {
      names.add(WORKER + i);
    }
    return names;
  }

  /** Those that run, with their process. */
  Map<String, Optional<ProcessHandle>> processes() throws IOException {
    Map<String, Optional<ProcessHandle>> processes = new LinkedHashMap<>();
    for (String name : names()) {
      processes.put(name, folder.daemon(name).process());
    }
    return processes;
  }

  /**
   * @throws UsageException if none is called so
   */
  Daemon daemon(String name) {
    if (!names().contains(name)) {
      throw new UsageException(
          "There is no " + name + ": choose from " + String.join(", ", names()));
    }
    return folder.daemon(name);
  }

  /**
   * Starts one that does not run.
   *
   * @return whether it had to be started
   */
  boolean start(String name) throws IOException {
    Daemon daemon = daemon(name);
    if (daemon.process().isPresent()) {
      return false;
    }
    int number = Integer.parseInt("0" + name.replaceAll("[^0-9]", ""));
    List<String> arguments;
    if (name.equals(NAME_NODE)) {
      format();
      arguments = hadoop("namenode.NameNode");
    } else if (name.startsWith(DATA_NODE)) {
      arguments = hadoop("datanode.DataNode");
      arguments.addAll(List.of("-D", "dfs.datanode.data.dir=" + folder.file("data/" + name)));
    } else if (name.equals(MASTER)) {
      arguments = spark("master.Master", settings.masterPort(), settings.masterPagePort());
    } else {
      arguments = spark("worker.Worker", 0, 0);
      arguments.addAll(List.of("--cores", "" + settings.size().cores()));
      arguments.addAll(List.of("--memory", settings.size().memory() + "m"));
      arguments.addAll(List.of("--work-dir", folder.file("work/" + name).toString()));
      if (settings.size().gpus() > 0) {
        arguments.addAll(List.of("--properties-file", folder.file(name + ".conf").toString()));
      }
      arguments.add(settings.master());
    }
    daemon.start(arguments, environment(number));
    return true;
  }

  private void format() throws IOException {
    if (Files.exists(folder.file("data/name-node/current/VERSION"))) {
      return;
    }
    List<String> command = hadoop("namenode.NameNode");
    command.addAll(List.of("-format", "-nonInteractive"));
    Path log = folder.file("logs/format.log");
    try {
      int code =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start()
              .waitFor();
      if (code != 0) {
        throw failed("Cannot format HDFS (exit code " + code + "); " + log + " says why");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("Stopped while formatting HDFS");
    }
  }

  private List<String> hadoop(String type) {
    List<String> command = java(folder.file("server") + ":" + jars + "/*");
    command.add(HDFS + type);
    return command;
  }

  private List<String> spark(String type, int port, int page) {
    List<String> command = java(folder.file("client") + ":" + jars + "/*");
    command.addAll(List.of(SPARK + type, "--host", "127.0.0.1"));
    command.addAll(List.of("--port", "" + port, "--webui-port", "" + page));
    return command;
  }

  private static List<String> java(String classPath) {
    List<String> command = new ArrayList<>(List.of("setsid"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (flag.startsWith("--add-opens")) {
        command.add(flag);
      }
    }
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-cp", classPath));
    return command;
  }

  private Map<String, String> environment(int number) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("SPARK_HOME", jars.getParent().toString());
    environment.put("SPARK_SCALA_VERSION", "2.12");
    environment.put("SPARK_LOCAL_IP", "127.0.0.1");
    environment.put("SPARK_LOCAL_DIRS", folder.file("local/" + number).toString());
    return environment;
  }

  /**
   * Waits until what runs can be used: HDFS takes files, the master knows its workers. Whatever is
   * stopped is not waited for.
   *
   * @param started those that must not end meanwhile
   * @throws EnvironmentException with the end of a log if one dies or is not ready in a minute
   */
  void await(List<String> started) throws IOException {
    if (running(NAME_NODE) > 0) {
      awaiting(NAME_NODE, started, this::hdfsIsReady);
    }
    if (running(MASTER) > 0) {
      awaiting(MASTER, started, this::sparkIsReady);
    }
    requireRunning(started);
  }

  private interface Check {
    boolean ready() throws IOException;
  }

  private void requireRunning(List<String> started) throws IOException {
    for (String each : started) {
      Daemon daemon = folder.daemon(each);
      if (daemon.process().isEmpty()) {
        throw failed("The " + each + " ended:\n" + daemon.lastLines(8));
      }
    }
  }

  private void awaiting(String name, List<String> started, Check check) throws IOException {
    long deadline = System.currentTimeMillis() + PATIENCE;
    String answer = "";
    while (true) {
      requireRunning(started);
      try {
        if (check.ready()) {
          return;
        }
      } catch (IOException e) {
        answer = " (" + e.getMessage() + ")";
      }
      if (System.currentTimeMillis() > deadline) {
        throw failed(
            "The "
                + name
                + " is not ready after a minute"
                + answer
                + ":\n"
                + folder.daemon(name).lastLines(8));
      }
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw failed("Stopped while waiting for the " + name);
      }
    }
  }

  private boolean hdfsIsReady() throws IOException {
    Configuration quick = new Configuration();
    quick.setInt("ipc.client.connect.max.retries", 0);
    try (DistributedFileSystem files =
        (DistributedFileSystem) FileSystem.newInstance(URI.create(settings.hdfs()), quick)) {
      return !files.setSafeMode(SafeModeAction.SAFEMODE_GET)
          && files.getDataNodeStats(DatanodeReportType.LIVE).length >= running(DATA_NODE);
    }
  }

  private boolean sparkIsReady() throws IOException {
    URI page = URI.create("http://127.0.0.1:" + settings.masterPagePort() + "/json/");
    JsonNode state = new ObjectMapper().readTree(page.toURL());
    return state.path("aliveworkers").asInt() >= running(WORKER);
  }

  private long running(String kind) throws IOException {
    return processes().entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(kind) && entry.getValue().isPresent())
        .count();
  }

  private static EnvironmentException failed(String message) {
    return new EnvironmentException(message);
  }
}
