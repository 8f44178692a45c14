package parrot.jobs.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.jobs.evaluate.TinyModel;

/**
 * Many clients at once: some ask, some leave in the middle, some send what cannot be read. None
 * waits for ever and none gets another's answer. {@code bench serve} does this at full size.
 */
final class LoadTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CLIENTS = 16;
  private static final int REQUESTS = 15;
  private static final int QUESTIONS = 12;

  @TempDir Path folder;

  private static String question(int number, byte[] image) {
    String text = "Question %d: %s".formatted(number, "как ".repeat(number));
    String seed = ", \"temperature\": 1.5, \"seed\": " + number;
    return number % 2 == 0
        ? TestServer.question(text, seed)
        : TestServer.aboutImage(Base64.getEncoder().encodeToString(image), text, seed);
  }

  private static String said(HttpResponse<String> response) throws Exception {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body()).at("/choices/0/message/content").asText();
  }

  @Test
  void everyClientGetsItsOwnAnswer() throws Exception {
    TinyModel.write(folder.resolve("model"), 1);
    try (TestServer server = new TestServer(folder.resolve("model"), TestServer.OPTIONS)) {
      List<String> bodies = new ArrayList<>();
      List<String> alone = new ArrayList<>();
      for (int i = 0; i < QUESTIONS; i++) {
        bodies.add(question(i, TestServer.png(20 + i, 30)));
        alone.add(said(server.chat(bodies.get(i))));
      }
      assertThat(alone).doesNotHaveDuplicates();
      ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
      List<Future<?>> ends = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        Random random = new Random(i);
        ends.add(
            clients.submit(
                () -> {
                  for (int j = 0; j < REQUESTS; j++) {
                    ask(server, bodies, alone, random);
                  }
                  return null;
                }));
      }
      for (Future<?> end : ends) {
        end.get(60, TimeUnit.SECONDS);
      }
      clients.shutdown();
      server.awaitIdle();
      assertThat(server.logged).isEmpty();
    }
  }

  private static void ask(TestServer server, List<String> bodies, List<String> alone, Random random)
      throws Exception {
    int number = random.nextInt(QUESTIONS);
    switch (random.nextInt(6)) {
      case 0 -> leave(server, bodies.get(number), random);
      case 1 -> assertThat(server.chat("x".repeat(200_000)).statusCode()).isEqualTo(413);
      case 2 -> {
        String body = bodies.get(number);
        String broken = body.substring(0, random.nextInt(body.length() - 2));
        assertThat(server.chat(broken).statusCode()).isEqualTo(400);
      }
      default -> assertThat(said(server.chat(bodies.get(number)))).isEqualTo(alone.get(number));
    }
  }

  /** Hangs up: in the middle of the request, before the answer, or after its first bytes. */
  private static void leave(TestServer server, String body, Random random) throws Exception {
    byte[] request = TestServer.http(body);
    try (Socket socket = server.connect()) {
      int sent = random.nextBoolean() ? request.length : random.nextInt(request.length);
      socket.getOutputStream().write(request, 0, sent);
      socket.getOutputStream().flush();
      if (sent == request.length && random.nextBoolean()) {
        socket.getInputStream().read();
      }
    }
  }
}
