package parrot.benchmarks.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Runs steps as users run commands: each a process of the launcher, with its own log. */
final class StepRun {
  private static final int GRACE_SECONDS = 60;
  private static final int LINES_OF_FAILURE = 3;

  private final StudyFolder folder;
  private final List<String> launcher;
  private final Path parts;
  private final int threads;
  private final String commit;
  private final Set<Process> running = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  /**
   * @param launcher words before the command
   * @param parts folder of the pretrained parts
   * @param threads of each process
   * @param commit recorded with what is made
   */
  StepRun(StudyFolder folder, List<String> launcher, Path parts, int threads, String commit) {
    this.folder = folder;
    this.launcher = launcher;
    this.parts = parts;
    this.threads = threads;
    this.commit = commit;
  }

  /**
   * Runs one to its end.
   *
   * @throws FailedStepException with the end of its log if it ends with another code than 0
   * @throws InterruptedException if everything is being stopped
   */
  void run(Step step) throws IOException, InterruptedException {
    requireGoingOn();
    endLeftOver(step);
    ObjectNode settings = (ObjectNode) Step.replace(step.settings(), name -> place(step, name));
    List<String> words = new ArrayList<>(launcher);
    words.addAll(words(step, settings));
    Path log = folder.beside(step, ".log");
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(folder.path().toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("PARROT_THREADS", Integer.toString(threads));
    builder.environment().putIfAbsent("PARROT_HEAP", "2g");
    long start = System.nanoTime();
    Process process = builder.start();
    running.add(process);
    try {
      Files.writeString(folder.beside(step, ".pid"), Long.toString(process.pid()));
      int code = process.waitFor();
      requireGoingOn();
      if (code != 0) {
        throw new FailedStepException(
            "%s ended with %d: %s (see %s)".formatted(step.kind().command(), code, end(log), log));
      }
    } finally {
      running.remove(process);
    }
    folder.done(step, settings, (System.nanoTime() - start) / 1e9, commit);
    Files.deleteIfExists(folder.beside(step, ".pid"));
  }

  private void requireGoingOn() throws InterruptedException {
    if (stopping) {
      throw new InterruptedException("The study is being stopped");
    }
  }

  /** Ends what runs and starts nothing more, giving training the time to write a checkpoint. */
  void stop() {
    stopping = true;
    running.forEach(Process::destroy);
    for (Process process : running) {
      try {
        if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        process.destroyForcibly();
      }
    }
  }

  private String place(Step step, String name) {
    return name.equals(CellSteps.PARTS)
        ? parts.toString()
        : folder.of(step.needs().get(name)).toString();
  }

  private List<String> words(Step step, ObjectNode settings) throws IOException {
    List<String> words = new ArrayList<>(List.of(step.kind().command()));
    JsonNode config = settings.get("config");
    if (step.kind() == StepKind.TRAIN) {
      Path file = folder.beside(step, ".yaml");
      ObjectNode whole = ((ObjectNode) config).deepCopy().put("out", folder.of(step).toString());
      StudyFolder.write(file, StudyFolder.JSON.writeValueAsString(whole) + "\n");
      words.add(file.toString());
    } else {
      words.addAll(List.of("--out", folder.of(step).toString()));
    }
    words.addAll(step.kind().again());
    for (Map.Entry<String, JsonNode> option : settings.properties()) {
      if (!option.getKey().equals("config") && !option.getValue().isNull()) {
        words.addAll(option(option.getKey(), option.getValue()));
      }
    }
    if (step.kind().onSpark() && !settings.has("master")) {
      int slots = step.kind() == StepKind.TRAIN ? config.path("replicas").asInt(2) : 1;
      words.addAll(List.of("--master", "local[" + slots + "]"));
    }
    return words;
  }

  private static List<String> option(String name, JsonNode value) {
    if (value.isBoolean()) {
      return value.asBoolean() ? List.of("--" + name) : List.of();
    }
    List<String> words = new ArrayList<>(List.of("--" + name));
    (value.isArray() ? value : List.of(value)).forEach(one -> words.add(one.asText()));
    return words;
  }

  /** A process of this step whose study was killed would write beside the new one. */
  private void endLeftOver(Step step) throws IOException, InterruptedException {
    Path file = folder.beside(step, ".pid");
    if (!Files.exists(file)) {
      return;
    }
    String written = Files.readString(file).strip();
    long pid = written.isEmpty() ? 0 : Long.parseLong(written); // killed before it was written
    Path command = Path.of("/proc", Long.toString(pid), "cmdline");
    boolean ours = Files.isReadable(command) && Files.readString(command).contains(step.id());
    if (ours) {
      ProcessHandle process = ProcessHandle.of(pid).orElse(null);
      if (process != null) {
        process.destroy();
        for (int second = 0; process.isAlive() && second < GRACE_SECONDS; second++) {
          TimeUnit.SECONDS.sleep(1);
        }
        process.destroyForcibly();
      }
    }
    Files.deleteIfExists(file);
  }

  /** Whether a line is the command's, not Java's own. */
  private static boolean tells(String line) {
    return !line.isBlank() && !line.startsWith("WARNING: ");
  }

  private static String end(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log).stream().filter(StepRun::tells).toList();
    return String.join(
        " / ", lines.subList(Math.max(0, lines.size() - LINES_OF_FAILURE), lines.size()));
  }
}
