package parrot.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.jobs.Main;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.config.TrainConfigReader;
import parrot.jobs.failure.StoppedException;

/** The commands {@code on_end} and {@code on_alarm} learn what happened, and can't change it. */
class RunEventsTest {
  @TempDir static Path folder;
  private static SmallWorld world;

  @BeforeAll
  static void make() throws IOException {
    world = new SmallWorld(folder);
  }

  /** Writes what the command is told. */
  private static String noting(String file) {
    return "env | grep '^PARROT_' | sort >> " + folder.resolve(file);
  }

  private static int train(String file, String out, String... settings) throws IOException {
    TrainConfig config = world.config(out, settings);
    Path yaml = folder.resolve(out + ".yaml");
    Files.writeString(yaml, TrainConfigReader.toYaml(config.resolved()));
    StringWriter said = new StringWriter();
    return Main.run(
        new PrintWriter(said),
        new PrintWriter(said),
        "train",
        yaml.toString(),
        "--master",
        "local[2]",
        "--set",
        "on_end=" + noting(file),
        "--set",
        "on_alarm=" + noting(file + ".alarm"));
  }

  @Test
  void tellsAlarmsAndTheEnd() throws IOException {
    int code = train("told", "run", "max_examples=16", "balance.alarm_violation=0.000001");

    assertThat(code).isZero();
    assertThat(Files.readAllLines(folder.resolve("told")))
        .contains("PARROT_EVENT=end", "PARROT_EXIT_CODE=0", "PARROT_MESSAGE=trained 1 rounds")
        .contains("PARROT_RUN=" + world.path("run"), "PARROT_ROUND=1")
        .anyMatch(line -> line.matches("PARROT_CHECKPOINT=.*/run/checkpoints/round-000001"))
        .anyMatch(line -> line.matches("PARROT_LOSS=\\d+\\.\\d+"))
        .anyMatch(line -> line.matches("PARROT_HELD_OUT_LOSS=\\d+\\.\\d+"));
    assertThat(Files.readAllLines(folder.resolve("told.alarm")))
        .contains("PARROT_EVENT=alarm", "PARROT_ROUND=1", "PARROT_RUN=" + world.path("run"))
        .anyMatch(line -> line.startsWith("PARROT_MESSAGE=warning: the most loaded expert gets"));
  }

  @Test
  void tellsWhyARunFailedAndWithWhichCode() throws IOException {
    int code = train("failed", "no-data", "data=[" + folder.resolve("trian") + "]");

    assertThat(code).isEqualTo(3);
    assertThat(Files.readString(folder.resolve("failed")))
        .contains("PARROT_EXIT_CODE=3")
        .contains("trian: no such folder")
        .doesNotContain("PARROT_CHECKPOINT");
    assertThat(folder.resolve("failed.alarm")).doesNotExist();
  }

  @Test
  void aCommandThatFailsOrHangsIsSaidAndNoMore() {
    assertThat(said("on_end=exit 7"))
        .containsExactly("warning: the command of on_end ended with 7");
    assertThat(said("on_end=sleep 60; true"))
        .containsExactly("warning: the command of on_end took longer than 1 s and was ended");
    assertThat(said("on_end=true")).isEmpty();
    assertThat(said("seed=1")).isEmpty();
  }

  @Test
  void aFactThatNoVariableCanHoldIsSaid() {
    List<String> said = new ArrayList<>();
    RunEvents events = new RunEvents(world.config("any", "on_end=true"), said::add);
    events.failed(new DataException("a \0 in it"));
    assertThat(said).singleElement().asString().contains("could not be started: Invalid");
  }

  @Test
  void anEndIsToldOnceWhoeverTellsItFirst() throws Exception {
    RunEvents events =
        new RunEvents(world.config("any", "on_end=sleep 0.3; " + noting("once")), line -> {});
    Thread signal = new Thread(() -> events.failed(new StoppedException(null)));
    signal.start();
    while (signal.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    events.failed(new DataException("what fails because the process is ending"));

    assertThat(Files.readAllLines(folder.resolve("once")))
        .contains("PARROT_EXIT_CODE=143")
        .filteredOn(line -> line.startsWith("PARROT_EVENT"))
        .hasSize(1);
    signal.join();
  }

  private static List<String> said(String setting) {
    List<String> said = new ArrayList<>();
    RunEvents events =
        new RunEvents(world.config("any", setting), said::add, Duration.ofSeconds(1));
    events.failed(new DataException("broken"));
    return said;
  }

  @Test
  void commandsAreNotStoredWithARunBecauseTheyMayHoldSecrets() {
    TrainConfig config = world.config("any", "on_end=tell SECRET", "on_alarm=tell SECRET");
    assertThat(config.watching().onEnd()).contains("tell SECRET");
    assertThat(config.resolved()).isEqualTo(world.config("any").resolved());
    assertThat(TrainConfigReader.fromYaml("on_end: tell SECRET\nseed: 1\n").has("on_end"))
        .isFalse();
  }
}
