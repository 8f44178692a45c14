package parrot.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A signal is answered at once: the first finishes the round, the second stops now. */
class StopSignalTest {
  private final List<String> said = new ArrayList<>();
  private final StopSignal stop =
      new StopSignal(
          said::add,
          "Stopped before the first round",
          () -> said.add("told"),
          code -> said.add("exit " + code),
          code -> said.add("halt " + code));

  @AfterEach
  void close() {
    stop.close();
  }

  @Test
  void finishesTheRoundAndThenStopsWithTheLastCheckpoint() {
    stop.during(
        new StopSignal.Work(
            () -> "round 12, about 40 s",
            () -> "--resume continues from round-000010",
            () -> said.add("released")));

    stop.request();
    assertThat(stop.isRequested()).isTrue();
    assertThat(said).containsExactly("Finishing round 12, about 40 s; again to stop now");

    said.clear();
    stop.request();
    assertThat(said)
        .containsExactly(
            "Stopped at once; --resume continues from round-000010", "released", "halt 130");
  }

  @Test
  void endsAtOnceBeforeThereAreRounds() {
    stop.request();
    assertThat(said).containsExactly("Stopped before the first round", "told", "exit 143");

    said.clear();
    stop.request();
    assertThat(said).containsExactly("exit 143");
  }
}
