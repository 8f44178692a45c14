package parrot.jobs.parity;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;
import parrot.datasets.conversation.ByteTokenizer;
import parrot.datasets.conversation.ChatFormat;
import parrot.jobs.failure.FailedException;
import picocli.CommandLine;

/** Over the reference cases that the modules' own tests hold. */
class ParityCommandTest {
  private static final Path NETWORK = Path.of("../model/src/test/resources/reference/network");
  private static final Path IMAGES = Path.of("../datasets/src/test/resources/reference/images");
  private static final Path TEXT = Path.of("../datasets/src/test/resources/text");

  @TempDir Path folder;
  private String output;

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "reference"})
  void passesOnEveryReferenceCase(String kernels) throws IOException {
    Path json = folder.resolve("parity.json");

    int code =
        run(
            NETWORK.toString(),
            IMAGES.toString(),
            TEXT.toString(),
            "--kernels",
            kernels,
            "--json",
            json.toString());

    assertThat(code).as(output).isZero();
    assertThat(output)
        .contains("align-and-instruct (network, ")
        .contains("projector-only (network, ")
        .contains("images (images, ")
        .contains("text (text, ")
        .containsPattern("\n  vision_features +\\[3, 17, 32\\] +[0-9.e-]+  pass\n")
        .containsPattern(
            "\n  grad.model.moe_model.experts.5.down_proj.weight +\\[48, 40\\] +[0-9.e-]+  pass\n")
        .containsPattern("\n  adamw_losses +\\[6\\] +[0-9.e-]+  pass\n")
        .containsPattern("\n  generated +\\[3, 8\\] +0.00e\\+00  pass\n")
        .doesNotContain("FAIL");
    JsonNode report = new ObjectMapper().readTree(json.toFile());
    assertThat(report.get("passed").asBoolean()).isTrue();
    assertThat(report.get("kernels").asText()).isEqualTo(kernels);
    assertThat(report.get("cases")).hasSize(4);
    JsonNode comparison = report.get("cases").get(0).get("comparisons").get(0);
    assertThat(comparison.get("tensor").asText()).isEqualTo("vision_features");
    assertThat(comparison.get("difference").asDouble()).isBetween(0.0, 1e-4);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).as("nothing but the report").containsExactly(json);
    }
  }

  @Test
  void failsWhereExpectedValuesAreOthers() throws IOException {
    Path damaged = copy(NETWORK.resolve("align-and-instruct"));
    List<String> tensors =
        List.of("loss", "logits", "routing_weights", "grad.model.norm.weight", "adamw_losses");
    for (String tensor : tensors) {
      edit(
          damaged.resolve("expected.safetensors"),
          tensor,
          bytes -> bytes.putFloat(0, bytes.getFloat(0) + 0.01f * scale(bytes)));
    }

    assertThat(run(damaged.toString())).as(output).isOne();

    for (String tensor : tensors) {
      assertThat(output)
          .containsPattern("\n  " + tensor + " +\\[[0-9, ]+\\] +[0-9.e-]+  FAIL: above 1.0e-04\n");
    }
    assertThat(output).contains("FAILED: 5 of ");
  }

  @Test
  void takesATolerance() throws IOException {
    Path damaged = copy(NETWORK.resolve("projector-only"));
    edit(
        damaged.resolve("expected.safetensors"),
        "loss",
        bytes -> bytes.putFloat(0, bytes.getFloat(0) * 1.01f));

    assertThat(run(damaged.toString(), "--tolerance", "0.02")).as(output).isZero();
  }

  @ParameterizedTest
  @CsvSource({"loss", "projected", "grad.model.mm_projector.0.bias"})
  void failsWhereAnExpectedValueIsNoNumber(String tensor) throws IOException {
    Path damaged = copy(NETWORK.resolve("projector-only"));
    edit(damaged.resolve("expected.safetensors"), tensor, bytes -> bytes.putFloat(0, Float.NaN));
    Path json = folder.resolve("parity.json");

    assertThat(run(damaged.toString(), "--json", json.toString())).as(output).isOne();

    assertThat(output)
        .containsPattern("\n  " + tensor + " +\\[[0-9, ]+\\] +-  FAIL: ")
        .contains("FAILED: 1 of ");
    assertThat(Files.readString(json))
        .contains("\"difference\" : \"NaN\"")
        .contains("\"passed\" : false");
  }

  @Test
  void failsWhereTheNetworkComputesNoNumber() throws IOException {
    Path damaged = copy(NETWORK.resolve("projector-only"));
    edit(
        damaged.resolve("model.safetensors"),
        "model.mm_projector.0.bias",
        bytes -> bytes.putFloat(0, Float.MAX_VALUE)); // the next product overflows

    assertThat(run(damaged.toString())).as(output).isOne();

    assertThat(output)
        .containsPattern("\n  vision_features .*pass\n")
        .containsPattern("\n  projected .*FAIL")
        .containsPattern("\n  loss .*FAIL");
    assertThat(output).containsPattern("\n  adamw_losses .*FAIL");
  }

  @Test
  void failsWhereExpectedTensorsAreMissing() throws IOException {
    Path damaged = copy(NETWORK.resolve("projector-only"));
    List<String> tensors =
        List.of(
            "loss",
            "logits",
            "generated",
            "adamw_losses",
            "attention_mask",
            "grad.model.mm_projector.2.weight");
    for (String tensor : tensors) {
      String other = tensor.replaceFirst("^..", "xx");
      rename(damaged.resolve("expected.safetensors"), tensor, other);
    }

    assertThat(run(damaged.toString())).as(output).isOne();

    for (String tensor : tensors) {
      String other = tensor.replaceFirst("^..", "xx");
      assertThat(output)
          .containsPattern(
              "\n  " + tensor + " +- +-  FAIL: it is missing in expected.safetensors\n")
          .containsPattern(
              "\n  "
                  + other
                  + " +- +-  FAIL: it is expected, but nothing of that name is computed here\n");
    }
    assertThat(output).contains("FAILED: 12 of ");
  }

  @Test
  void failsWhereOneGeneratedTokenIsAnother() throws IOException {
    Path damaged = copy(NETWORK.resolve("projector-only"));
    edit(
        damaged.resolve("expected.safetensors"),
        "generated",
        bytes -> bytes.putLong(8, bytes.getLong(8) ^ 1));

    assertThat(run(damaged.toString())).as(output).isOne();

    assertThat(output)
        .containsPattern(
            "\n  generated +\\[2, 8\\] +6.25e-02  FAIL: 1 of 16 differ, first at 1: got \\d+, expected \\d+\n");
  }

  @Test
  void doesNotCountWhatThePaddingHolds() throws IOException {
    Path padded = copy(NETWORK.resolve("projector-only"));
    Path expected = padded.resolve("expected.safetensors");
    int[] last = lastPaddedPosition(expected);
    edit(expected, "logits", bytes -> bytes.putFloat(4 * 80 * last[0], 1e9f));
    edit(expected, "padded_labels", bytes -> bytes.putLong(8 * last[0], 77));

    assertThat(run(padded.toString())).as(output).isZero();
  }

  @Test
  void failsWhereAFileOfACaseIsMissingAndStillComputesTheOthers() throws IOException {
    Path root = folder.resolve("cases");
    Files.createDirectory(root);
    copy(NETWORK.resolve("projector-only"), root.resolve("network"));
    Files.delete(root.resolve("network/expected.safetensors"));
    copy(TEXT, root.resolve("text"));

    assertThat(run(root.toString())).as(output).isOne();

    assertThat(output)
        .containsPattern("FAIL: Cannot read .*network/expected.safetensors: there is no such file")
        .containsPattern("\n  answer-matching.json option +\\[210\\] +0.00e\\+00  pass\n");
  }

  @Test
  void failsWhereAnImageIsMissingOrAnother() throws IOException {
    Path damaged = copy(IMAGES);
    Files.delete(damaged.resolve("small.png"));
    Files.copy(
        damaged.resolve("portrait.png"),
        damaged.resolve("square.png"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Files.write(damaged.resolve("grey.jpg"), new byte[] {1, 2, 3});

    assertThat(run(damaged.toString())).as(output).isOne();

    assertThat(output)
        .containsPattern("\n  small.png@112 +- +-  FAIL: there is no file small.png\n")
        .containsPattern(
            "\n  square.png@112 +\\[112, 112, 3\\] .* FAIL: largest \\d+, mean [0-9.]+ \\(must be at most 1 and below 0.02\\)\n")
        .containsPattern(
            "\n  grey.jpg@112 +- +-  FAIL: Cannot use the image: the file is not an image")
        .contains("FAILED: 3 of 20 comparisons in 1 case.");
  }

  @Test
  void failsWhereTheExpectedImagesAreMissing() throws IOException {
    Path damaged = copy(IMAGES);
    Files.delete(damaged.resolve("expected.safetensors"));

    assertThat(run(damaged.toString())).as(output).isOne();

    assertThat(output)
        .containsPattern("FAIL: Cannot read .*expected.safetensors: there is no such file");
  }

  @Test
  void formatsAnEmptyLastAnswerAsPublished() throws IOException {
    Path chats = copy(TEXT).resolve("chat-format.json");
    String prompt =
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
            + "<|im_start|>assistant\n<|im_end|>";
    ObjectMapper json = new ObjectMapper();
    ObjectNode one = json.createObjectNode().put("prompt", prompt);
    for (String[] turn : new String[][] {{"system", "Be brief."}, {"human", "Hi"}, {"gpt", ""}}) {
      one.withArray("conversations").addObject().put("from", turn[0]).put("value", turn[1]);
    }
    int[] ids = new ByteTokenizer().encode(prompt);
    for (int i = 0; i < ids.length; i++) {
      one.withArray("input_ids").add(ids[i]);
      one.withArray("labels").add(i == ids.length - 1 ? ids[i] : ChatFormat.IGNORE);
    }
    Files.writeString(chats, json.createArrayNode().add(one).toString());

    assertThat(run(chats.getParent().toString())).as(output).isZero();

    assertThat(output).containsPattern("\n  chat-format.json labels +\\[1\\] +0.00e\\+00  pass\n");
  }

  @Test
  void failsWhereATextIsAnother() throws IOException {
    Path damaged = copy(TEXT);
    replace(
        damaged.resolve("chat-format.json"),
        "What colour is the kite?<",
        "What colour is the kit?<");
    replace(
        damaged.resolve("circular-expected.json"),
        "\"circular_overall\": 0.41",
        "\"circular_overall\": 0.42");
    replace(damaged.resolve("answer-matching.json"), "\"option\": \"A\"", "\"option\": \"B\"");
    Files.delete(damaged.resolve("multiple-choice-prompts.json"));

    assertThat(run(damaged.toString())).as(output).isOne();

    assertThat(output)
        .containsPattern(
            "\n  chat-format.json prompt +\\[4\\] +2.50e-01  FAIL: 1 of 4 differ, first at 0: got \\.\\.\\..*kite\\?<.*\\.\\.\\., expected \\.\\.\\..*kit\\?<")
        .containsPattern("\n  chat-format.json labels +\\[4\\] +0.00e\\+00  pass\n")
        .containsPattern(
            "\n  circular-expected.json circular_overall +\\[1\\] +1.00e\\+00  FAIL: 1 of 1 differ, got 0.41\\d+, expected 0.42")
        .containsPattern(
            "\n  answer-matching.json option +\\[210\\] .* FAIL: \\d+ of 210 differ, first at 0: got A, expected B\n")
        .containsPattern(
            "\n  multiple-choice-prompts.json +- +-  FAIL: a file is missing: .*multiple-choice-prompts.json");
  }

  @Test
  void findsNoCaseInAFolderWithout() {
    assertThat(run(folder.toString())).isOne();

    assertThat(output)
        .startsWith(
            "Cannot check "
                + folder
                + ": no reference case is in or under it (a network case has config.json, ");
  }

  @Test
  void refusesAFolderThatIsNotThere() {
    assertThat(run(folder.resolve("none").toString())).isEqualTo(3);
    assertThat(output)
        .isEqualTo("Cannot check " + folder.resolve("none") + ": there is no such folder");

    assertThat(run(IMAGES.resolve("small.png").toString())).isEqualTo(3);
    assertThat(output)
        .endsWith("small.png: it is a file (give the folder of a case, or one above it)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--kernels|cuda|Invalid kernels: cuda (must be onednn or reference)",
        "--tolerance|NaN|Invalid --tolerance: NaN (must be a positive number, such as 1e-4)",
        "--threads|0|Invalid --threads: 0 (must be at least 1)"
      })
  void refusesBadOptions(String option, String value, String message) {
    assertThat(run(TEXT.toString(), option, value)).isEqualTo(2);
    assertThat(output).isEqualTo(message);
  }

  private int run(String... arguments) {
    StringWriter text = new StringWriter();
    CommandLine command = new CommandLine(new ParityCommand());
    command.setOut(new PrintWriter(text));
    int[] code = {-1};
    command.setExecutionExceptionHandler(
        (exception, commandLine, result) -> {
          text.write(exception.getMessage());
          if (exception instanceof UsageException) {
            return 2;
          } else if (exception instanceof FailedException) {
            return 1;
          } else if (exception instanceof DataException) {
            return 3;
          }
          throw exception;
        });
    code[0] = command.execute(arguments);
    output = text.toString();
    return code[0];
  }

  private Path copy(Path source) throws IOException {
    return copy(source, folder.resolve(source.getFileName().toString()));
  }

  private static Path copy(Path source, Path target) throws IOException {
    try (Stream<Path> files = Files.walk(source)) {
      files.forEach(
          file -> {
            try {
              Files.copy(file, target.resolve(source.relativize(file).toString()));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
    return target;
  }

  private static void replace(Path file, String from, String to) throws IOException {
    String text = Files.readString(file);
    assertThat(text).contains(from);
    int at = text.indexOf(from);
    Files.writeString(file, text.substring(0, at) + to + text.substring(at + from.length()));
  }

  private static float scale(ByteBuffer values) {
    float scale = 0;
    for (int i = 0; i < values.limit(); i += 4) {
      scale = Math.max(scale, Math.abs(values.getFloat(i)));
    }
    return scale;
  }

  /** Hands the values of a tensor over and writes the file back. */
  private static void edit(Path file, String tensor, Consumer<ByteBuffer> change)
      throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    JsonNode offsets =
        new ObjectMapper().readTree(bytes, 8, header).get(tensor).get("data_offsets");
    int start = 8 + header + offsets.get(0).asInt();
    int length = offsets.get(1).asInt() - offsets.get(0).asInt();
    change.accept(ByteBuffer.wrap(bytes, start, length).slice().order(ByteOrder.LITTLE_ENDIAN));
    Files.write(file, bytes);
  }

  private static void rename(Path file, String tensor, String name) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(bytes, 8, header);
    json.set(name, json.remove(tensor));
    StringBuilder text = new StringBuilder(json.toString());
    assertThat(text.length()).isLessThanOrEqualTo(header);
    text.append(" ".repeat(header - text.length()));
    System.arraycopy(text.toString().getBytes(StandardCharsets.UTF_8), 0, bytes, 8, header);
    Files.write(file, bytes);
  }

  /** A position that the attention mask leaves out. */
  private static int[] lastPaddedPosition(Path file) throws IOException {
    int[] position = {-1};
    edit(
        file,
        "attention_mask",
        mask -> {
          for (int i = 0; i < mask.limit(); i++) {
            if (mask.get(i) == 0) {
              position[0] = i;
            }
          }
        });
    assertThat(position[0]).isNotNegative();
    return position;
  }
}
