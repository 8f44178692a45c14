package parrot.jobs.cluster;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.io.FileUtils;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;
import parrot.jobs.failure.FailedException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code parrot cluster up}, {@code status}, {@code stop}, {@code start} and {@code down}. */
@Command(
    name = "cluster",
    header = "Run a Spark cluster and HDFS on this machine, to try what a real one does.",
    description =
        "Master, workers, name node and data nodes are processes of their own and listen on"
            + " 127.0.0.1. Submit to it with --on cluster.",
    footerHeading = "%nExamples:%n%n",
    footer = {
      "  ./parrot cluster up --workers 2",
      "  ./parrot --on cluster train align.yaml",
      "  ./parrot cluster stop --kill worker-1",
      "  ./parrot cluster down"
    })
public final class ClusterCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = "--folder",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description =
          "Folder of the cluster (default: PARROT_CLUSTER, else .cluster beside the launcher).")
  private Path given;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  @Command(description = "Start a cluster, or what does not run of one that exists.")
  void up(
      @Option(names = "--workers", paramLabel = "N", description = "Workers of Spark (default: 2).")
          Optional<Integer> workers,
      @Option(
              names = "--cores",
              paramLabel = "N",
              description = "Cores of each worker (default: 1).")
          Optional<Integer> cores,
      @Option(
              names = "--memory",
              paramLabel = "N",
              description = "Memory of each worker in MiB (default: 2048).")
          Optional<Integer> memory,
      @Option(
              names = "--gpus-per-worker",
              paramLabel = "N",
              description = "GPU addresses of each worker, present or not (default: 0).")
          Optional<Integer> gpus,
      @Option(
              names = "--data-nodes",
              paramLabel = "N",
              description = "Data nodes of HDFS (default: 2).")
          Optional<Integer> dataNodes)
      throws IOException {
    ClusterFolder folder = folder().requireUsable();
    if (!folder.exists()) {
      ClusterSize size =
          new ClusterSize(
              atLeast(1, "--workers", workers.orElse(2)),
              atLeast(1, "--cores", cores.orElse(1)),
              atLeast(1024, "--memory", memory.orElse(2048)),
              atLeast(0, "--gpus-per-worker", gpus.orElse(0)),
              atLeast(1, "--data-nodes", dataNodes.orElse(2)));
      LocalCluster.create(folder, size, home().resolve("cluster-config/standalone.conf"));
    } else if (workers
        .or(() -> cores)
        .or(() -> memory)
        .or(() -> gpus)
        .or(() -> dataNodes)
        .isPresent()) {
      throw new UsageException(
          "There is a cluster in "
              + folder.path()
              + " already: leave the options out to start what does not run of it, or take it"
              + " down first");
    }
    LocalCluster cluster = cluster();
    for (String name : cluster.names()) {
      if (cluster.start(name)) {
        say("starting " + name);
      }
    }
    cluster.await(cluster.names());
    status();
  }

  private static int atLeast(int least, String option, int value) {
    if (value < least) {
      throw new UsageException(
          "Invalid " + option + ": " + value + " (must be at least " + least + ")");
    }
    return value;
  }

  @Command(description = "Show its processes and addresses; exits with 1 if one does not run.")
  void status() throws IOException {
    LocalCluster cluster = cluster();
    boolean all = true;
    for (Map.Entry<String, Optional<ProcessHandle>> entry : cluster.processes().entrySet()) {
      Optional<ProcessHandle> process = entry.getValue();
      all &= process.isPresent();
      say(
          String.format(
              "%-14s %s",
              entry.getKey(), process.map(p -> "process " + p.pid()).orElse("stopped")));
    }
    ClusterFolder.Settings settings = cluster.settings();
    say(String.format("%-14s %s", "hdfs", settings.hdfs()));
    say(String.format("%-14s http://127.0.0.1:%d", "hdfs page", settings.hdfsPagePort()));
    say(String.format("%-14s %s", "spark", settings.master()));
    say(String.format("%-14s http://127.0.0.1:%d", "spark page", settings.masterPagePort()));
    say(String.format("%-14s %s", "logs", folder().file("logs")));
    if (!all) {
      throw new FailedException(
          "Not all of its processes run: 'parrot cluster up' starts the others");
    }
  }

  @Command(description = "Start one process that does not run.")
  void start(@Parameters(paramLabel = "NAME", description = "Name that status shows.") String name)
      throws IOException {
    LocalCluster cluster = cluster();
    boolean started = cluster.start(name);
    cluster.await(List.of(name));
    say(name + (started ? " started" : " runs already"));
  }

  @Command(description = "End one process.")
  void stop(
      @Parameters(paramLabel = "NAME", description = "Name that status shows.") String name,
      @Option(names = "--kill", description = "End it at once, as kill -9 does.") boolean kill)
      throws IOException {
    boolean ran = cluster().daemon(name).stop(kill);
    say(name + (ran ? " stopped" : " did not run"));
  }

  @Command(description = "End all processes and delete the folder with what is in its HDFS.")
  void down(
      @Option(
              names = "--keep",
              description = "Keep the folder, so that up starts the cluster again.")
          boolean keep)
      throws IOException {
    LocalCluster cluster = cluster();
    List<String> names = new ArrayList<>(cluster.names());
    Collections.reverse(names);
    for (String name : names) {
      if (cluster.daemon(name).stop(false)) {
        say(name + " stopped");
      }
    }
    if (!keep) {
      FileUtils.deleteDirectory(folder().path().toFile());
      say("deleted " + folder().path());
    }
  }

  private LocalCluster cluster() throws IOException {
    Path jars = home().resolve("jobs/target/spark-home/jars");
    if (!Files.isDirectory(jars)) {
      throw new EnvironmentException(
          "Cannot run a cluster: " + jars + " is missing; 'parrot cluster up' builds it");
    }
    return new LocalCluster(folder(), jars);
  }

  private ClusterFolder folder() {
    String variable = System.getenv("PARROT_CLUSTER");
    Path chosen =
        given != null
            ? given
            : variable != null && !variable.isBlank()
                ? Path.of(variable)
                : home().resolve(".cluster");
    return new ClusterFolder(chosen.toAbsolutePath().normalize());
  }

  private static Path home() {
    String home = System.getProperty("parrot.home");
    if (home == null) {
      throw new EnvironmentException(
          "Cannot run a cluster from the jar alone: start it with ./parrot");
    }
    return Path.of(home);
  }

  private void say(String line) {
    PrintWriter console = spec.commandLine().getOut();
    console.println(line);
    console.flush();
  }
}
