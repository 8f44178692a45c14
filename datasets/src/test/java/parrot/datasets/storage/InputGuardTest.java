package parrot.datasets.storage;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.UsageException;

/** What is read is never deleted, by whatever name it is called. */
class InputGuardTest {
  @TempDir Path scratch;
  private Path run;

  @BeforeEach
  void makeRun() throws IOException {
    run = Files.createDirectories(scratch.resolve("run"));
  }

  @Test
  void refusesTheFolderItselfAndWhatLiesInIt() throws IOException {
    Path shards = Files.createDirectories(run.resolve("deep/shards"));

    assertThatThrownBy(overwriting(run.toString(), shards.toString()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("Cannot overwrite " + run)
        .hasMessageContaining("this command reads " + shards + ", which lies in it");
    assertRefused(run, run);
    assertRefused(run, shards.resolve("../shards/."));
    assertRefused(run, run.resolve("not-there-yet"));
  }

  @Test
  void allowsNeighboursWithTheSameBeginningAndFoldersAbove() throws IOException {
    Path neighbour = Files.createDirectories(scratch.resolve("run-2"));

    assertThatCode(overwriting(run.toString(), neighbour.toString())).doesNotThrowAnyException();
    assertThatCode(overwriting(run.toString(), scratch.toString())).doesNotThrowAnyException();
  }

  @Test
  void followsLinksToTheInputToTheFolderAndOutOfTheFolder() throws IOException {
    Path shards = Files.createDirectories(run.resolve("shards"));
    Path elsewhere = Files.createDirectories(scratch.resolve("elsewhere"));
    Path toShards = Files.createSymbolicLink(scratch.resolve("to-shards"), shards);
    Path toRun = Files.createSymbolicLink(scratch.resolve("to-run"), run);
    Path outOfRun = Files.createSymbolicLink(run.resolve("out-of-run"), elsewhere);

    assertRefused(run, toShards);
    assertRefused(toRun, shards);
    assertRefused(toRun, toShards);
    assertRefused(run, outOfRun);
  }

  @Test
  void findsLinksInsideAnInput() throws IOException {
    Path weights = Files.writeString(run.resolve("model.safetensors"), "x");
    Path model = Files.createDirectories(scratch.resolve("model/vision"));
    Files.createSymbolicLink(model.resolve("model.safetensors"), weights);

    assertRefused(run, scratch.resolve("model"));
  }

  @Test
  void comparesAddressesWithPaths() throws IOException {
    Path shards = Files.createDirectories(run.resolve("shards"));

    assertThatThrownBy(overwriting(run.toUri().toString(), shards.toString()))
        .isInstanceOf(UsageException.class);
  }

  private static void assertRefused(Path deleted, Path input) {
    assertThatThrownBy(overwriting(deleted.toString(), input.toString()))
        .isInstanceOf(UsageException.class);
  }

  private static ThrowingCallable overwriting(String deleted, String input) {
    return () ->
        InputGuard.requireOutside(
            FileSystems.path(deleted), List.of(FileSystems.path(input)), new Configuration());
  }
}
