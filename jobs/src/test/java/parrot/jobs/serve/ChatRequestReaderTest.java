package parrot.jobs.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.datasets.conversation.Role;
import parrot.datasets.conversation.Turn;
import parrot.model.generate.Sampling;

final class ChatRequestReaderTest {
  private static final String IMAGE =
      "data:image/png;base64,"
          + Base64.getEncoder().encodeToString("image".getBytes(StandardCharsets.UTF_8));

  private static ChatRequest read(String body) {
    return new ChatRequestReader("tiny", 512).read(body.getBytes(StandardCharsets.UTF_8));
  }

  private static ChatRequest with(String members) {
    return read(TestServer.question("What?", members.isEmpty() ? "" : ", " + members));
  }

  private static ChatRequest messages(String messages) {
    return read("{\"model\": \"tiny\", \"messages\": [" + messages + "]}");
  }

  private static String user(String parts) {
    return "{\"role\": \"user\", \"content\": [" + parts + "]}";
  }

  private static String image(String url) {
    return "{\"type\": \"image_url\", \"image_url\": {\"url\": \"" + url + "\"}}";
  }

  private static String text(String text) {
    return "{\"type\": \"text\", \"text\": \"" + text + "\"}";
  }

  @Test
  void readsAConversationWithAnImage() {
    ChatRequest request =
        messages(
            "{\"role\": \"developer\", \"content\": \"Be brief.\"},"
                + user(image(IMAGE) + "," + text("What is it?"))
                + ",{\"role\": \"assistant\", \"content\": \"قطة\"},"
                + user(text("And") + "," + text("its colour?")));

    assertThat(request.query().turns())
        .containsExactly(
            new Turn(Role.SYSTEM, "Be brief."),
            Turn.human("What is it?"),
            Turn.gpt("قطة"),
            Turn.human("And\nits colour?"));
    assertThat(request.query().image()).asString().isEqualTo("image");
    assertThat(request.stream() || request.logProbabilities()).isFalse();
    assertThat(request.maxNewTokens()).isEqualTo(512);
  }

  @Test
  void readsWhatEvaluationKitsSend() {
    ChatRequest request =
        with(
            "\"n\": 1, \"temperature\": 0, \"max_tokens\": 2048, \"response_format\": {\"type\": \"text\"}");

    Sampling sampling = request.query().sampling();
    assertThat(sampling).isEqualTo(new Sampling(0, 0, 1, 0, 1, sampling.seed()));
    assertThat(request.maxNewTokens()).isEqualTo(2048);
  }

  @Test
  void readsHowToSample() {
    ChatRequest request =
        with(
            "\"temperature\": 0.5, \"top_p\": 0.9, \"top_k\": 40, \"min_p\": 0.1,"
                + " \"repetition_penalty\": 1.1, \"seed\": 7, \"stop\": [\"a\", \"b\"],"
                + " \"max_completion_tokens\": 9, \"logprobs\": true, \"top_logprobs\": 3,"
                + " \"stream\": true, \"stream_options\": {\"include_usage\": true}");

    assertThat(request.query().sampling()).isEqualTo(new Sampling(0.5, 40, 0.9, 0.1, 1.1, 7));
    assertThat(request.query().stops()).containsExactly("a", "b");
    assertThat(request.maxNewTokens()).isEqualTo(9);
    assertThat(request.topLogProbabilities()).isEqualTo(3);
    assertThat(request.stream() && request.usage() && request.logProbabilities()).isTrue();
  }

  @Test
  void drawsAnewWithoutASeedAndTakesNullForAbsent() {
    Sampling first = with("\"temperature\": null, \"seed\": null").query().sampling();

    assertThat(first.temperature()).isEqualTo(1);
    assertThat(first.seed()).isNotEqualTo(with("").query().sampling().seed());
  }

  @Test
  void letsPassWhatHasNoEffect() {
    assertThat(
            with(
                "\"user\": \"me\", \"store\": false, \"metadata\": {}, \"tools\": [],"
                    + " \"tool_choice\": \"auto\", \"presence_penalty\": 0, \"logit_bias\": {}")
                .stream())
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "n | 2 | Invalid n: 2 (must be 1)",
        "n | \"1\" | Invalid n: \"1\" (must be a whole number)",
        "temperature | 2.5 | Invalid temperature: 2.5 (must be from 0 to 2)",
        "temperature | \"hot\" | Invalid temperature: \"hot\" (must be from 0 to 2)",
        "top_p | -1 | Invalid top_p: -1 (must be from 0 to 1)",
        "max_tokens | 0 | Invalid max_tokens: 0 (must be at least 1)",
        "max_tokens | 1.5 | Invalid max_tokens: 1.5 (must be a whole number)",
        "seed | 99999999999999999999 | Invalid seed: 99999999999999999999 (must be a whole number)",
        "stop | [\"a\", 1] | Invalid stop: [\"a\",1] (must be a text, or up to 4 texts",
        "stop | \"\" | none of them empty",
        "stream | 1 | Invalid stream: 1 (must be true or false)",
        "stream_options | {} | Invalid stream_options: they need \"stream\": true",
        "top_logprobs | 2 | Invalid top_logprobs: it needs \"logprobs\": true",
        "presence_penalty | 0.5 | Invalid presence_penalty: 0.5 (must be 0)",
        "frequency_penalty | 1 | Invalid frequency_penalty: 1 (must be 0)",
        "response_format | {\"type\": \"json_object\"} | must be {\"type\": \"text\"}",
        "tools | [{}] | Invalid tools: this server does not do that",
        "tool_choice | \"required\" | Invalid tool_choice",
        "logit_bias | {\"5\": 1} | Invalid logit_bias",
        "modalities | [\"audio\"] | Invalid modalities",
        "max_token | 5 | Unknown parameter: max_token",
      })
  void refusesByNameWhatItDoesNotDo(String name, String value, String message) {
    assertThatThrownBy(() -> with("\"%s\": %s".formatted(name, value)))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesBodiesThatAreNoRequest() {
    for (String body :
        List.of("", "{", "[]", "null", "{\"a\": 1} {}", "{\"n\": 1, \"n\": 1}", "\u0000")) {
      assertThatThrownBy(() -> read(body))
          .as(body)
          .isInstanceOf(ApiException.class)
          .hasMessageStartingWith("Cannot read the request: its body is not")
          .message()
          .doesNotContain("Source");
    }
    assertThatThrownBy(() -> read("{\"messages\": []}")).hasMessage("Missing parameter: model");
    assertThatThrownBy(() -> read("{\"model\": \"gpt-4o\"}"))
        .hasMessage("There is no model gpt-4o here (this server has tiny)");
    assertThatThrownBy(() -> read("{\"model\": \"tiny\"}"))
        .hasMessageStartingWith("Invalid messages: there are none");
  }

  @Test
  void refusesConversationsThatTheModelCannotBeAsked() {
    assertThatThrownBy(() -> messages("{\"role\": \"tool\", \"content\": \"x\"}"))
        .hasMessage("Invalid messages[0].role: \"tool\" must be one of system, user, assistant");
    assertThatThrownBy(
            () -> messages(user(text("x")) + ",{\"role\": \"system\", \"content\": \"x\"}"))
        .hasMessage("Invalid messages[1]: a system message must be the first");
    assertThatThrownBy(() -> messages("{\"role\": \"assistant\", \"content\": \"x\"}"))
        .hasMessage("Invalid messages: the last one must be a user's");
    assertThatThrownBy(() -> messages(user(image(IMAGE))))
        .hasMessage("Invalid messages: the last one has no text (must be a question)");
    assertThatThrownBy(() -> messages("{\"role\": \"user\", \"content\": null}"))
        .hasMessageContaining("messages[0].content: it must be a text or a list of parts");
    assertThatThrownBy(() -> messages(user("{\"type\": \"input_audio\"}")))
        .hasMessageContaining("messages[0].content[0]: it must be a part of type text");
    assertThatThrownBy(() -> messages("7")).hasMessageContaining("messages[0].role");
  }

  @Test
  void takesOneImageThatTheRequestBrings() {
    assertThatThrownBy(() -> messages(user(image("https://example.org/cat.png") + "," + text("x"))))
        .hasMessageContaining("https://example.org/cat.png (must be data:image/png;base64,")
        .hasMessageContaining("this server fetches nothing");
    assertThatThrownBy(() -> messages(user(image("file:///etc/passwd") + "," + text("x"))))
        .hasMessageContaining("this server fetches nothing");
    assertThatThrownBy(() -> messages(user(image("data:image/png,abc") + "," + text("x"))))
        .hasMessageContaining("must be in Base64");
    assertThatThrownBy(() -> messages(user(image("data:image/png;base64,a-_b!") + "," + text("x"))))
        .hasMessageContaining("messages[0].content[0].image_url.url: its Base64 is damaged");
    assertThatThrownBy(() -> messages(user(image(IMAGE) + "," + image(IMAGE) + "," + text("x"))))
        .hasMessageContaining("a second image (the model takes one in a conversation)");
    assertThatThrownBy(
            () ->
                messages(
                    "{\"role\": \"system\", \"content\": ["
                        + image(IMAGE)
                        + "]},"
                        + user(text("x"))))
        .hasMessageContaining("only a user's message may have an image");
  }
}
