package parrot.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkersTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void everyTaskRunsOnceAndIsDoneOnReturn(int threads) {
    try (Workers workers = new Workers(threads)) {
      for (int round = 0; round < 200; round++) {
        AtomicIntegerArray runs = new AtomicIntegerArray(round % 9);
        workers.run(runs.length(), (index, worker) -> runs.incrementAndGet(index));
        for (int i = 0; i < runs.length(); i++) {
          assertThat(runs.get(i)).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void noTwoThreadsAreTheSameWorkerAtATime() {
    try (Workers workers = new Workers(3)) {
      AtomicIntegerArray busy = new AtomicIntegerArray(3);
      workers.run(
          500,
          (index, worker) -> {
            assertThat(busy.incrementAndGet(worker)).isEqualTo(1);
            Thread.onSpinWait();
            busy.decrementAndGet(worker);
          });
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void rangesCoverEverythingWithoutOverlap(int threads) {
    try (Workers workers = new Workers(threads)) {
      AtomicIntegerArray seen = new AtomicIntegerArray(10);
      workers.split(
          10,
          1 << 20,
          (from, to) -> {
            for (int i = from; i < to; i++) {
              seen.incrementAndGet(i);
            }
          });
      assertThat(seen).hasToString("[1, 1, 1, 1, 1, 1, 1, 1, 1, 1]");
      workers.split(0, 1 << 20, (from, to) -> assertThat(to).isEqualTo(from));
    }
  }

  @Test
  void aFailureReachesTheCallerAndTheNextJobRuns() {
    try (Workers workers = new Workers(2)) {
      assertThatThrownBy(
              () ->
                  workers.run(
                      8,
                      (index, worker) -> {
                        if (index == 5) {
                          throw new IllegalStateException("task " + index);
                        }
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("task 5");
      AtomicIntegerArray runs = new AtomicIntegerArray(4);
      workers.run(4, (index, worker) -> runs.incrementAndGet(index));
      assertThat(runs).hasToString("[1, 1, 1, 1]");
    }
  }

  @Test
  void refusesNoThreads() {
    assertThatThrownBy(() -> new Workers(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid threads: 0 (must be at least 1)");
  }
}
