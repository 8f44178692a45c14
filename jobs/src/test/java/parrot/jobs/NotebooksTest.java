package parrot.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.execution.LocalExecutionControlProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import parrot.datasets.language.Language;

/** Every notebook is stored without outputs and runs from top to bottom. */
class NotebooksTest {
  private static final Path FOLDER = Path.of("..", "notebooks");
  private static final ObjectMapper JSON = new ObjectMapper();

  static List<Path> notebooks() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".ipynb")).sorted().toList();
    }
  }

  @Test
  void thereIsATour() throws IOException {
    assertThat(notebooks()).contains(FOLDER.resolve("tour.ipynb"));
  }

  @ParameterizedTest
  @MethodSource("notebooks")
  void isStoredWithoutOutputs(Path notebook) throws IOException {
    JsonNode root = JSON.readTree(notebook.toFile());
    assertThat(root.path("nbformat").asInt()).isEqualTo(4);
    assertThat(root.at("/metadata/kernelspec/name").asText()).isEqualTo("java");
    assertThat(root.path("cells")).isNotEmpty();
    for (JsonNode cell : root.path("cells")) {
      if (isCode(cell)) {
        assertThat(cell.path("outputs").isArray()).isTrue();
        assertThat(cell.path("outputs")).isEmpty();
        assertThat(cell.path("execution_count").isNull()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("notebooks")
  void explainsEachCellOfCodeBeforeIt(Path notebook) throws IOException {
    String before = "";
    for (JsonNode cell : JSON.readTree(notebook.toFile()).path("cells")) {
      assertThat(cell.path("cell_type").asText()).isIn("markdown", "code").isNotEqualTo(before);
      before = cell.path("cell_type").asText();
    }
  }

  @Tag("slow")
  @ParameterizedTest
  @MethodSource("notebooks")
  void runsFromTopToBottom(Path notebook) throws IOException {
    String printed = run(JSON.readTree(notebook.toFile()).path("cells"));
    assertThat(printed).isNotBlank();
    if (notebook.endsWith("tour.ipynb")) {
      checkTour(printed);
    }
  }

  private static void checkTour(String printed) {
    assertThat(printed)
        .contains("Which shape is purple?", "Qual figura é roxa?", "Mor şekil nedir?")
        .contains("[<|im_end|>]"); // supervised
    for (Language language : Language.PUBLISHED) {
      String routing = "(?m)^%s( +[01]\\.\\d{3}){6}$".formatted(language.tag());
      assertThat(printed)
          .containsPattern("(?m)^%s  .*  \\[.*, .*]$".formatted(language.tag())) // with options
          .containsPattern("(?m)^%s  .*\\n.*\\n    > .*\\(right: .+\\)$".formatted(language.tag()))
          .containsPattern(routing);
    }
  }

  /** Runs the cells in this JVM, which has class path and options of the build. */
  private static String run(JsonNode cells) throws IOException {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (JShell shell =
            JShell.builder()
                .executionEngine(new LocalExecutionControlProvider(), Map.of())
                .build();
        PrintStream out = new PrintStream(printed, true, UTF_8)) {
      shell.addToClasspath(System.getProperty("java.class.path"));
      System.setOut(out);
      int number = 0;
      for (JsonNode cell : cells) {
        number++;
        if (isCode(cell)) {
          run(shell, source(cell), number);
        }
      }
    } finally {
      System.setOut(before);
    }
    return printed.toString(UTF_8);
  }

  private static void run(JShell shell, String source, int number) {
    String rest = source;
    while (!rest.isBlank()) {
      SourceCodeAnalysis.CompletionInfo next = shell.sourceCodeAnalysis().analyzeCompletion(rest);
      if (!next.completeness().isComplete()) {
        fail("Cell %d is %s: %s", number, next.completeness(), rest);
      }
      for (SnippetEvent event : shell.eval(next.source())) {
        check(shell, event, number);
      }
      rest = next.remaining();
    }
  }

  private static void check(JShell shell, SnippetEvent event, int number) {
    String source = event.snippet().source().strip();
    if (event.exception() != null) {
      String name =
          event.exception() instanceof EvalException thrown
              ? thrown.getExceptionClassName() + ": "
              : "";
      throw new AssertionError(
          "Cell %d threw %s%s\n%s".formatted(number, name, event.exception().getMessage(), source),
          event.exception());
    }
    if (event.status() != Snippet.Status.VALID && event.causeSnippet() == null) {
      List<String> reasons = new ArrayList<>();
      shell
          .diagnostics(event.snippet())
          .forEach(diagnostic -> reasons.add(diagnostic.getMessage(Locale.ROOT)));
      if (event.snippet() instanceof DeclarationSnippet declaration) {
        shell.unresolvedDependencies(declaration).forEach(reasons::add);
      }
      fail("Cell %d is %s: %s\n%s", number, event.status(), reasons, source);
    }
  }

  private static boolean isCode(JsonNode cell) {
    return cell.path("cell_type").asText().equals("code");
  }

  /** The format has text as one string or as a list of lines. */
  private static String source(JsonNode cell) {
    JsonNode source = cell.path("source");
    return source.isArray()
        ? StreamSupport.stream(source.spliterator(), false)
            .map(JsonNode::asText)
            .collect(Collectors.joining())
        : source.asText();
  }
}
