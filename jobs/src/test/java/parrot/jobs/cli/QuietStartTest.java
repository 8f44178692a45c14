package parrot.jobs.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.jobs.Main;

/** What a process of its own, started with the launcher's flags, says on standard error. */
class QuietStartTest {
  private static final Path CASE =
      Path.of("..", "model/src/test/resources/reference/network").toAbsolutePath().normalize();

  @TempDir Path folder;

  private record Ran(int code, String out, String err) {}

  private Ran parrot(String... args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + Path.of("..", "cluster-config/jvm.options").toAbsolutePath());
    command.addAll(List.of("-Xmx1g", "-cp", System.getProperty("java.class.path")));
    command.add(Main.class.getName());
    command.addAll(List.of(args));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    int code = process.waitFor();
    return new Ran(code, Files.readString(out, UTF_8), Files.readString(err, UTF_8));
  }

  @Test
  void helpIsHelpAndNothingElse() throws Exception {
    Ran ran = parrot("parity", "--help");
    assertThat(ran.code()).isZero();
    assertThat(ran.out()).contains("Usage: parrot parity");
    assertThat(ran.err()).isEmpty();
  }

  @Test
  void nativeLibrariesAndTheVectorApiLoadSilently() throws Exception {
    Ran ran = parrot("parity", CASE.toString(), "--kernels", "onednn");
    assertThat(ran.err()).isEmpty();
    assertThat(ran.code()).as(ran.out()).isZero();
  }
}
