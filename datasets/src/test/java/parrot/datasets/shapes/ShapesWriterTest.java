package parrot.datasets.shapes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.datasets.benchmark.BenchmarkFile;
import parrot.datasets.benchmark.BenchmarkItem;
import parrot.datasets.image.ImageDecoder;
import parrot.datasets.language.Language;
import parrot.datasets.storage.FileSystems;

class ShapesWriterTest {
  private static final ShapesConfig CONFIG =
      ShapesConfig.builder()
          .captions(20)
          .conversations(30)
          .text(15)
          .heldout(5)
          .benchmarkQuestions(24)
          .imageSize(56)
          .build();

  @TempDir java.nio.file.Path scratch;
  private Path target;
  private FileSystem files;

  @BeforeEach
  void locate() {
    target = new Path(scratch.resolve("shapes").toUri());
    files = FileSystems.of(target, new Configuration());
  }

  @Test
  void writesLlavaJsonWithImagesThatAreThere() throws IOException {
    AtomicLong progress = new AtomicLong();
    new ShapesWriter(CONFIG, files, target, false, progress::set).write();
    java.nio.file.Path root = scratch.resolve("shapes");
    ShapesWorld world = new ShapesWorld(CONFIG);

    assertRows(root, "train/captions.json", 20, world.caption(Split.TRAIN, 19));
    assertRows(root, "train/conversations.json", 30, world.conversation(Split.TRAIN, 29));
    assertRows(root, "train/text.json", 15, world.text(Split.TRAIN, 14));
    assertRows(root, "heldout/captions.json", 5, world.caption(Split.HELDOUT, 4));
    assertRows(root, "heldout/conversations.json", 5, world.conversation(Split.HELDOUT, 4));
    assertRows(root, "heldout/text.json", 5, world.text(Split.HELDOUT, 4));
    assertThat(progress.get()).isEqualTo(ShapesWriter.total(CONFIG)).isEqualTo(104);
    assertThat(root.resolve("tokenizer.json")).hasContent(ShapesTokenizer.json());
    assertThat(root.resolve("_SUCCESS")).exists();
    try (Stream<java.nio.file.Path> all = Files.walk(root)) {
      assertThat(all.map(java.nio.file.Path::toString)).noneMatch(name -> name.endsWith(".crc"));
    }
  }

  private static void assertRows(java.nio.file.Path root, String name, int rows, ShapesExample last)
      throws IOException {
    JsonNode json = new ObjectMapper().readTree(root.resolve(name).toFile());
    assertThat(json).hasSize(rows);
    for (JsonNode row : json) {
      String first = row.at("/conversations/0/value").asText();
      assertThat(row.has("image")).isEqualTo(first.startsWith("<image>\n"));
      if (row.has("image")) {
        byte[] image = Files.readAllBytes(root.resolve(row.get("image").asText()));
        assertThat(new ImageDecoder().decode(image).width()).isEqualTo(56);
      }
    }
    JsonNode row = json.get(rows - 1);
    assertThat(row.get("id").asText()).isEqualTo(last.id());
    assertThat(row.get("language").asText()).isEqualTo(last.language().tag());
    List<String> values = new ArrayList<>();
    row.get("conversations").forEach(turn -> values.add(turn.get("value").asText()));
    assertThat(values).isEqualTo(last.turns().stream().map(turn -> turn.value()).toList());
  }

  @Test
  void writesTheSameQuestionsInSixLanguages() throws IOException {
    new ShapesWriter(CONFIG, files, target, false, count -> {}).write();
    ShapesWorld world = new ShapesWorld(CONFIG);
    List<BenchmarkItem> english = read("en");
    for (Language language : Language.PUBLISHED) {
      List<BenchmarkItem> items = read(language.benchmarkSuffix());
      assertThat(items).hasSize(24);
      for (int i = 0; i < items.size(); i++) {
        BenchmarkItem item = items.get(i);
        BenchmarkQuestion question = world.benchmark(i);
        assertThat(item.index()).isEqualTo(i);
        assertThat(item.question()).isEqualTo(question.text(language));
        assertThat(item.options().values()).containsExactlyElementsOf(question.options(language));
        assertThat(item.answer()).contains(question.question().letter());
        assertThat(item.category()).isEqualTo(question.question().category().tag());
        assertThat(item.l2Category()).isEqualTo(question.question().category().group());
        assertThat(item.image()).isEqualTo(english.get(i).image());
        assertThat(new ImageDecoder().decode(item.image()).height()).isEqualTo(56);
      }
    }
  }

  private List<BenchmarkItem> read(String suffix) {
    return BenchmarkFile.read(files, new Path(target, "benchmark/MMMB_" + suffix + ".tsv")).items();
  }

  @Test
  void writesTheSameBytesTwice() throws IOException {
    new ShapesWriter(CONFIG, files, target, false, count -> {}).write();
    Path second = new Path(scratch.resolve("second").toUri());
    new ShapesWriter(CONFIG, files, second, false, count -> {}).write();

    java.nio.file.Path root = scratch.resolve("shapes");
    try (Stream<java.nio.file.Path> all = Files.walk(root)) {
      for (java.nio.file.Path file : all.filter(Files::isRegularFile).toList()) {
        java.nio.file.Path twin = scratch.resolve("second").resolve(root.relativize(file));
        assertThat(Files.mismatch(file, twin)).as("%s", file).isEqualTo(-1);
      }
    }
  }

  @Test
  void quotesAsPandasDoes() {
    assertThat(BenchmarkWriter.quote("plain")).isEqualTo("plain");
    assertThat(BenchmarkWriter.quote("a\tb")).isEqualTo("\"a\tb\"");
    assertThat(BenchmarkWriter.quote("say \"x\"")).isEqualTo("\"say \"\"x\"\"\"");
    assertThat(BenchmarkWriter.quote("two\nlines")).isEqualTo("\"two\nlines\"");
  }

  @Test
  void refusesAFolderThatExists() throws IOException {
    Files.createDirectory(scratch.resolve("shapes"));

    assertThatThrownBy(() -> new ShapesWriter(CONFIG, files, target, false, count -> {}).write())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("shapes")
        .hasMessageContaining("exists");
  }
}
