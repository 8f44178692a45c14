package parrot.jobs.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;
import parrot.jobs.evaluate.TinyModel;
import parrot.jobs.failure.StoppedException;
import parrot.model.ModelException;
import picocli.CommandLine;
import sun.misc.Signal;

final class ServeCommandTest {
  @TempDir static Path folder;
  private static String model;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void write() throws IOException {
    model = TinyModel.write(folder.resolve("tiny"), 1).toString();
  }

  private void serve(String... arguments) throws InterruptedException {
    ServeCommand command = new ServeCommand();
    CommandLine line = new CommandLine(command);
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    String[] all = new String[arguments.length + 4];
    System.arraycopy(new String[] {"--model", model, "--kernels", "reference"}, 0, all, 0, 4);
    System.arraycopy(arguments, 0, all, 4, arguments.length);
    line.parseArgs(all);
    command.call();
  }

  @Test
  void saysWhereItServesAndEndsWithASignal() throws Exception {
    Path key = Files.writeString(folder.resolve("key"), "secret\n");
    CompletableFuture<Throwable> end =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                serve("--port", "0", "--api-key-file", key.toString());
                return null;
              } catch (InterruptedException | RuntimeException e) {
                return e;
              }
            });
    Matcher address = Pattern.compile("API: (\\S+), model tiny, with a key").matcher("");
    while (!address.reset(out.toString()).find() && !end.isDone()) {
      Thread.sleep(20);
    }
    HttpRequest.Builder models = HttpRequest.newBuilder(URI.create(address.group(1) + "/models"));
    assertThat(status(models)).isEqualTo(401);
    assertThat(status(models.header("Authorization", "Bearer secret"))).isEqualTo(200);

    Signal.raise(new Signal("TERM"));

    assertThat(end.get()).isInstanceOf(StoppedException.class);
    assertThat(err.toString()).contains("Finishing 0 answers, no new questions are taken");
  }

  private static int status(HttpRequest.Builder request) throws Exception {
    return HttpClient.newHttpClient()
        .send(request.build(), HttpResponse.BodyHandlers.ofString())
        .statusCode();
  }

  @Test
  void letsNoOtherMachineAskWithoutAKey() {
    assertThatThrownBy(() -> serve("--host", "0.0.0.0", "--port", "0"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("Invalid --host: 0.0.0.0 lets other machines ask, so a key is needed")
        .hasMessageContaining("--api-key-file");
  }

  @Test
  void refusesAKeyThatIsNone() throws IOException {
    Path blank = Files.writeString(folder.resolve("blank"), " \n");

    assertThatThrownBy(() -> serve("--api-key-file", blank.toString()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("has no key");
    assertThatThrownBy(() -> serve("--api-key-file", blank + ".gone"))
        .hasMessageContaining("blank.gone");
  }

  @Test
  void saysThatThePortIsTaken() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> serve("--port", "" + taken.getLocalPort()))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageStartingWith("Cannot listen at 127.0.0.1 port " + taken.getLocalPort())
          .hasMessageContaining("choose another");
    }
  }

  @Test
  void refusesNumbersWithoutMeaningBeforeItReadsTheModel() {
    assertThatThrownBy(() -> serve("--port", "70000"))
        .isInstanceOf(UsageException.class)
        .hasMessage("Invalid --port: 70000 (must be from 0 to 65535)");
    assertThatThrownBy(() -> serve("--queue", "0")).hasMessageContaining("Invalid --queue: 0");
  }

  @Test
  void saysThatThereIsNoModel() {
    model = folder.resolve("none").toString();
    try {
      assertThatThrownBy(() -> serve("--port", "0")).isInstanceOf(ModelException.class);
    } finally {
      model = folder.resolve("tiny").toString();
    }
  }
}
