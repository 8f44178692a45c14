package parrot.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;

/** A checkpoint is written beside the rounds; it counts once it is published. */
class BackgroundCheckpointsTest {
  private static final Path START = new Path("/run/round-000000");
  private static final Path LATER = new Path("/run/round-000007");

  private final CountDownLatch ready = new CountDownLatch(1);

  private Path publish() throws InterruptedException {
    assertThat(ready.await(10, TimeUnit.SECONDS)).isTrue();
    return LATER;
  }

  @Test
  void theNewestIsTheOneBeforeUntilItIsPublished() throws IOException {
    try (BackgroundCheckpoints written = new BackgroundCheckpoints(START)) {
      written.begin(7, this::publish);
      written.requireNoFailure();
      assertThat(written.writing()).hasValue(7);
      assertThat(written.newest()).isEqualTo(START);
      assertThatThrownBy(() -> written.begin(8, () -> LATER))
          .hasMessage("The checkpoint of round 7 is unfinished");

      ready.countDown();
      written.finish();
      assertThat(written.writing()).isEmpty();
      assertThat(written.newest()).isEqualTo(LATER);
    }
  }

  @Test
  void aRunThatFailsStillPublishesWhatItHadBegun() {
    BackgroundCheckpoints[] closed = new BackgroundCheckpoints[1];
    assertThatThrownBy(
            () -> {
              try (BackgroundCheckpoints written = new BackgroundCheckpoints(START)) {
                closed[0] = written;
                written.begin(7, this::publish);
                ready.countDown();
                throw new IllegalStateException("round 8 failed");
              }
            })
        .hasMessage("round 8 failed")
        .hasNoSuppressedExceptions();
    assertThat(closed[0].newest()).isEqualTo(LATER);
  }

  @Test
  void theNewestIsKnownAsSoonAsItIsPublished() throws Exception {
    try (BackgroundCheckpoints written = new BackgroundCheckpoints(START)) {
      written.begin(7, () -> LATER);
      for (int i = 0; i < 10_000 && written.newest().equals(START); i++) {
        Thread.sleep(1);
      }
      assertThat(written.newest()).isEqualTo(LATER);
    }
  }

  @Test
  void afterAFailureTheCheckpointIsWaitedForAndDoesNotHideIt() throws IOException {
    try (BackgroundCheckpoints written = new BackgroundCheckpoints(START)) {
      RuntimeException round = new IllegalStateException("round 8 failed");
      ready.countDown();
      written.begin(7, this::publish);
      written.finishAfter(round);
      assertThat(written.newest()).isEqualTo(LATER);
      assertThat(round).hasNoSuppressedExceptions();

      IOException full = new IOException("No space left on device");
      written.begin(
          9,
          () -> {
            throw full;
          });
      written.finishAfter(round);
      assertThat(round.getSuppressed()).containsExactly(full);
      assertThat(written.newest()).isEqualTo(LATER);
    }
  }

  @Test
  void aFailureIsToldAtTheNextRound() throws Exception {
    try (BackgroundCheckpoints written = new BackgroundCheckpoints(START)) {
      written.begin(
          7,
          () -> {
            throw new IOException("No space left on device");
          });
      assertThatThrownBy(
              () -> {
                while (true) {
                  written.requireNoFailure();
                  Thread.sleep(1);
                }
              })
          .isInstanceOf(IOException.class)
          .hasMessage("No space left on device");
      assertThat(written.newest()).isEqualTo(START);
      written.finish(); // it is told once
    }
  }
}
