package parrot.datasets.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;

/**
 * Of two runs that want a folder, one works; the dead hold nothing, and the slow publish nothing.
 */
class FolderLockTest {
  private static final FolderLock.Timing SHORT =
      new FolderLock.Timing(Duration.ofMillis(200), Duration.ofMillis(20), Duration.ofMillis(10));

  @TempDir java.nio.file.Path scratch;
  private FileSystem files;
  private Path target;
  private java.nio.file.Path file;

  @BeforeEach
  void locate() {
    target = new Path(scratch.resolve("out").toUri());
    files = FileSystems.of(target, new Configuration());
    file = scratch.resolve(".out.lock");
  }

  private FolderLock take() throws IOException {
    return FolderLock.take(files, target, SHORT);
  }

  @Test
  void waits30SecondsForARenewalThatComesEvery5() {
    assertThat(FolderLock.Timing.USUAL)
        .isEqualTo(
            new FolderLock.Timing(
                Duration.ofSeconds(30), Duration.ofSeconds(5), Duration.ofSeconds(1)));
  }

  @Test
  void leavesNothingWhenItIsReleased() throws IOException {
    take().close();

    assertThat(scratch).isEmptyDirectory();
    take().close();
  }

  @Test
  void takesOverALockThatIsNotRenewedWhateverItSays() throws IOException {
    Files.writeString(file, "owner=x\nhost=elsewhere\npid=" + ProcessHandle.current().pid() + "\n");
    Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis() + 86_400_000));
    long began = System.nanoTime();

    try (FolderLock lock = take()) {
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(SHORT.lease());
      assertThatCode(lock::requireHeld).doesNotThrowAnyException();
    }
  }

  @Test
  void tellsWithoutTakingItWhetherALockIsFree() throws IOException {
    FolderLock.requireFree(files, target, SHORT);
    assertThat(file).doesNotExist();
    Files.writeString(file, "owner=dead\n");
    FolderLock.requireFree(files, target, SHORT);
    assertThat(file).hasContent("owner=dead\n");
    Files.delete(file);
    try (FolderLock held = take()) {
      assertThatThrownBy(() -> FolderLock.requireFree(files, target, SHORT))
          .isInstanceOf(EnvironmentException.class);
      held.requireHeld();
    }
  }

  @Test
  void takesOverALockWhoseHolderDiedBeforeItWroteItsName() throws IOException {
    Files.writeString(file, "");

    take().close();

    assertThat(file).doesNotExist();
  }

  @Test
  void leavesALockThatIsRenewedHoweverOldItsTimesAre() throws Exception {
    Files.writeString(file, "owner=someone\nhost=here\npid=1\n");
    ExecutorService other = Executors.newSingleThreadExecutor();
    CountDownLatch over = new CountDownLatch(1);
    Future<?> renewals =
        other.submit(
            () -> {
              for (long time = 1; !over.await(15, TimeUnit.MILLISECONDS); time += 1000) {
                Files.setLastModifiedTime(file, FileTime.fromMillis(time));
              }
              return null;
            });

    assertThatThrownBy(this::take)
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("another run is writing to it (owner=someone, host=here, pid=1)");
    over.countDown();
    renewals.get();
    other.shutdown();
  }

  @Test
  void renewsForAsLongAsItIsHeld() throws Exception {
    try (FolderLock lock = take()) {
      FileTime before = Files.getLastModifiedTime(file);
      Thread.sleep(100);
      assertThat(Files.getLastModifiedTime(file)).isNotEqualTo(before);
      lock.requireHeld();
    }
  }

  @Test
  void ofTwoThatBelieveToHoldItOnePublishes() throws IOException {
    for (int i = 0; i < 100; i++) {
      Path result = new Path(target, "result-" + i);
      try (FolderLock slow = take();
          AtomicFolder unfinished = AtomicFolder.create(files, result, true, slow)) {
        // What a run does that finds this one silent for the whole lease.
        LockFile taken = new LockFile(files, target);
        while (!taken.remove(taken.read())) {
          Thread.onSpinWait(); // the slow one renewed it in between
        }
        assertThat(taken.createIfAbsent("owner=successor-" + i + "\n")).isTrue();

        assertThatThrownBy(unfinished::publish)
            .isInstanceOf(LockLostException.class)
            .hasMessageContaining("another has taken over");
        assertThat(files.exists(result)).isFalse();
        assertThat(slow.isLost()).isTrue();
      }
      assertThat(file).as("the successor's lock stays").hasContent("owner=successor-" + i);
      Files.delete(file);
    }
  }

  /** The slow one may be anywhere in its publication when the other takes over. */
  @Test
  void ofTwoThatPublishAtTheSameTimeOneDoes() throws Exception {
    ExecutorService slowRun = Executors.newSingleThreadExecutor();
    for (int i = 0; i < 100; i++) {
      Path result = new Path(target, "both-" + i);
      try (FolderLock slow = take();
          AtomicFolder first = begun(result, slow, "slow")) {
        Future<Boolean> published = slowRun.submit(() -> publishes(first));
        LockFile taken = new LockFile(files, target);
        while (!taken.remove(taken.read())) {
          Thread.onSpinWait();
        }
        boolean successor;
        try (FolderLock next = take();
            AtomicFolder second = begun(result, next, "successor")) {
          successor = publishes(second);
        } catch (UsageException e) { // the slow one was there before
          successor = false;
        }
        assertThat(published.get()).isNotEqualTo(successor);
        assertThat(FileSystems.readText(files, new Path(result, "name"), 100))
            .isEqualTo(successor ? "successor" : "slow");
      }
    }
    slowRun.shutdown();
  }

  private AtomicFolder begun(Path result, FolderLock lock, String name) throws IOException {
    AtomicFolder folder = AtomicFolder.create(files, result, false, lock);
    FileSystems.writeText(files, new Path(folder.path(), "name"), name);
    return folder;
  }

  private static boolean publishes(AtomicFolder folder) {
    try {
      folder.publish();
      return true;
    } catch (IOException | RuntimeException e) { // its lock is lost, or its files are gone
      return false;
    }
  }

  @Test
  void tellsAtOnceThatItIsLost() throws Exception {
    CountDownLatch told = new CountDownLatch(1);
    try (FolderLock lock = take()) {
      lock.onLost(told::countDown);
      Files.writeString(file, "owner=successor\n");
      assertThat(told.await(5, TimeUnit.SECONDS)).isTrue();
    }
  }

  @RepeatedTest(5)
  void isTakenByOneOfManyThatFindADeadOne() throws Exception {
    Files.writeString(file, "owner=dead\n");
    ExecutorService runs = Executors.newFixedThreadPool(4);
    List<Future<FolderLock>> taken = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      taken.add(runs.submit(this::take));
    }
    List<FolderLock> holders = new ArrayList<>();
    for (Future<FolderLock> each : taken) {
      try {
        holders.add(each.get());
      } catch (ExecutionException e) {
        assertThat(e).hasMessageContaining("another run is writing to it");
      }
    }
    runs.shutdown();
    assertThat(holders).hasSize(1);
    holders.get(0).requireHeld();
    holders.get(0).close();
  }

  @Test
  void refusesNamesAndPlacesThatCannotBeLocked() {
    assertRefused("file:/runs/2024-05-01T10:00:00", "its name has a colon");
    assertRefused("file:/", "it is the root");
    assertThatThrownBy(() -> FileSystems.requireWritableName(new Path("s3a://bucket/runs/a")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("an object store renames file by file");
    assertThatThrownBy(() -> FileSystems.requireWritableName(new Path("https://example.org/a")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("https:// can only be read");
  }

  private void assertRefused(String path, String reason) {
    assertThatThrownBy(() -> FolderLock.take(files, new Path(path), SHORT))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(reason);
  }
}
