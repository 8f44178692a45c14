package parrot.benchmarks.suite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code parrot serve} as a process, and requests to it. Safe for use by several threads. */
final class ServedModel implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern SERVES = Pattern.compile("API: http://127\\.0\\.0\\.1:(\\d+)/v1");
  private static final Duration START = Duration.ofMinutes(5);
  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final int STOPPED = 143;

  private final Process process;
  private final Path log;
  private final int port;
  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(20)).build();

  /**
   * Starts it and waits until it answers.
   *
   * @param process {@code parrot serve --port 0}
   * @param log what it says
   */
  ServedModel(Process process, Path log) throws IOException {
    this.process = process;
    this.log = log;
    this.port = port();
  }

  private int port() throws IOException {
    long end = System.nanoTime() + START.toNanos();
    try {
      while (System.nanoTime() < end && process.isAlive()) {
        Matcher serves = SERVES.matcher(Files.readString(log));
        if (serves.find()) {
          return Integer.parseInt(serves.group(1));
        }
        Thread.sleep(100);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted", e);
    }
    process.destroy();
    throw new IOException("Cannot serve the model: see " + log);
  }

  /**
   * Posts a chat completion.
   *
   * @throws java.net.http.HttpTimeoutException if there is no answer for long
   */
  HttpResponse<String> ask(String body) throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(uri("/v1/chat/completions"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.timeout(LONGEST).build(), HttpResponse.BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  /**
   * Sends a request, or its beginning, and hangs up.
   *
   * @param bytes of it that are sent at most
   * @param listens whether the first byte of the answer is waited for
   */
  void leave(String body, int bytes, boolean listens) throws IOException {
    byte[] content = body.getBytes(StandardCharsets.UTF_8);
    String head =
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Length: %d\r\n\r\n".formatted(content.length);
    byte[] request = (head + body).getBytes(StandardCharsets.UTF_8);
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout((int) LONGEST.toMillis());
      OutputStream out = socket.getOutputStream();
      out.write(request, 0, Math.min(bytes, request.length));
      out.flush();
      if (listens && bytes >= request.length) {
        socket.getInputStream().read();
      }
    }
  }

  /** A number of its metrics. */
  double metric(String name) throws IOException, InterruptedException {
    String numbers = send(HttpRequest.newBuilder(uri("/metrics")).GET()).body();
    Matcher line = Pattern.compile("(?m)^" + Pattern.quote(name) + " (.+)$").matcher(numbers);
    if (!line.find()) {
      throw new IOException("Cannot read the server's metrics: there is no " + name);
    }
    return Double.parseDouble(line.group(1));
  }

  /** What a whole answer says, its tokens' log-probabilities included. */
  static JsonNode choices(String body) throws IOException {
    return JSON.readTree(body).path("choices");
  }

  /** Whether the server ended as it should. */
  boolean stop() throws IOException {
    process.destroy();
    try {
      return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == STOPPED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted", e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
