package parrot.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import parrot.datasets.language.Language;

/** Every notebook runs from top to bottom and is stored with its outputs. */
class NotebooksTest {
  static List<Notebook> notebooks() throws IOException {
    return Notebook.all();
  }

  /** The others are run by {@link NotebooksIT}. */
  static List<Notebook> notebooksOfOneProcess() throws IOException {
    return select(false);
  }

  static List<Notebook> select(boolean launches) throws IOException {
    List<Notebook> selected = new ArrayList<>();
    for (Notebook notebook : Notebook.all()) {
      if (notebook.launches() == launches) {
        selected.add(notebook);
      }
    }
    return selected;
  }

  @Test
  void thePageListsAll() throws IOException {
    String page = Files.readString(Notebook.FOLDER.resolve("README.md"));
    assertThat(notebooks()).isNotEmpty();
    for (Notebook notebook : notebooks()) {
      assertThat(page).contains("(" + notebook.name() + ")");
    }
  }

  @ParameterizedTest
  @MethodSource("notebooks")
  void isOfTheKernelAndHasImages(Notebook notebook) throws IOException {
    JsonNode root = notebook.root();
    assertThat(root.path("nbformat").asInt()).isEqualTo(4);
    assertThat(root.at("/metadata/kernelspec/name").asText()).isEqualTo("java");
    assertThat(Files.readString(notebook.file())).contains("\"image/png\"");
  }

  @ParameterizedTest
  @MethodSource("notebooks")
  void explainsEachCellOfCodeBeforeIt(Notebook notebook) throws IOException {
    String before = "";
    for (JsonNode cell : notebook.cells()) {
      assertThat(cell.path("cell_type").asText()).isIn("markdown", "code").isNotEqualTo(before);
      before = cell.path("cell_type").asText();
    }
  }

  @Tag("slow")
  @ParameterizedTest
  @MethodSource("notebooksOfOneProcess")
  void runsFromTopToBottom(Notebook notebook) throws IOException {
    String printed = notebook.run();
    if (notebook.name().equals("tour.ipynb")) {
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
}
