package parrot.benchmarks.study;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyCommandTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... words) {
    return StudyCommand.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
  }

  @Test
  void helpShowsExamples() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("./parrot study recipes/studies/claim.yaml --smoke");
  }

  @Test
  void wrongUsageHasAMessageAndNoTrace() {
    assertThat(run(folder.resolve("none.yaml").toString())).isEqualTo(2);
    assertThat(run("study.yaml", "--at-once", "0")).isEqualTo(2);
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString())
        .contains("none.yaml: there is no such file", "Invalid --at-once: 0 (must be at least 1)")
        .doesNotContain("\tat ");
  }
}
