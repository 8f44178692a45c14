package parrot.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import jdk.jshell.ExpressionSnippet;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.VarSnippet;
import jdk.jshell.execution.LocalExecutionControlProvider;

/**
 * A notebook of the project, run as its kernel runs it; {@code -Dparrot.notebooks=write} stores its
 * outputs anew.
 */
record Notebook(Path file) {
  static final Path FOLDER = Path.of("..", "notebooks");
  private static final ObjectMapper JSON = new ObjectMapper();

  static List<Notebook> all() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .filter(file -> file.toString().endsWith(".ipynb"))
          .sorted()
          .map(Notebook::new)
          .toList();
    }
  }

  String name() {
    return file.getFileName().toString();
  }

  /** Whether it starts the launcher, which needs the jar for clusters. */
  boolean launches() throws IOException {
    return Files.readString(file).contains("../parrot\\\"");
  }

  JsonNode root() throws IOException {
    return JSON.readTree(file.toFile());
  }

  JsonNode cells() throws IOException {
    return root().path("cells");
  }

  @Override
  public String toString() {
    return name();
  }

  /**
   * Runs all cells, which must give the kinds of output that are stored, text or images; what these
   * say is not compared.
   *
   * @return what they printed
   */
  String run() throws IOException {
    JsonNode root = root();
    List<ArrayNode> outputs = run(root.path("cells"));
    if (System.getProperty("parrot.notebooks", "").equals("write")) {
      store(root, outputs);
    }
    StringBuilder printed = new StringBuilder();
    int cell = 0;
    for (JsonNode one : root.path("cells")) {
      ArrayNode given = outputs.get(cell++);
      assertThat(NotebookOutputs.kinds(given))
          .as("outputs of cell %d of %s, as they are stored", cell, name())
          .isEqualTo(NotebookOutputs.kinds(one.path("outputs")));
      given.forEach(output -> output.path("text").forEach(line -> printed.append(line.asText())));
    }
    return printed.toString();
  }

  private void store(JsonNode root, List<ArrayNode> outputs) throws IOException {
    int count = 0;
    for (int i = 0; i < outputs.size(); i++) {
      if (isCode(root.path("cells").get(i))) {
        ObjectNode cell = (ObjectNode) root.path("cells").get(i);
        cell.put("execution_count", ++count).set("outputs", outputs.get(i));
      }
    }
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    printer.indentArraysWith(new DefaultIndenter(" ", "\n"));
    printer.indentObjectsWith(new DefaultIndenter(" ", "\n"));
    Files.writeString(file, JSON.writer(printer).writeValueAsString(root) + "\n");
  }

  /** Runs the cells in this JVM, which has class path and options of the build. */
  private static List<ArrayNode> run(JsonNode cells) throws IOException {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    List<ArrayNode> outputs = new ArrayList<>();
    try (JShell shell =
            JShell.builder()
                .executionEngine(new LocalExecutionControlProvider(), Map.of())
                .build();
        PrintStream out = new PrintStream(printed, true, UTF_8)) {
      shell.addToClasspath(System.getProperty("java.class.path"));
      System.setOut(out);
      int count = 0;
      for (JsonNode cell : cells) {
        if (isCode(cell)) {
          run(shell, source(cell), outputs.size() + 1);
          count++;
        }
        out.flush();
        outputs.add(NotebookOutputs.of(printed, count));
        printed.reset();
      }
    } finally {
      System.setOut(before);
    }
    return outputs;
  }

  private static void run(JShell shell, String source, int number) {
    String rest = source;
    Snippet last = null;
    while (!rest.isBlank()) {
      SourceCodeAnalysis.CompletionInfo next = shell.sourceCodeAnalysis().analyzeCompletion(rest);
      if (!next.completeness().isComplete()) {
        fail("Cell %d is %s: %s", number, next.completeness(), rest);
      }
      for (SnippetEvent event : shell.eval(next.source())) {
        check(shell, event, number);
        last = event.causeSnippet() == null ? event.snippet() : last;
      }
      rest = next.remaining();
    }
    String image = image(last);
    if (image != null) {
      shell
          .eval("%s.show(%s);".formatted(NotebookOutputs.class.getName(), image))
          .forEach(event -> check(shell, event, number));
    }
  }

  /** The name of a cell's value if that is an image, else null. */
  private static String image(Snippet last) {
    if (last instanceof ExpressionSnippet value && value.typeName().endsWith("BufferedImage")) {
      return value.name();
    }
    return last instanceof VarSnippet value
            && value.subKind() == Snippet.SubKind.TEMP_VAR_EXPRESSION_SUBKIND
            && value.typeName().endsWith("BufferedImage")
        ? value.name()
        : null;
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
