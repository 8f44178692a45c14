package parrot.jobs.serve;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import parrot.datasets.UsageException;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.checkpoint.Checkpoints;
import parrot.jobs.cli.KernelOptions;
import parrot.jobs.cli.ModelOption;
import parrot.jobs.cli.StopSignal;
import parrot.jobs.evaluate.AnsweringModel;
import parrot.jobs.evaluate.AnsweringOptions;
import parrot.jobs.evaluate.FastOption;
import parrot.jobs.failure.StoppedException;
import parrot.model.kernel.Threads;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code parrot serve}. */
@Command(
    name = "serve",
    header = "Answer over HTTP, as clients of OpenAI's API expect it, and with a page to chat.",
    description = {
      "POST /v1/chat/completions, GET /v1/models, /health and /metrics; the page is at /. SIGTERM and"
          + " Ctrl-C take no new questions, finish what is being answered, then end the server."
    },
    footerHeading = "%nExamples:%n%n",
    footer = {
      "  ./parrot serve --model runs/instruct",
      "  PARROT_API_KEY=... ./parrot serve --model runs/instruct --host 0.0.0.0 --port 80"
    })
public final class ServeCommand implements Callable<Void> {
  private static final String KEY_VARIABLE = "PARROT_API_KEY";
  private static final String WARM_UP = "?";

  @Spec private CommandSpec spec;

  @Mixin private ModelOption model;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The model's name in requests (default: that of its folder).")
  private String name;

  @Option(
      names = "--host",
      paramLabel = "NAME",
      defaultValue = "127.0.0.1",
      description =
          "Name or address to listen at; 0.0.0.0 for all of this machine, which needs a key"
              + " (default: ${DEFAULT-VALUE}).")
  private String host;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8000",
      description = "Port to listen at; 0 for any that is free (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--api-key-file",
      paramLabel = "FILE",
      description =
          "File with the key that requests must bring as a bearer token; without it the environment"
              + " variable PARROT_API_KEY counts, and without both no key is asked.")
  private Path apiKeyFile;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      defaultValue = "512",
      description =
          "Longest answer, in tokens, unless a request says another (default: ${DEFAULT-VALUE}).")
  private int maxNewTokens;

  @Option(
      names = "--queue",
      paramLabel = "N",
      defaultValue = "64",
      description =
          "Most questions that wait or are being answered; others get 429"
              + " (default: ${DEFAULT-VALUE}).")
  private int queue;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "256",
      description = "Most connections; others are closed at once (default: ${DEFAULT-VALUE}).")
  private int connections;

  @Option(
      names = "--time-limit",
      paramLabel = "N",
      defaultValue = "300",
      description =
          "Seconds for a question and its answer, the wait included; then it gets 503"
              + " (default: ${DEFAULT-VALUE}).")
  private int timeLimit;

  @Option(
      names = "--max-request",
      paramLabel = "N",
      defaultValue = "32",
      description =
          "Largest request with its image, in megabytes; others get 413"
              + " (default: ${DEFAULT-VALUE}).")
  private int maxRequest;

  @Option(
      names = "--max-image",
      paramLabel = "PIXELS",
      defaultValue = "25000000",
      description = "Largest image, in pixels; others get 400 (default: ${DEFAULT-VALUE}).")
  private long maxImage;

  @Mixin private FastOption fast;

  @Mixin private KernelOptions kernels;

  @Override
  public Void call() throws InterruptedException {
    check("--port", port, 0, 65_535);
    check("--queue", queue, 1, 100_000);
    check("--connections", connections, 1, 100_000);
    check("--time-limit", timeLimit, 1, 86_400);
    check("--max-request", maxRequest, 1, 1000);
    check("--max-image", maxImage, 1, 500_000_000);
    check("--max-new-tokens", maxNewTokens, 1, 1_000_000);
    kernels.requireUsable();
    org.apache.hadoop.fs.Path folder = FileSystems.path(model.folder());
    ServeOptions options =
        new ServeOptions(
            host,
            port,
            name == null ? folder.getName() : name,
            maxNewTokens,
            queue,
            connections,
            maxRequest * 1_000_000,
            maxImage,
            Duration.ofSeconds(timeLimit),
            apiKey());
    ChatServer.check(options);
    PrintWriter err = spec.commandLine().getErr();
    try (StopSignal stop = new StopSignal(err::println, "Stopped before the model was there")) {
      serve(folder, options, stop);
    }
    throw new StoppedException(null);
  }

  private void serve(org.apache.hadoop.fs.Path folder, ServeOptions options, StopSignal stop)
      throws InterruptedException {
    Configuration configuration = new Configuration();
    AnsweringOptions answering =
        new AnsweringOptions(
            1,
            kernels.name(),
            kernels.precision(),
            kernels.threads(Threads.allowed()),
            false,
            fast.given());
    PrintWriter err = spec.commandLine().getErr();
    org.apache.hadoop.fs.Path newest = Checkpoints.resolveModel(folder, configuration);
    String capacity = AnsweringModel.capacity(newest, answering, configuration);
    spec.commandLine().getOut().println("Cache: " + capacity);
    try (AnsweringModel opened = AnsweringModel.open(newest, answering, configuration)) {
      opened.answer(WARM_UP, null); // reads the weights, so that the first question need not wait
      try (ChatServer server = ChatServer.start(opened, options, err::println)) {
        stop.during(
            new StopSignal.Work(
                () -> server.open() + " answers, no new questions are taken",
                () -> server.open() + " answers were cut off",
                () -> {}));
        tell(options, server.port());
        while (!stop.isRequested()) {
          Thread.sleep(100);
        }
        server.finish();
      }
    }
  }

  private void tell(ServeOptions options, int port) {
    PrintWriter out = spec.commandLine().getOut();
    String shown = options.host().contains(":") ? "[" + options.host() + "]" : options.host();
    out.printf("Serving %s at http://%s:%d (a page to chat)%n", options.name(), shown, port);
    out.printf(
        "API: http://%s:%d/v1, model %s, %s%n",
        shown, port, options.name(), options.apiKey().isPresent() ? "with a key" : "without a key");
    out.flush();
  }

  private Optional<String> apiKey() {
    if (apiKeyFile == null) {
      String key = System.getenv(KEY_VARIABLE);
      return key == null || key.isBlank() ? Optional.empty() : Optional.of(key.strip());
    }
    String key;
    try {
      key = Files.readString(apiKeyFile, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read --api-key-file " + apiKeyFile, e);
    }
    if (!key.matches("[\\x21-\\x7e]+")) {
      throw new UsageException(
          "Invalid --api-key-file: "
              + apiKeyFile
              + " has no key (must be one word of letters, digits and signs of ASCII)");
    }
    return Optional.of(key);
  }

  private static void check(String option, long value, long least, long most) {
    if (value < least || value > most) {
      throw new UsageException(
          "Invalid %s: %d (must be from %d to %d)".formatted(option, value, least, most));
    }
  }
}
