package parrot.jobs.preprocess;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.jobs.CommandLines;
import parrot.jobs.cli.ExitCode;

@Tag("slow")
class PreprocessCommandTest {
  @TempDir Path scratch;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void showsAnExampleInItsHelp() {
    assertThat(run("preprocess", "--help")).isEqualTo(ExitCode.OK.code());
    assertThat(out.toString())
        .contains("parrot preprocess --input data/instruct.json --images data/images")
        .contains("--max-rejected=SHARE");
  }

  @Test
  void preprocessesReportsAndExitsByWhatIsWrong() throws IOException {
    RawData data = new RawData(scratch).good(8);
    data.json();

    assertThat(run(command("hdfs://127.0.0.1:" + freePort() + "/out")))
        .isEqualTo(ExitCode.ENVIRONMENT.code());
    assertThat(err.toString()).contains("connection refused (is the name node running?");

    assertThat(run(command(data.path("out")))).isEqualTo(ExitCode.OK.code());
    assertThat(out.toString()).contains("Read 8 rows: 8 written, 0 duplicate, 0 rejected (0.0 %)");

    assertThat(run(command(data.path("out")))).isEqualTo(ExitCode.OK.code());
    assertThat(out.toString()).contains("Nothing to do: ");
    assertThat(run(command(data.path("out"), "--fail-on", "written>7")))
        .isEqualTo(ExitCode.DATA.code());
    assertThat(err.toString()).contains("--fail-on written>7: it is 8.");

    assertThat(run(command(data.path("out"), "--seed", "3"))).isEqualTo(ExitCode.USAGE.code());
    assertThat(err.toString())
        .contains("out: it exists (pass --overwrite or choose another folder)")
        .doesNotContain("Exception");
    assertThat(run(command(data.path("out"), "--seed", "3", "--overwrite")))
        .isEqualTo(ExitCode.OK.code());

    data.row("none.png", "en", "<image> What?", "That.").json();
    assertThat(run(command(data.path("bad")))).isEqualTo(ExitCode.DATA.code());
    assertThat(err.toString()).contains("too many rows were rejected (1 of 9, 11.1 %");
    assertThat(scratch.resolve("bad")).doesNotExist();
    assertThat(names("bad.check")).containsExactly("_SUCCESS", "rejected.parquet", "report.json");
    assertThat(Files.readString(scratch.resolve("bad.check/report.json")))
        .contains("/bad.check\"", "\"checked\" : true");

    assertThat(run(command(data.path("out"), "--check", "--max-rejected", "0.2")))
        .isEqualTo(ExitCode.OK.code());
    assertThat(out.toString())
        .contains("Read 9 rows: 8 written, 0 duplicate, 1 rejected (11.1 %)")
        .contains("not kept; the report is in file:" + scratch.resolve("out.check"));
    assertThat(names("out.check")).containsExactly("_SUCCESS", "rejected.parquet", "report.json");
    assertThat(names("out")).contains("manifest.json").doesNotContain("rejected.parquet");
    Files.createFile(scratch.resolve("out.check/manifest.json"));
    assertThat(run(command(data.path("out"), "--check", "--max-rejected", "0.2")))
        .isEqualTo(ExitCode.USAGE.code());
    assertThat(err.toString()).contains("out.check: it is not the report of an earlier run");
    assertThat(run(command(data.path("none"), "--check"))).isEqualTo(ExitCode.DATA.code());
    assertThat(names("none.check")).contains("rejected.parquet");
    assertThat(scratch.resolve("none")).doesNotExist();

    assertThat(run(command(data.path("some"), "--max-rejected", "0.2")))
        .isEqualTo(ExitCode.OK.code());
    assertThat(run(command(data.path("some"), "--fail-on", "written<8")))
        .isEqualTo(ExitCode.OK.code());
    assertThat(out.toString())
        .contains("Nothing to do: ")
        .contains("Rejected:\n         1 PICTURE_M");
    assertThat(run(command(data.path("some"), "--fail-on", "PICTURE_MISSING>0")))
        .isEqualTo(ExitCode.DATA.code());
    assertThat(err.toString())
        .contains(
            "PICTURE_MISSING>0: it is 1. The data set of the same input stays as it was made.");
    assertThat(scratch.resolve("some.check")).doesNotExist();

    String alarms = "read<9,PICTURE_MISSING>11%";
    assertThat(run(command(data.path("bad"), "--max-rejected", "1", "--fail-on", alarms)))
        .isEqualTo(ExitCode.DATA.code());
    assertThat(err.toString())
        .contains("--fail-on PICTURE_MISSING>11%: it is 11.11 % (1 of 9). No shards were written.");
    assertThat(scratch.resolve("bad")).doesNotExist();

    assertThat(run(command(data.path("x"), "--patch-size", "5"))).isEqualTo(ExitCode.USAGE.code());
    assertThat(err.toString()).contains("Invalid --patch-size: 5");
    assertThat(run(command(data.path("x"), "--fail-on", "near_duplicate>1%")))
        .isEqualTo(ExitCode.USAGE.code());
    assertThat(err.toString()).contains("Invalid --fail-on: near_duplicate (must be given with");
    assertThat(run(command(data.path("x"), "--language", "xx"))).isEqualTo(ExitCode.USAGE.code());
    assertThat(err.toString()).contains("Invalid language: xx");
  }

  private List<String> names(String folder) throws IOException {
    try (Stream<Path> files = Files.list(scratch.resolve(folder))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private String[] command(String target, String... more) {
    List<String> command = new ArrayList<>(List.of("preprocess", "--master", "local[2]"));
    command.addAll(List.of("--input", scratch.resolve("rows.json").toString()));
    command.addAll(List.of("--images", scratch.resolve("images").toString()));
    command.addAll(List.of("--tokenizer", scratch.resolve("tokenizer.json").toString()));
    command.addAll(List.of("--image-size", "28", "--max-length", "128", "--out", target));
    command.addAll(List.of(more));
    return command.toArray(String[]::new);
  }

  private int run(String... command) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return CommandLines.run(new PrintWriter(out, true), new PrintWriter(err, true), command);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
