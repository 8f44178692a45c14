package parrot.jobs.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;
import parrot.datasets.image.UnusableImageException;
import parrot.model.ModelException;
import picocli.CommandLine.ParameterException;

final class GenerateCommandTest {
  @TempDir static Path folder;
  private static String model;
  private static String image;

  @BeforeAll
  static void write() throws IOException {
    model = TinyModel.write(folder.resolve("model"), 1).toString();
    Path file = folder.resolve("image.png");
    ImageIO.write(new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
    image = file.toString();
  }

  private static String generate(String... arguments) throws Exception {
    String[] all = new String[arguments.length + 4];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    System.arraycopy(
        new String[] {"--kernels", "reference", "--max-new-tokens", "4"},
        0,
        all,
        arguments.length,
        4);
    return TestOutput.of(new GenerateCommand(), all);
  }

  @Test
  void answersTheSameQuestionTheSameWay() throws Exception {
    String first = generate("--model", model, "--image", image, "--question", "Сколько кругов?");
    String second = generate("--model", model, "--image", image, "--question", "Сколько кругов?");

    assertThat(first).endsWith(System.lineSeparator()).isEqualTo(second);
  }

  @Test
  void drawsTheSameWithTheSameSeed() throws Exception {
    String[] drawn = new String[4];
    for (int i = 0; i < drawn.length; i++) {
      drawn[i] =
          generate("--model", model, "--question", "q", "--temperature", "5", "--seed", "" + i / 2);
    }

    assertThat(drawn[0]).isEqualTo(drawn[1]).isNotEqualTo(drawn[2]);
    assertThat(drawn[2]).isEqualTo(drawn[3]);
  }

  @Test
  void endsAnAnswerBeforeAStopText() throws Exception {
    String[] question = {
      "--model", model, "--question", "q", "--temperature", "5", "--repetition-penalty", "1.1"
    };
    String whole = generate(question).strip();
    String stop = whole.substring(whole.length() / 2, whole.length() / 2 + 1);
    String[] stopped = Arrays.copyOf(question, question.length + 2);
    stopped[question.length] = "--stop";
    stopped[question.length + 1] = stop;

    assertThat(generate(stopped).strip())
        .isEqualTo(whole.substring(0, whole.indexOf(stop)).strip());
  }

  @Test
  void aSystemPromptIsPartOfTheQuestion() {
    assertThatThrownBy(
            () -> generate("--model", model, "--question", "q", "--system", "word ".repeat(600)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Cannot ask the question");
  }

  @Test
  void refusesSamplingWithoutMeaning() {
    assertThatThrownBy(() -> generate("--model", model, "--question", "q", "--top-p", "2"))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("Invalid top-p: 2.0 (must be above 0, at most 1)");
    assertThatThrownBy(() -> generate("--model", model, "--question", "q", "--stop", ""))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("Invalid --stop: it is empty");
  }

  @Test
  void answersWithoutAnImage() throws Exception {
    assertThat(generate("--model", model, "--question", "ما لون الدائرة؟"))
        .endsWith(System.lineSeparator());
  }

  @Test
  void saysThatThereIsNoImage() {
    assertThatThrownBy(
            () -> generate("--model", model, "--image", image + ".gone", "--question", "q"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("there is no such file")
        .hasMessageContaining("image.png.gone");
  }

  @Test
  void saysThatAFileIsNoImage() throws IOException {
    Path text = Files.writeString(folder.resolve("text.png"), "no image at all");

    assertThatThrownBy(
            () -> generate("--model", model, "--image", text.toString(), "--question", "q"))
        .isInstanceOf(UnusableImageException.class)
        .hasMessageContaining("text.png");
  }

  @Test
  void saysThatAnImageIsAFolder() {
    assertThatThrownBy(
            () -> generate("--model", model, "--image", folder.toString(), "--question", "q"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("it is a folder");
  }

  @Test
  void saysThatThereIsNoModel() {
    assertThatThrownBy(
            () -> generate("--model", folder.resolve("none").toString(), "--question", "q"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("Cannot open the model: there is no");
  }

  @Test
  void refusesATokenizerOfAnotherModel() throws IOException {
    Path other = TinyModel.write(folder.resolve("other"), 1, 1024);

    assertThatThrownBy(() -> generate("--model", other.toString(), "--question", "q"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("tokenizer.json has 1536 tokens (at most 1024 expected");
  }

  @Test
  void refusesAQuestionThatIsTooLong() {
    assertThatThrownBy(() -> generate("--model", model, "--question", "word ".repeat(600)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Cannot ask the question")
        .hasMessageContaining("at most 512");
  }

  @Test
  void refusesABlankQuestionAndBadNumbers() {
    assertThatThrownBy(() -> generate("--model", model, "--question", " "))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("Invalid --question: it is blank");
    assertThatThrownBy(
            () ->
                TestOutput.of(
                    new GenerateCommand(),
                    "--model",
                    model,
                    "--question",
                    "q",
                    "--max-new-tokens",
                    "0"))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("Invalid max-new-tokens: 0 (must be from 1 to 4096)");
  }

  @Test
  void printsAnAnswerAsJson() throws Exception {
    JsonNode line =
        new ObjectMapper()
            .readTree(generate("--model", model, "--image", image, "--question", "q", "--json"));

    assertThat(line.fieldNames())
        .toIterable()
        .containsExactly("id", "question", "image", "answer", "tokens", "end", "log_probability");
    assertThat(line.get("tokens").asInt()).isBetween(0, 4);
    assertThat(line.get("log_probability").asDouble()).isNegative();
  }

  @Test
  void answersAFileOfQuestionsInOrderAndTellsWhatCouldNotBeAsked() throws Exception {
    Path questions = folder.resolve("questions.jsonl");
    Files.writeString(
        questions,
        """
        {"id": "a", "question": "What is this?", "image": "image.png"}
        {"question": "And this?", "image": "gone.png"}
        {"question": "Both?", "image": ["image.png", "image.png"]}

        {"id": 7, "question": "Without one?", "system": "Be brief."}
        {"question": "q", "picture": "image.png"}
        not JSON
        """);
    Path out = folder.resolve("answers.jsonl");
    String[] arguments = {
      "--model", model, "--questions", questions.toString(), "--out", out.toString()
    };

    assertThatThrownBy(() -> generate(arguments))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("4 of 6 questions could not be asked");

    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(out)) {
      lines.add(new ObjectMapper().readTree(line));
    }
    assertThat(lines)
        .extracting(line -> line.get("id").asText())
        .containsExactly("a", "2", "3", "7", "6", "7");
    assertThat(lines)
        .extracting(line -> line.has("answer"))
        .containsExactly(true, false, false, true, false, false);
    assertThat(lines.get(0).get("answer").asText())
        .isEqualTo(
            generate("--model", model, "--image", image, "--question", "What is this?").strip());
    assertThat(lines.get(1).get("error").asText())
        .contains("gone.png: there is no such file (correct the row's image)");
    assertThat(lines.get(2).get("error").asText()).contains("several images");
    assertThat(lines.get(4).get("error").asText()).contains("unknown keys [picture]");
    assertThatThrownBy(() -> generate(arguments))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("it exists");
  }

  @Test
  void evaluateRefusesBaselinesOfBlankImages() {
    assertThatThrownBy(
            () ->
                TestOutput.of(
                    new EvaluateCommand(),
                    "--model",
                    model,
                    "--benchmark",
                    "MMMB_en.tsv",
                    "--out",
                    folder.resolve("scores").toString(),
                    "--blank",
                    "--baselines"))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("Invalid --baselines: with --blank all images are blank");
  }

  @Test
  void refusesQuestionsThatDoNotGoTogether() {
    assertThatThrownBy(() -> generate("--model", model))
        .hasMessageContaining("either --question or --questions");
    assertThatThrownBy(() -> generate("--model", model, "--questions", "q.jsonl"))
        .hasMessageContaining("--questions and --out belong together");
    assertThatThrownBy(
            () -> generate("--model", model, "--question", "q", "--image", image, "--image", image))
        .hasMessageContaining("several images in one question are not supported");
  }
}
