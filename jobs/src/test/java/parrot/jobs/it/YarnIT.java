package parrot.jobs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.jobs.cli.ExitCode;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.config.TrainConfigReader;
import parrot.jobs.train.SmallWorld;

/** Training on YARN with HDFS, from the profile that users have, in containers. */
@Tag("slow")
class YarnIT {
  @TempDir static java.nio.file.Path scratch;
  private static MiniDFSCluster hdfs;
  private static MiniYARNCluster yarn;
  private static SmallWorld world;
  private static java.nio.file.Path profile;

  @BeforeAll
  static void start() throws Exception {
    Configuration storage = new Configuration();
    storage.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, scratch.resolve("hdfs").toString());
    hdfs = new MiniDFSCluster.Builder(storage).numDataNodes(1).build();
    hdfs.waitActive();
    YarnConfiguration conf = new YarnConfiguration(hdfs.getConfiguration(0));
    conf.set("fs.defaultFS", hdfs.getURI().toString());
    conf.setInt("yarn.nodemanager.resource.memory-mb", 8192);
    conf.setInt("yarn.nodemanager.resource.cpu-vcores", 4);
    conf.setInt("yarn.scheduler.minimum-allocation-mb", 256);
    conf.set("yarn.scheduler.capacity.root.queues", "default");
    conf.set("yarn.scheduler.capacity.root.default.capacity", "100");
    conf.set("yarn.scheduler.capacity.maximum-am-resource-percent", "1");
    conf.setBoolean("yarn.nodemanager.vmem-check-enabled", false);
    conf.setBoolean("yarn.nodemanager.pmem-check-enabled", false);
    conf.set(
        "yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage", "100");
    // Hadoop comes with Spark's jars; there is no installation of it.
    conf.set("yarn.application.classpath", scratch.resolve("hadoop").toString());
    System.setProperty("test.build.data", scratch.resolve("yarn").toString());
    yarn = new MiniYARNCluster("yarn", 1, 1, 1);
    yarn.init(conf);
    yarn.start();
    assertThat(yarn.waitForNodeManagersToConnect(30_000)).isTrue();

    java.nio.file.Path folder = Files.createDirectories(scratch.resolve("hadoop"));
    try (OutputStream out = Files.newOutputStream(folder.resolve("core-site.xml"))) {
      new Configuration(yarn.getConfig()).writeXml(out);
    }
    Files.copy(folder.resolve("core-site.xml"), folder.resolve("yarn-site.xml"));
    Files.copy(folder.resolve("core-site.xml"), folder.resolve("hdfs-site.xml"));

    world = new SmallWorld(scratch.resolve("world"));
    FileSystem files = FileSystem.get(URI.create(hdfs.getURI() + "/"), new Configuration());
    files.copyFromLocalFile(new Path(world.folder.toUri()), new Path("/world"));
    profile = profile();
  }

  /** The profile for YARN, as small as the machine. */
  private static java.nio.file.Path profile() throws IOException {
    java.nio.file.Path jars = OwnCluster.HOME.resolve("jobs/target/spark-home/jars");
    String own =
        """

        spark.executor.instances      2
        spark.executor.cores          1
        spark.task.cpus               1
        spark.driver.memory           1g
        spark.driver.memoryOverhead   512m
        spark.executor.memory         1g
        spark.executor.memoryOverhead 512m
        spark.driver.host             127.0.0.1
        spark.yarn.appMasterEnv.SPARK_LOCAL_IP 127.0.0.1
        spark.executorEnv.SPARK_LOCAL_IP       127.0.0.1
        spark.ui.enabled              false
        spark.yarn.jars               local:%1$s/*
        spark.yarn.appMasterEnv.JAVA_TOOL_OPTIONS %2$s
        spark.executorEnv.JAVA_TOOL_OPTIONS       %2$s
        """
            .formatted(jars, OwnCluster.SHORT_LIVED);
    String text = Files.readString(OwnCluster.HOME.resolve("cluster-config/yarn.conf"));
    return Files.writeString(scratch.resolve("small-yarn.conf"), text + own);
  }

  @AfterAll
  static void stop() {
    if (yarn != null) {
      yarn.stop();
    }
    if (hdfs != null) {
      hdfs.shutdown();
    }
  }

  private record Ran(int code, String output) {}

  private static Ran train(String mode, String out, String... settings) throws Exception {
    String there = hdfs.getURI() + "/world/";
    TrainConfig config = world.configAt(there, out);
    // The driver may run anywhere, so its file lies where all can read it.
    Path file = new Path(there + out + ".yaml");
    FileSystem files = FileSystem.get(URI.create(there), new Configuration());
    try (OutputStream stream = files.create(file)) {
      stream.write(TrainConfigReader.toYaml(config.resolved()).getBytes(StandardCharsets.UTF_8));
    }
    List<String> command = new ArrayList<>(List.of(OwnCluster.HOME.resolve("parrot").toString()));
    command.addAll(List.of("--on", "yarn", "--deploy-mode", mode, "--profile"));
    command.addAll(List.of(profile.toString(), "train", file.toString()));
    Arrays.stream(settings).forEach(setting -> command.addAll(List.of("--set", setting)));
    java.nio.file.Path log = scratch.resolve(out + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().keySet().removeIf(key -> key.matches("SPARK_.*"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("HADOOP_CONF_DIR", scratch.resolve("hadoop").toString());
    builder.environment().put("PARROT_HEAP", "1g");
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.environment().put("JAVA_TOOL_OPTIONS", OwnCluster.SHORT_LIVED);
    int code = OwnCluster.finish(builder.start());
    return new Ran(code, Files.readString(log) + containers());
  }

  /** What containers print, where YARN keeps it; YARN may be deleting other files there. */
  private static String containers() throws IOException {
    StringBuilder text = new StringBuilder();
    Files.walkFileTree(
        scratch.resolve("yarn"),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(java.nio.file.Path file, BasicFileAttributes attributes)
              throws IOException {
            if (file.endsWith("stdout") || file.endsWith("stderr")) {
              text.append("\n== ").append(file).append('\n').append(Files.readString(file));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(java.nio.file.Path file, IOException problem)
              throws IOException {
            if (problem instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw problem;
          }
        });
    return text.toString();
  }

  private static boolean published(String out) throws IOException {
    Path path = new Path("/world/" + out + "/checkpoints/round-000004/_SUCCESS");
    return hdfs.getFileSystem().exists(path);
  }

  @Test
  void trainsWithTheDriverInAContainer() throws Exception {
    Ran ran = train("cluster", "in-container");
    assertThat(ran.code()).as(ran.output()).isZero();
    assertThat(published("in-container")).as(ran.output()).isTrue();
  }

  @Test
  void trainsWithTheDriverHere() throws Exception {
    Ran ran = train("client", "here");
    assertThat(ran.code()).as(ran.output()).isZero();
    assertThat(published("here")).as(ran.output()).isTrue();
  }

  @Test
  void saysWhyAndFailsWhereARunCannotBegin() throws Exception {
    Ran ran = train("client", "wrong", "data=[" + hdfs.getURI() + "/nowhere]");
    assertThat(ran.code()).as(ran.output()).isEqualTo(ExitCode.DATA.code());
  }
}
