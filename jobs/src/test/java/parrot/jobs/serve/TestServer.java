package parrot.jobs.serve;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import parrot.jobs.evaluate.AnsweringModel;
import parrot.jobs.evaluate.AnsweringOptions;
import parrot.model.kernel.Precision;

/** A server over a small model with random weights, and a client. */
final class TestServer implements AutoCloseable {
  static final ServeOptions OPTIONS = options(64, Duration.ofSeconds(60), Optional.empty());

  final List<String> logged = new CopyOnWriteArrayList<>();
  final AnsweringModel model;
  final ChatServer server;
  private final HttpClient client = HttpClient.newHttpClient();

  TestServer(Path folder, ServeOptions options) {
    model =
        AnsweringModel.open(
            new org.apache.hadoop.fs.Path(folder.toUri()),
            new AnsweringOptions(8, "reference", Precision.F32, 1, false),
            new Configuration());
    server = ChatServer.start(model, options, logged::add);
  }

  /** At most 100 kB and a megapixel a request. */
  static ServeOptions options(int queue, Duration answerTime, Optional<String> key) {
    return new ServeOptions(
        "127.0.0.1", 0, "tiny", 8, queue, 100, 100_000, 1_000_000, answerTime, key);
  }

  String address() {
    return "http://127.0.0.1:" + server.port();
  }

  HttpResponse<String> get(String path) throws Exception {
    return send(HttpRequest.newBuilder(URI.create(address() + path)));
  }

  HttpResponse<String> chat(String body) throws Exception {
    return send(post(body));
  }

  HttpRequest.Builder post(String body) {
    return HttpRequest.newBuilder(URI.create(address() + "/v1/chat/completions"))
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** A connection on which a test writes what it likes. */
  Socket connect() throws IOException {
    Socket socket = new Socket("127.0.0.1", server.port());
    socket.setSoTimeout(20_000);
    return socket;
  }

  /** A chat completion in HTTP/1.1. */
  static byte[] http(String body) {
    byte[] content = body.getBytes(StandardCharsets.UTF_8);
    String head =
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Length: "
            + content.length
            + "\r\n\r\n";
    return (head + body).getBytes(StandardCharsets.UTF_8);
  }

  /** A question with more members, such as {@code , "stream": true}. */
  static String question(String text, String more) {
    return """
        {"model": "tiny", "messages": [{"role": "user", "content": "%s"}]%s}
        """
        .formatted(text, more);
  }

  /** A question about an image. */
  static String aboutImage(String base64, String text, String more) {
    return """
        {"model": "tiny", "messages": [{"role": "user", "content": [
          {"type": "image_url", "image_url": {"url": "data:image/png;base64,%s", "detail": "low"}},
          {"type": "text", "text": "%s"}]}]%s}
        """
        .formatted(base64, text, more);
  }

  /** A black image. */
  static byte[] png(int width, int height) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png", file);
    return file.toByteArray();
  }

  /** Waits until no question is open. */
  void awaitIdle() throws InterruptedException {
    for (int i = 0; i < 1000 && server.open() > 0; i++) {
      Thread.sleep(10);
    }
    if (server.open() > 0) {
      throw new AssertionError(server.open() + " questions are open");
    }
  }

  @Override
  public void close() throws Exception {
    server.close();
    model.close();
  }
}
