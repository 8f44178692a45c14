package parrot.jobs.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.jobs.evaluate.GenerateCommand;
import parrot.jobs.evaluate.TinyModel;
import picocli.CommandLine;

final class ChatServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Random weights never end an answer for certain; so many tokens take a while. */
  private static final String LONG = ", \"max_tokens\": 400, \"stream\": true, \"temperature\": 2";

  private static final String DRAWN = ", \"temperature\": 1.5, \"seed\": 3";

  @TempDir static Path folder;
  private static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    TinyModel.write(folder.resolve("model"), 1);
    server = new TestServer(folder.resolve("model"), TestServer.OPTIONS);
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @AfterEach
  void leavesNothingBehind() throws InterruptedException {
    server.awaitIdle();
    assertThat(server.logged).isEmpty();
  }

  private static TestServer another(ServeOptions options) {
    return new TestServer(folder.resolve("model"), options);
  }

  private static JsonNode json(HttpResponse<String> response) throws IOException {
    return JSON.readTree(response.body());
  }

  private static String base64(int width, int height) throws IOException {
    return Base64.getEncoder().encodeToString(TestServer.png(width, height));
  }

  /** What the command says; the random model has something to say if it draws. */
  private static String generate(String... arguments) {
    StringWriter text = new StringWriter();
    List<String> all =
        new ArrayList<>(
            List.of("--model", folder.resolve("model").toString(), "--kernels", "reference"));
    all.addAll(List.of("--max-new-tokens", "8", "--temperature", "1.5", "--seed", "3"));
    all.addAll(List.of(arguments));
    CommandLine line = new CommandLine(new GenerateCommand());
    line.setOut(new PrintWriter(text, true)).execute(all.toArray(String[]::new));
    return text.toString().strip();
  }

  @Test
  void answersAsGenerateDoes() throws Exception {
    HttpResponse<String> response = server.chat(TestServer.question("Сколько кругов?", DRAWN));

    assertThat(response.statusCode()).isEqualTo(200);
    JsonNode answer = json(response);
    assertThat(answer.path("object").asText()).isEqualTo("chat.completion");
    assertThat(answer.at("/choices/0/message/content").asText())
        .isNotBlank()
        .isEqualTo(generate("--question", "Сколько кругов?"));
    assertThat(answer.at("/choices/0/finish_reason").asText()).isIn("stop", "length");
    assertThat(answer.at("/usage/total_tokens").asInt())
        .isEqualTo(
            answer.at("/usage/prompt_tokens").asInt()
                + answer.at("/usage/completion_tokens").asInt());
  }

  @Test
  void answersAboutAnImage() throws Exception {
    Path file = Files.write(folder.resolve("x.png"), TestServer.png(40, 30));
    JsonNode answer =
        json(server.chat(TestServer.aboutImage(base64(40, 30), "What is this?", DRAWN)));
    JsonNode without = json(server.chat(TestServer.question("What is this?", "")));

    assertThat(answer.at("/choices/0/message/content").asText())
        .isNotBlank()
        .isEqualTo(generate("--question", "What is this?", "--image", file.toString()));
    assertThat(answer.at("/usage/prompt_tokens").asInt())
        .isGreaterThan(without.at("/usage/prompt_tokens").asInt());
  }

  private static List<JsonNode> events(String body) throws IOException {
    List<JsonNode> events = new ArrayList<>();
    for (String event : body.split("\n\n")) {
      assertThat(event).startsWith("data: ");
      if (!event.equals("data: [DONE]")) {
        events.add(JSON.readTree(event.substring(6)));
      }
    }
    assertThat(body).endsWith("data: [DONE]\n\n");
    return events;
  }

  @Test
  void streamsTheSameAnswer() throws Exception {
    String drawn = DRAWN + ", \"logprobs\": true, \"top_logprobs\": 2";
    JsonNode whole = json(server.chat(TestServer.question("q", drawn)));
    String streamed = drawn + ", \"stream\": true, \"stream_options\": {\"include_usage\": true}";

    HttpResponse<String> response = server.chat(TestServer.question("q", streamed));

    assertThat(response.headers().firstValue("content-type").orElse(""))
        .startsWith("text/event-stream");
    List<JsonNode> events = events(response.body());
    assertThat(events.get(0).at("/choices/0/delta/role").asText()).isEqualTo("assistant");
    StringBuilder text = new StringBuilder();
    List<JsonNode> likelihoods = new ArrayList<>();
    for (JsonNode event : events) {
      assertThat(event.path("object").asText()).isEqualTo("chat.completion.chunk");
      assertThat(event.path("id")).isEqualTo(events.get(0).path("id"));
      text.append(event.at("/choices/0/delta/content").asText());
      event.at("/choices/0/logprobs/content").forEach(likelihoods::add);
    }
    assertThat(text.toString()).isEqualTo(whole.at("/choices/0/message/content").asText());
    assertThat(likelihoods).isEqualTo(list(whole.at("/choices/0/logprobs/content"))).hasSize(8);
    JsonNode last = events.get(events.size() - 1);
    assertThat(last.path("choices")).isEmpty();
    assertThat(last.path("usage")).isEqualTo(whole.path("usage"));
    assertThat(events.get(events.size() - 2).at("/choices/0/finish_reason").asText())
        .isEqualTo("length");
  }

  private static List<JsonNode> list(JsonNode array) {
    List<JsonNode> list = new ArrayList<>();
    array.forEach(list::add);
    return list;
  }

  @Test
  void tellsHowLikelyTokensWere() throws Exception {
    JsonNode answer =
        json(
            server.chat(
                TestServer.question(
                    "q", ", \"temperature\": 0, \"logprobs\": true, \"top_logprobs\": 3")));

    for (JsonNode token : answer.at("/choices/0/logprobs/content")) {
      JsonNode top = token.path("top_logprobs");
      assertThat(top).hasSize(3);
      assertThat(top.get(0).path("token")).isEqualTo(token.path("token"));
      assertThat(token.path("logprob").asDouble())
          .isNegative()
          .isEqualTo(top.get(0).path("logprob").asDouble())
          .isGreaterThanOrEqualTo(top.get(1).path("logprob").asDouble());
    }
  }

  @Test
  void endsBeforeAStopText() throws Exception {
    String whole =
        json(server.chat(TestServer.question("q", DRAWN)))
            .at("/choices/0/message/content")
            .asText();
    String stop = whole.substring(whole.length() / 2, whole.length() / 2 + 2);

    JsonNode stopped =
        json(server.chat(TestServer.question("q", DRAWN + ", \"stop\": \"" + stop + "\"")));

    assertThat(stopped.at("/choices/0/message/content").asText())
        .isEqualTo(whole.substring(0, whole.indexOf(stop)).strip());
    assertThat(stopped.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
  }

  @Test
  void cutsAnswersToWhatTheWindowLeaves() throws Exception {
    JsonNode longest =
        json(server.chat(TestServer.question("word ".repeat(230), ", \"max_tokens\": 4096")));

    assertThat(longest.at("/usage/total_tokens").asInt()).isLessThanOrEqualTo(512);

    HttpResponse<String> refused = server.chat(TestServer.question("word ".repeat(600), ""));
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(json(refused).at("/error/code").asText()).isEqualTo("context_length_exceeded");
  }

  @Test
  void listsTheModelAndTellsItsHealthAndNumbers() throws Exception {
    server.chat(TestServer.question("q", ""));

    assertThat(json(server.get("/v1/models")).at("/data/0/id").asText()).isEqualTo("tiny");
    assertThat(json(server.get("/v1/models/tiny")).path("object").asText()).isEqualTo("model");
    assertThat(server.get("/v1/models/other").statusCode()).isEqualTo(404);
    assertThat(json(server.get("/health")).path("status").asText()).isEqualTo("ok");
    assertThat(server.get("/").body()).startsWith("<!DOCTYPE html>");
    assertThat(server.get("/metrics").body())
        .containsPattern("parrot_responses_total\\{status=\"200\"} [1-9]")
        .containsPattern("parrot_answer_seconds_bucket\\{le=\"\\+Inf\"} [1-9]")
        .contains("parrot_questions_open 0");
  }

  @Test
  void refusesInTheFormOfTheApi() throws Exception {
    HttpResponse<String> refused = server.chat(TestServer.question("q", ", \"n\": 2"));

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(json(refused).path("error"))
        .isEqualTo(
            JSON.readTree(
                "{\"message\": \"Invalid n: 2 (must be 1)\", \"type\": \"invalid_request_error\","
                    + " \"param\": \"n\", \"code\": \"invalid_value\"}"));
    assertThat(server.get("/v1/completions").statusCode()).isEqualTo(404);
    assertThat(server.get("/v1/chat/completions").statusCode()).isEqualTo(405);
    HttpRequest.Builder form = server.post("model=tiny").setHeader("Content-Type", "text/plain");
    assertThat(server.send(form).statusCode()).isEqualTo(415);
  }

  @Test
  void refusesImagesThatCannotBeUsed() throws Exception {
    HttpResponse<String> text = server.chat(TestServer.aboutImage("bm8gaW1hZ2U=", "q", ""));
    HttpResponse<String> large = server.chat(TestServer.aboutImage(base64(1100, 1000), "q", ""));

    assertThat(json(text).at("/error/code").asText()).isEqualTo("invalid_image");
    assertThat(json(large).at("/error/message").asText()).contains("1100 x 1000 pixels");
  }

  @Test
  void asksForTheKey() throws Exception {
    try (TestServer closed =
        another(TestServer.options(4, Duration.ofSeconds(60), Optional.of("secret")))) {
      String question = TestServer.question("q", "");
      HttpResponse<String> without = closed.chat(question);
      assertThat(without.statusCode()).isEqualTo(401);
      assertThat(json(without).at("/error/code").asText()).isEqualTo("invalid_api_key");
      assertThat(
              closed.send(closed.post(question).header("Authorization", "Bearer x")).statusCode())
          .isEqualTo(401);
      assertThat(
              closed
                  .send(closed.post(question).header("Authorization", "Bearer secret"))
                  .statusCode())
          .isEqualTo(200);
      assertThat(closed.get("/v1/models").statusCode()).isEqualTo(401);
      assertThat(closed.get("/metrics").statusCode()).isEqualTo(401);
      assertThat(closed.get("/health").statusCode()).isEqualTo(200);
    }
  }

  private static String talk(String... pieces) throws IOException {
    try (Socket socket = server.connect()) {
      for (String piece : pieces) {
        socket.getOutputStream().write(piece.getBytes(StandardCharsets.UTF_8));
      }
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void refusesBodiesThatAreTooLarge() throws Exception {
    assertThat(server.chat(TestServer.question("x".repeat(100_000), "")).statusCode())
        .isEqualTo(413);

    String chunk = "4000\r\n" + "x".repeat(0x4000) + "\r\n";
    String chunked =
        talk(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
            chunk.repeat(10),
            "0\r\n\r\n");
    assertThat(chunked).startsWith("HTTP/1.1 413").contains("request_too_large");
    String expecting =
        talk(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                + "Content-Type: application/json\r\nContent-Length: 100001\r\n\r\n");
    assertThat(expecting).startsWith("HTTP/1.1 413");
  }

  @Test
  void refusesWhatIsNoHttp() throws Exception {
    assertThat(talk("nonsense\r\n\r\n")).startsWith("HTTP/1.1 400").contains("invalid_http");
    assertThat(talk("GET /" + "x".repeat(5000) + " HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400");
    assertThat(
            talk(
                "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: "
                    + "x".repeat(20_000)
                    + "\r\n\r\n"))
        .startsWith("HTTP/1.1 400");
  }

  @Test
  void answersForThisMachineAloneWithoutAKey() throws Exception {
    String foreign = "GET /v1/models HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    assertThat(talk(foreign)).startsWith("HTTP/1.1 403").contains("unexpected_host");
    assertThat(talk(foreign.replace("evil.example", "[::1]:8000"))).startsWith("HTTP/1.1 200");
  }

  @Test
  void answersOneRequestOfAConnectionAtATime() throws Exception {
    byte[] first = TestServer.http(TestServer.question("first", ", \"temperature\": 0"));
    byte[] second = TestServer.http(TestServer.question("second", ", \"temperature\": 0"));

    String pipelined = exchangeOpen(first, second);

    assertThat(pipelined.split("HTTP/1.1 200", -1)).hasSize(2);
    assertThat(pipelined).contains("connection: close");
  }

  private static String exchangeOpen(byte[] first, byte[] second) throws IOException {
    byte[] both = new byte[first.length + second.length];
    System.arraycopy(first, 0, both, 0, first.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return talk(new String(both, StandardCharsets.UTF_8));
  }

  @Test
  void stopsAnsweringWhenTheClientLeaves() throws Exception {
    try (Socket socket = server.connect()) {
      socket.getOutputStream().write(TestServer.http(TestServer.question("q", LONG)));
      assertThat(socket.getInputStream().read()).isEqualTo('H');
    }

    server.awaitIdle();
    for (int i = 0; i < 500 && !server.get("/metrics").body().contains("running 0"); i++) {
      Thread.sleep(10);
    }
    assertThat(server.get("/metrics").body())
        .contains("parrot_questions_running 0")
        .containsPattern("parrot_given_up_total [1-9]");
  }

  @Test
  void refusesMoreThanTheQueueHolds() throws Exception {
    try (TestServer narrow =
            another(TestServer.options(1, Duration.ofSeconds(60), Optional.empty()));
        Socket socket = narrow.connect()) {
      socket.getOutputStream().write(TestServer.http(TestServer.question("q", LONG)));
      socket.getInputStream().read();

      HttpResponse<String> refused = narrow.chat(TestServer.question("q", ""));

      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.headers().firstValue("retry-after")).contains("1");
      assertThat(json(refused).at("/error/type").asText()).isEqualTo("rate_limit_error");
    }
  }

  @Test
  void givesUpAfterTheTimeLimit() throws Exception {
    try (TestServer hasty =
        another(TestServer.options(4, Duration.ofMillis(1), Optional.empty()))) {
      HttpResponse<String> late =
          hasty.chat(TestServer.question("q", ", \"max_tokens\": 400, \"temperature\": 2"));

      assertThat(late.statusCode()).isEqualTo(503);
      assertThat(json(late).at("/error/code").asText()).isEqualTo("timeout");
      hasty.awaitIdle();
    }
  }

  @Test
  void finishesWhatIsBeingAnsweredBeforeItStops() throws Exception {
    try (TestServer stopping = another(TestServer.OPTIONS)) {
      CompletableFuture<HttpResponse<String>> answer =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return stopping.chat(TestServer.question("q", LONG));
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      while (stopping.server.open() == 0) {
        Thread.sleep(5);
      }
      stopping.server.finish();

      assertThat(answer.get().body()).endsWith("data: [DONE]\n\n");
    }
  }
}
