package parrot.jobs.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.jobs.evaluate.TinyModel;

/**
 * OpenAI's own package as the client. It is fetched once into {@code target}; without Node or a
 * network the test is skipped.
 */
@Tag("slow")
final class OpenAiClientTest {
  /** The newest that runs on Node 20. */
  private static final String PACKAGE = "openai@6.30.1";

  private static final Path INSTALLED = Path.of("target", "openai").toAbsolutePath();

  @TempDir Path folder;

  private static Optional<String> run(Path where, List<String> command) throws Exception {
    Path said = Files.createTempFile("said", ".txt");
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .directory(where.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .redirectOutput(said.toFile())
              .start();
    } catch (IOException e) {
      return Optional.empty(); // not on this machine
    }
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      return Optional.empty();
    }
    return process.exitValue() == 0 ? Optional.of(Files.readString(said)) : Optional.empty();
  }

  private static void install() throws Exception {
    assumeTrue(
        run(Path.of("."), List.of("node", "--version"))
            .filter(version -> version.compareTo("v20") >= 0)
            .isPresent(),
        "Node 20 or later is not on this machine");
    if (Files.exists(INSTALLED.resolve("node_modules/openai/package.json"))) {
      return;
    }
    Files.createDirectories(INSTALLED);
    Files.writeString(INSTALLED.resolve("package.json"), "{\"private\": true}");
    assumeTrue(
        run(INSTALLED, List.of("npm", "install", "--ignore-scripts", "--no-audit", PACKAGE))
            .isPresent(),
        PACKAGE + " cannot be fetched from here");
  }

  @Test
  void asksAsItAsksOpenAi() throws Exception {
    install();
    TinyModel.write(folder.resolve("model"), 1);
    try (InputStream program = OpenAiClientTest.class.getResourceAsStream("client.mjs")) {
      Files.write(INSTALLED.resolve("client.mjs"), program.readAllBytes());
    }
    ServeOptions options = TestServer.options(8, Duration.ofSeconds(60), Optional.of("sk-test"));
    try (TestServer server = new TestServer(folder.resolve("model"), options)) {
      String image = Base64.getEncoder().encodeToString(TestServer.png(40, 30));

      String told =
          run(INSTALLED, List.of("node", "client.mjs", server.address() + "/v1", "sk-test", image))
              .orElseThrow();

      JsonNode heard = new ObjectMapper().readTree(told.getBytes(StandardCharsets.UTF_8));
      assertThat(heard.path("models").toString()).isEqualTo("[\"tiny\"]");
      assertThat(heard.path("whole").asText()).isNotBlank();
      assertThat(heard.path("streamed")).isEqualTo(heard.path("whole"));
      assertThat(heard.path("helped")).isEqualTo(heard.path("whole"));
      assertThat(heard.path("tokens").asInt())
          .isEqualTo(heard.path("streamedTokens").asInt())
          .isEqualTo(heard.path("likelihoods").asInt())
          .isPositive();
      assertThat(heard.path("n").asText()).isEqualTo("BadRequestError 400 invalid_value n");
      assertThat(heard.path("model").asText()).isEqualTo("NotFoundError 404 model_not_found model");
      assertThat(heard.path("key").asText()).startsWith("AuthenticationError 401 invalid_api_key");
      assertThat(heard.path("url").asText())
          .isEqualTo("BadRequestError 400 invalid_image_url messages[0].content[0].image_url.url");
      server.awaitIdle();
      assertThat(server.get("/health").statusCode()).isEqualTo(200);
    }
  }
}
