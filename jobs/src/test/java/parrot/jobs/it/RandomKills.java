package parrot.jobs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Kills processes of a cluster and a run on it, at moments that a seed tells. */
final class RandomKills {
  /** What can be killed, as often as it is listed: drivers and workers take long to start. */
  private enum Victim {
    EXECUTOR,
    DATA_NODE,
    WORKER,
    DRIVER
  }

  private static final List<Victim> VICTIMS =
      List.of(
          Victim.EXECUTOR,
          Victim.EXECUTOR,
          Victim.EXECUTOR,
          Victim.EXECUTOR,
          Victim.EXECUTOR,
          Victim.EXECUTOR,
          Victim.DATA_NODE,
          Victim.DATA_NODE,
          Victim.WORKER,
          Victim.DRIVER);

  /** Milliseconds between two kills, so that some meet a run in its rounds. */
  private static final int LONGEST_PAUSE = 15_000;

  /** A run that is killed and resumed until it has reached its end. */
  interface Run {
    /** Starts it, or goes on. */
    Process start() throws IOException;

    /** What it has printed since then. */
    String said() throws IOException;

    /** Checksums of its published checkpoints, by name. */
    Map<String, String> published() throws IOException;
  }

  private final OwnCluster cluster;
  private final Random random;
  private final Map<Victim, Integer> killed = new TreeMap<>();
  private int left;

  RandomKills(OwnCluster cluster, int count, long seed) {
    this.cluster = cluster;
    this.random = new Random(seed);
    this.left = count;
  }

  boolean isOver() {
    return left == 0;
  }

  /** How often each kind was killed. */
  @Override
  public String toString() {
    return killed.toString();
  }

  /** Brings a run to its end. What it had published stays as it was, whatever is killed. */
  void during(Run run) throws IOException, InterruptedException {
    Map<String, String> seen = new TreeMap<>();
    Process process = run.start();
    int mayFail = left + 1;
    while (process.isAlive() || process.exitValue() != 0) {
      if (!process.isAlive()) {
        assertThat(mayFail--).as("%s, then: %s", this, run.said()).isPositive();
        process = run.start();
      }
      process.waitFor(200 + random.nextInt(LONGEST_PAUSE), TimeUnit.MILLISECONDS);
      if (left > 0 && process.isAlive()) {
        kill(VICTIMS.get(random.nextInt(VICTIMS.size())), process);
      }
      Map<String, String> now = run.published();
      assertThat(now).as("after %s", this).containsAllEntriesOf(seen);
      seen.putAll(now);
    }
  }

  private void kill(Victim victim, Process driver) throws IOException, InterruptedException {
    switch (victim) {
      case EXECUTOR -> {
        List<ProcessHandle> executors = cluster.executors();
        if (executors.isEmpty()) {
          return; // the run has none yet
        }
        OwnCluster.signal("KILL", executors.get(random.nextInt(executors.size())));
      }
      case DATA_NODE -> restart("data-node-" + (1 + random.nextInt(2)));
      case WORKER -> restart("worker-" + (1 + random.nextInt(2)));
      case DRIVER -> {
        driver.descendants().forEach(ProcessHandle::destroyForcibly);
        driver.destroyForcibly().waitFor();
      }
    }
    left--;
    killed.merge(victim, 1, Integer::sum);
  }

  private void restart(String process) throws IOException, InterruptedException {
    cluster.must("cluster", "stop", "--kill", process);
    cluster.must("cluster", "start", process);
  }
}
