package parrot.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The reference page is what the table of keys says. To write its tables again: {@code mvn -q test
 * -pl jobs -am -Dtest=ConfigurationPageTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dparrot.docs=write}.
 */
class ConfigurationPageTest {
  private static final Path PAGE = Path.of("../docs/configuration.md");

  private static final List<Key<?>> KEYS =
      TrainKeys.SECTIONS.stream().flatMap(section -> section.keys().stream()).toList();

  @Test
  void thePageIsCurrent() throws IOException {
    String page = Files.readString(PAGE);
    String current = ConfigurationPage.withTables(page);
    if ("write".equals(System.getProperty("parrot.docs"))) {
      Files.writeString(PAGE, current);
    } else {
      assertThat(page).as("docs/configuration.md (%s)", "-Dparrot.docs=write").isEqualTo(current);
    }
  }

  @Test
  void everyKeySaysWhatItMeansInOneLine() {
    assertThat(KEYS)
        .allSatisfy(
            key -> {
              assertThat(key.meaning()).as(key.path()).isNotBlank().hasSizeLessThan(90);
              assertThat(key.form().allowed()).as(key.path()).isNotBlank();
              assertThat(key.absentInWords()).as(key.path()).isNotBlank();
            });
    assertThat(KEYS).extracting(Key::path).doesNotHaveDuplicates();
  }

  @Test
  void everyKeyNamesASourceFile() throws IOException {
    Set<String> files = new TreeSet<>();
    for (String module : List.of("datasets", "model", "jobs")) {
      try (Stream<Path> walk = Files.walk(Path.of("..", module, "src/main/java"))) {
        walk.map(file -> file.getFileName().toString()).forEach(files::add);
      }
    }
    assertThat(KEYS).allSatisfy(key -> assertThat(files).contains(key.actor() + ".java"));
  }

  @Test
  void theTableHoldsEveryKeyThatIsRead() {
    String given =
        "{train: [decoder], out: a, data: [{folder: b, weight: 1}], max_steps: 1,"
            + " model: {folder: c}, optimizer: {warmup_steps: 1}, balance: {update_rate: 1}}";
    Set<String> read = new TreeSet<>();
    collect("", TrainConfigReader.read(given, List.of()).resolved(), read);
    Set<String> known = KEYS.stream().map(Key::path).collect(Collectors.toCollection(TreeSet::new));
    assertThat(known).containsAll(read);
  }

  private static void collect(
      String prefix, com.fasterxml.jackson.databind.JsonNode node, Set<String> paths) {
    node.fields()
        .forEachRemaining(
            field -> {
              String path = prefix + field.getKey();
              if (field.getValue().isObject() && !field.getValue().isEmpty()) {
                collect(path + ".", field.getValue(), paths);
              } else {
                paths.add(path);
              }
            });
  }

  @Test
  void helpNamesEveryKeyAndFitsTheConsole() {
    List<String> help = TrainHelp.lines();
    assertThat(help).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    assertThat(KEYS)
        .allSatisfy(key -> assertThat(help).anyMatch(line -> line.contains(key.path() + ":")));
  }
}
