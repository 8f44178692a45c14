package parrot.jobs.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import parrot.datasets.UsageException;
import parrot.datasets.storage.HdfsShorthand;

/**
 * Everything that belongs to a cluster on this machine: settings, processes, logs, blocks.
 *
 * <pre>
 *   cluster.json      size and ports
 *   cluster.conf      properties to submit with
 *   client/           Hadoop's settings for those who use it
 *   server/           the same for its nodes
 *   logs/  pids/      by daemon
 *   data/             blocks of HDFS; work/ and local/: of Spark
 * </pre>
 */
record ClusterFolder(Path path) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What was asked for, and the ports of 127.0.0.1 that were free then. */
  record Settings(
      ClusterSize size, int hdfsPort, int hdfsPagePort, int masterPort, int masterPagePort) {
    String hdfs() {
      return "hdfs://127.0.0.1:" + hdfsPort;
    }

    String master() {
      return "spark://127.0.0.1:" + masterPort;
    }
  }

  /**
   * HDFS reads percent signs in its folders' addresses, so blanks and letters outside ASCII break.
   *
   * @throws UsageException if the folder's path has such
   */
  ClusterFolder requireUsable() {
    if (!path.toString().matches("[A-Za-z0-9_./+~=@-]+")) {
      throw new UsageException(
          "Cannot keep a cluster in "
              + path
              + ": HDFS takes no blanks and no letters outside ASCII in its folders; choose"
              + " another with --folder");
    }
    return this;
  }

  boolean exists() {
    return Files.exists(file("cluster.json"));
  }

  Path file(String name) {
    return path.resolve(name);
  }

  Daemon daemon(String name) {
    return new Daemon(name, file("pids/" + name), file("logs/" + name + ".log"));
  }

  Settings settings() throws IOException {
    return JSON.readValue(file("cluster.json").toFile(), Settings.class);
  }

  /**
   * Lays the folder out.
   *
   * @param profile properties for Spark's own clusters, which this one's are added to
   */
  void write(Settings settings, String profile) throws IOException {
    for (String folder : new String[] {"logs", "pids", "client", "server", "data", "work"}) {
      Files.createDirectories(file(folder));
    }
    Map<String, String> client = new LinkedHashMap<>();
    // A name node that is started again is waited for.
    client.put("dfs.client.retry.policy.enabled", "true");
    client.put("dfs.client.retry.policy.spec", "1000,60");
    client.put("dfs.replication", "" + Math.min(2, settings.size().dataNodes()));
    // There is no third node that could take the place of one that is lost.
    client.put("dfs.client.block.write.replace-datanode-on-failure.policy", "NEVER");
    client.put(HdfsShorthand.SETTING, settings.hdfs());
    writeHadoop("client", client);
    Map<String, String> server = new LinkedHashMap<>(client);
    server.put("fs.defaultFS", settings.hdfs());
    server.put("dfs.namenode.http-address", "127.0.0.1:" + settings.hdfsPagePort());
    server.put("dfs.namenode.name.dir", file("data/name-node").toUri().toString());
    server.put("dfs.namenode.handler.count", "4");
    server.put("dfs.namenode.safemode.extension", "0");
    server.put("dfs.namenode.heartbeat.recheck-interval", "2000");
    server.put("dfs.heartbeat.interval", "1");
    server.put("dfs.permissions.enabled", "false");
    for (String port : new String[] {"address", "http.address", "ipc.address"}) {
      server.put("dfs.datanode." + port, "127.0.0.1:0");
    }
    writeHadoop("server", server);
    Files.writeString(file("cluster.conf"), profile + "\n" + properties(settings));
    if (settings.size().gpus() > 0) {
      writeDiscovery(settings.size());
    }
    JSON.writerWithDefaultPrettyPrinter().writeValue(file("cluster.json").toFile(), settings);
  }

  /** Each worker has addresses of its own, as if all were of one machine. */
  private void writeDiscovery(ClusterSize size) throws IOException {
    for (int worker = 1; worker <= size.workers(); worker++) {
      int first = (worker - 1) * size.gpus();
      String addresses =
          IntStream.range(first, first + size.gpus())
              .mapToObj(address -> "\"" + address + "\"")
              .collect(Collectors.joining(", "));
      Path script = discovery(worker);
      Files.writeString(
          script, "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [" + addresses + "]}'\n");
      Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.writeString(
          file("worker-" + worker + ".conf"),
          "spark.worker.resource.gpu.amount "
              + size.gpus()
              + "\nspark.worker.resource.gpu.discoveryScript "
              + script
              + "\n");
    }
  }

  Path discovery(int worker) {
    return file("gpus-of-worker-" + worker + ".sh");
  }

  private String properties(Settings settings) {
    ClusterSize size = settings.size();
    StringJoiner lines = new StringJoiner("\n", "# The cluster on this machine.\n", "\n");
    lines.add("spark.master " + settings.master());
    lines.add("spark.driver.host 127.0.0.1");
    lines.add("spark.driver.bindAddress 127.0.0.1");
    lines.add("spark.driver.memory 1g");
    lines.add("spark.executor.memory " + size.executorMemory() + "m");
    lines.add("spark.executor.cores " + size.cores());
    lines.add("spark.task.cpus " + size.cores());
    lines.add("spark.cores.max " + size.cores() * size.workers());
    lines.add("spark.executor.extraClassPath " + file("client"));
    lines.add("spark.local.dir " + file("local"));
    if (size.gpus() > 0) {
      lines.add("spark.executor.resource.gpu.amount " + size.gpus());
      lines.add("spark.task.resource.gpu.amount " + size.gpus());
    }
    return lines.toString();
  }

  /** Hadoop's own defaults for {@code dfs.} keys win over core-site.xml, so each has its file. */
  private void writeHadoop(String folder, Map<String, String> values) throws IOException {
    Map<String, String> core = new LinkedHashMap<>(values);
    core.keySet().removeIf(name -> name.startsWith("dfs."));
    Map<String, String> hdfs = new LinkedHashMap<>(values);
    hdfs.keySet().removeIf(name -> !name.startsWith("dfs."));
    Files.writeString(file(folder + "/core-site.xml"), xml(core));
    Files.writeString(file(folder + "/hdfs-site.xml"), xml(hdfs));
  }

  private static String xml(Map<String, String> values) {
    StringBuilder text = new StringBuilder("<?xml version=\"1.0\"?>\n<configuration>\n");
    values.forEach(
        (name, value) ->
            text.append("  <property><name>")
                .append(name)
                .append("</name><value>")
                .append(value)
                .append("</value></property>\n"));
    return text.append("</configuration>\n").toString();
  }
}
