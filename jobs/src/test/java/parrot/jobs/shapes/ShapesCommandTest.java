package parrot.jobs.shapes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.jobs.CommandLines;
import parrot.jobs.cli.ExitCode;
import picocli.CommandLine;

class ShapesCommandTest {
  @TempDir Path folder;

  private String run(Path out, String... more) throws IOException {
    StringWriter text = new StringWriter();
    ShapesCommand shapes = new ShapesCommand();
    CommandLine command = new CommandLine(shapes);
    command.setOut(new PrintWriter(text));
    String[] args =
        Stream.concat(
                Stream.of(
                    "--out",
                    out.toString(),
                    "--captions",
                    "3",
                    "--conversations",
                    "4",
                    "--heldout",
                    "2",
                    "--questions",
                    "8",
                    "--image-size",
                    "56"),
                Stream.of(more))
            .toArray(String[]::new);
    command.parseArgs(args);
    shapes.call();
    return text.toString();
  }

  @Test
  void writesTheWorldThatTheOptionsDescribe() throws IOException {
    Path out = folder.resolve("a world");
    assertThat(run(out, "--text", "5")).startsWith("Written to file:").contains("a world");
    assertThat(out.resolve("train/captions.json")).exists();
    assertThat(Files.readAllLines(out.resolve("benchmark/MMMB_tr.tsv"))).hasSize(9);
    assertThat(Files.readString(out.resolve("train/text.json"))).contains("\"conversations\"");
    assertThat(out.resolve("tokenizer.json")).exists();
  }

  @Test
  void theSeedAndTheMixtureDecideWhatIsSaid() throws IOException {
    Path first = folder.resolve("1");
    Path again = folder.resolve("2");
    Path other = folder.resolve("3");
    run(first, "--languages", "ru=1");
    run(again, "--languages", "ru=1");
    run(other, "--languages", "ru=1", "--seed", "2");
    String conversations = Files.readString(first.resolve("train/conversations.json"));
    assertThat(conversations).contains("\"ru\"").doesNotContain("\"language\":\"en\"");
    assertThat(Files.readString(again.resolve("train/conversations.json")))
        .isEqualTo(conversations);
    assertThat(Files.readString(other.resolve("train/conversations.json")))
        .isNotEqualTo(conversations);
  }

  @Test
  void replacesAFolderThatExistsWhereItIsToldTo() throws IOException {
    Path out = folder.resolve("world");
    run(out);
    Files.writeString(out.resolve("old.txt"), "old");
    run(out, "--overwrite");
    assertThat(out.resolve("tokenizer.json")).exists();
    assertThat(out.resolve("old.txt")).doesNotExist();
  }

  @Test
  void exitsByWhatIsWrong() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    refused(
        ExitCode.ENVIRONMENT,
        "connection refused (is the name node running?",
        "hdfs://127.0.0.1:" + port + "/world");
    refused(ExitCode.USAGE, "it exists (pass --overwrite", folder.toString());
    refused(ExitCode.USAGE, "Invalid path: ''", "");
    refused(ExitCode.USAGE, "Invalid language: xx", folder + "/x", "--languages", "xx=1");
    refused(ExitCode.USAGE, "Invalid jpegShare: 2.0", folder + "/x", "--jpeg-share", "2");
    refused(ExitCode.USAGE, "Invalid", folder + "/x", "--choice-answers", "number");
    assertThat(folder).isEmptyDirectory();
  }

  private static void refused(ExitCode code, String message, String out, String... more) {
    StringWriter err = new StringWriter();
    String[] args =
        Stream.concat(Stream.of("shapes", "--out", out), Stream.of(more)).toArray(String[]::new);
    int exit =
        CommandLines.run(new PrintWriter(new StringWriter()), new PrintWriter(err, true), args);
    assertThat(err.toString()).contains(message).doesNotContain("defect");
    assertThat(exit).isEqualTo(code.code());
  }

  @Test
  void refusesAFolderThatExistsAndBadValues() {
    assertThatThrownBy(() -> run(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("it exists (pass --overwrite or choose another folder)");
    assertThatThrownBy(() -> run(folder.resolve("x"), "--languages", "xx=1"))
        .hasMessageContaining(
            "Invalid language: xx (must be a tag of BCP 47, such as en, pt-BR or zh-Hans, or a language's name)");
    assertThatThrownBy(() -> run(folder.resolve("x"), "--jpeg-share", "2"))
        .hasMessageContaining("Invalid jpegShare: 2.0 (must be 0 to 1)");
  }
}
