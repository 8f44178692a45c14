package parrot.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import parrot.benchmarks.suite.Benchmark;
import parrot.benchmarks.suite.Benchmarks;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void helpNamesEveryBenchmarkAndShowsAnExample() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString())
        .contains(Benchmarks.all().stream().map(Benchmark::id).toList())
        .contains("Example: ./parrot bench decoder --check");
  }

  @Test
  void everyBenchmarkHasHelp() {
    for (Benchmark benchmark : Benchmarks.all()) {
      out.getBuffer().setLength(0);
      assertThat(run(benchmark.id(), "--help")).isZero();
      assertThat(out.toString()).contains("--check", "Example: ./parrot bench " + benchmark.id());
    }
  }

  @Test
  void wrongUsageHasAMessageAndNoTrace() {
    assertThat(run("decoder", "--steps", "0")).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("Invalid --steps: 0 (must be at least 1)")
        .contains("Try './parrot bench decoder --help'.")
        .doesNotContain("\tat ");
    assertThat(run("nothing")).isEqualTo(2);
    assertThat(run("decoder", "--precision", "f16")).isEqualTo(2);
    assertThat(run("decoder", "--check", "--side", "ours")).isEqualTo(2);
    assertThat(run("decoder", "--sizes", "1")).isEqualTo(2);
    assertThat(run("rounds", "--sizes", "1,2")).isEqualTo(2);
    assertThat(err.toString()).contains("Invalid --sizes: [1, 2] (must be of [1, 16, 117, 460])");
    assertThat(run("decoder", "--model", "x")).isEqualTo(2);
    assertThat(err.toString()).contains("Invalid --model: x (load alone takes a model)");
    assertThat(run("load", "--model", "x")).isEqualTo(2);
    assertThat(err.toString()).contains("Invalid --model: x (must be a folder with config.json)");
  }

  @Test
  void saysNothingButItsOwn() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Path.of("..", "cluster-config/jvm.options").toAbsolutePath(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--help")
            .redirectErrorStream(true)
            .start();
    assertThat(process.inputReader().lines()).first().asString().startsWith("Measures ");
    assertThat(process.waitFor()).isZero();
  }

  private int run(String... args) {
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }
}
