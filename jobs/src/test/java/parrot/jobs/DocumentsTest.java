package parrot.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import parrot.datasets.UsageException;
import parrot.jobs.config.TrainConfigReader;
import picocli.CommandLine;

/** What the documents say of commands, keys, files, classes and packages is there. */
class DocumentsTest {
  private static final Path ROOT = Path.of("..");
  private static final ObjectMapper YAML = new YAMLMapper();

  /** What a fragment of a configuration is completed with. */
  private static final String REQUIRED =
      "{stage: instruct, out: o, model: {folder: m}, data: [d], replicas: 2}";

  private static final Set<String> LAUNCHER_WITH_VALUE =
      Set.of("--on", "--profile", "--deploy-mode");

  /** Classes of Spark and DL4J. */
  private static final Set<String> NOT_OURS =
      Set.of("ComputationGraph", "SparkComputationGraph", "TrainingMaster");

  static List<Path> documents() throws IOException {
    List<Path> found =
        new ArrayList<>(
            List.of(
                ROOT.resolve("README.md"),
                ROOT.resolve("CONTRIBUTING.md"),
                ROOT.resolve("CHANGELOG.md")));
    found.addAll(files("docs", ".md"));
    found.addAll(files("recipes", ".md"));
    return found;
  }

  static List<Path> recipes() throws IOException {
    return files("recipes", ".yaml");
  }

  private static List<Path> files(String folder, String ending) throws IOException {
    if (!Files.isDirectory(ROOT.resolve(folder))) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(ROOT.resolve(folder))) {
      return all.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("documents")
  void commandsExistWithTheirOptions(Path document) throws IOException {
    checkCommands(Files.readString(document));
  }

  @Test
  void commandsOfRecipesExistWithTheirOptions() throws IOException {
    for (Path recipe : recipes()) {
      checkCommands(Files.readString(recipe).replaceAll("(?m)^# ?", "    "));
    }
  }

  private static void checkCommands(String text) {
    String joined = text.replaceAll("\\\\\n\\s*", "");
    Pattern command = Pattern.compile("(?m)^(?: {4,}|`)(?:[A-Z_]+=\\S+ )*(\\./parrot [^#`\n]*)");
    for (MatchResult match : command.matcher(joined).results().toList()) {
      List<String> arguments = arguments(match.group(1));
      if (!arguments.isEmpty() && !List.of("bench", "study").contains(arguments.get(0))) {
        assertThatCode(() -> parse(arguments)).as(match.group(1)).doesNotThrowAnyException();
      }
    }
  }

  private static void parse(List<String> arguments) {
    CommandLine.ParseResult result = Main.commandLine().parseArgs(arguments.toArray(String[]::new));
    assertThat(result.hasSubcommand() || result.isUsageHelpRequested()).isTrue();
  }

  /** The words behind the launcher and its own options. */
  private static List<String> arguments(String line) {
    List<String> words = new ArrayList<>();
    Matcher matcher = Pattern.compile("'([^']*)'|(\\S+)").matcher(line);
    while (matcher.find()) {
      words.add(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
    }
    words.remove(0);
    while (!words.isEmpty()) {
      if (LAUNCHER_WITH_VALUE.contains(words.get(0))) {
        words = words.subList(2, words.size());
      } else if (words.get(0).equals("--dry-run")) {
        words = words.subList(1, words.size());
      } else {
        return words;
      }
    }
    return words;
  }

  @ParameterizedTest
  @MethodSource("documents")
  void configurationsAreAccepted(Path document) throws IOException {
    Pattern block = Pattern.compile("(?ms)^```yaml\n(.*?)^```");
    for (MatchResult match : block.matcher(Files.readString(document)).results().toList()) {
      ObjectNode whole = (ObjectNode) YAML.readTree(REQUIRED);
      whole.setAll((ObjectNode) YAML.readTree(match.group(1)));
      String yaml = YAML.writeValueAsString(whole);
      assertThatCode(() -> TrainConfigReader.read(yaml, List.of()))
          .as(match.group(1))
          .doesNotThrowAnyException();
    }
  }

  @Test
  void keysInTablesExist() throws IOException {
    for (String page : List.of("rounds.md", "experts.md")) {
      Pattern row = Pattern.compile("(?m)^\\| (`[^|]*`) \\|");
      String table = Files.readString(ROOT.resolve("docs").resolve(page));
      table = table.substring(table.indexOf("| key |"));
      table = table.substring(0, table.indexOf("\n\n"));
      for (MatchResult match : row.matcher(table).results().toList()) {
        for (String key : match.group(1).replace("`", "").split(", ")) {
          assertThat(problem(key)).as(key).doesNotContain("Unknown key");
        }
      }
    }
  }

  private static String problem(String key) {
    try {
      TrainConfigReader.read(REQUIRED, List.of(key + "=@"));
      return "";
    } catch (UsageException e) {
      return e.getMessage();
    }
  }

  @ParameterizedTest
  @MethodSource("documents")
  void linksLeadSomewhere(Path document) throws IOException {
    Pattern link = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");
    for (MatchResult match : link.matcher(Files.readString(document)).results().toList()) {
      assertThat(document.resolveSibling(match.group(1))).exists();
    }
  }

  @ParameterizedTest
  @MethodSource("documents")
  void classesExist(Path document) throws IOException {
    Set<String> classes =
        sources()
            .filter(name -> name.endsWith(".java"))
            .map(name -> name.substring(name.lastIndexOf('/') + 1, name.length() - 5))
            .collect(Collectors.toSet());
    Pattern named = Pattern.compile("`([A-Z][a-z]+[A-Z]\\w*)(?:\\.\\w+)?`");
    for (MatchResult match : named.matcher(Files.readString(document)).results().toList()) {
      if (!NOT_OURS.contains(match.group(1))) {
        assertThat(classes).contains(match.group(1));
      }
    }
  }

  @Test
  void everyPackageHasItsLine() throws IOException {
    Set<String> packages =
        sources()
            .filter(name -> name.contains("/src/main/") && name.endsWith("/package-info.java"))
            .map(name -> name.replaceAll(".*/src/main/java/|/package-info.java", ""))
            .map(name -> name.replace('/', '.'))
            .collect(Collectors.toSet());
    Set<String> described =
        Pattern.compile("(?m)^\\| `(parrot[a-z0-9.]*)` \\|")
            .matcher(Files.readString(ROOT.resolve("docs/architecture.md")))
            .results()
            .map(match -> match.group(1))
            .collect(Collectors.toSet());
    assertThat(described).isEqualTo(packages);
  }

  private static Stream<String> sources() throws IOException {
    List<String> names = new ArrayList<>();
    for (String module : List.of("datasets", "model", "jobs", "benchmarks")) {
      try (Stream<Path> all = Files.walk(ROOT.resolve(module).resolve("src"))) {
        all.map(Path::toString).forEach(names::add);
      }
    }
    return names.stream();
  }
}
