package parrot.jobs.preprocess;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.source.Reject;
import parrot.datasets.source.RejectFile;
import parrot.datasets.source.RejectReason;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.Main;
import parrot.jobs.cli.ExitCode;

class RejectsCommandTest {
  @TempDir Path scratch;
  private String table;
  private String out;
  private String err;

  @BeforeEach
  void write() throws IOException {
    var path = new org.apache.hadoop.fs.Path(scratch.toUri() + "/set/rejected.parquet");
    try (RejectFile file = new RejectFile(FileSystems.of(path, new Configuration()), path)) {
      file.write(new Reject("a.json:1", "x", RejectReason.BAD_FIELD, "Invalid field image"));
      file.write(new Reject("a.json:7", "", RejectReason.BROKEN_ROW, "not JSON at \"{\""));
      file.write(new Reject("b.json:2", "y", RejectReason.BAD_FIELD, "Invalid field value"));
    }
    table = scratch.resolve("set").toString();
  }

  @Test
  void countsReasonsAndShowsTheFirstRows() {
    assertThat(run("--show", "2")).isEqualTo(ExitCode.OK);
    assertThat(out)
        .isEqualToNormalizingNewlines(
            """
                     2 BAD_FIELD
                     1 BROKEN_ROW

            a.json:1 (x) BAD_FIELD
              Invalid field image

            a.json:7 BROKEN_ROW
              not JSON at "{"

            1 more: --show 3
            """);
  }

  @Test
  void showsOnlyWhatIsAskedFor() {
    assertThat(run("--reason", "bad_field,EMPTY", "--source", "b.json")).isEqualTo(ExitCode.OK);
    assertThat(out)
        .startsWith("         1 BAD_FIELD")
        .contains("b.json:2")
        .doesNotContain("a.json");
    assertThat(run("--reason", "EMPTY")).isEqualTo(ExitCode.OK);
    assertThat(out.strip()).isEqualTo("No such row was rejected.");
    assertThat(run("--reason", "NONE")).isEqualTo(ExitCode.USAGE);
    assertThat(run("--show", "-1")).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void writesJsonLines() {
    table += "/rejected.parquet";
    assertThat(run("--lines", "--source", "a.json:7")).isEqualTo(ExitCode.OK);
    assertThat(out.strip())
        .isEqualTo(
            "{\"source\":\"a.json:7\",\"id\":\"\",\"reason\":\"BROKEN_ROW\",\"message\":\"not JSON at"
                + " \\\"{\\\"\"}");
  }

  @Test
  void saysWhatIsNoTableOfRejectedRows() throws IOException {
    table = scratch.resolve("none").toString();
    assertThat(run()).isEqualTo(ExitCode.DATA);
    assertThat(err).contains("none: it does not exist");
    table = Files.createDirectories(scratch.resolve("empty")).toString();
    assertThat(run()).isEqualTo(ExitCode.DATA);
    table = Files.writeString(scratch.resolve("x.parquet"), "no").toString();
    assertThat(run()).isEqualTo(ExitCode.DATA);
    assertThat(err).contains("x.parquet").doesNotContain("\tat ");
  }

  private ExitCode run(String... options) {
    String[] command = new String[options.length + 2];
    command[0] = "rejects";
    command[1] = table;
    System.arraycopy(options, 0, command, 2, options.length);
    StringWriter written = new StringWriter();
    StringWriter errors = new StringWriter();
    int code = Main.run(new PrintWriter(written), new PrintWriter(errors), command);
    out = written.toString();
    err = errors.toString();
    return Arrays.stream(ExitCode.values())
        .filter(one -> one.code() == code)
        .findFirst()
        .orElseThrow();
  }
}
