package parrot.datasets.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.datasets.ReferenceText;

/** Questions without right answers. */
class QuestionFileTest {
  @TempDir Path folder;

  private List<QuestionFile.Row> read(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    return QuestionFile.read(ReferenceText.local(), new org.apache.hadoop.fs.Path(file.toUri()));
  }

  @Test
  void aTableHasTheColumnsOfTheLinesOfJson() throws Exception {
    assertThat(read("q.tsv", "id\tquestion\tsystem\timage\na\tWhat?\tBrief.\tcat.png\n"))
        .isEqualTo(
            read(
                "q.jsonl",
                "{\"id\": \"a\", \"question\": \"What?\", \"system\": \"Brief.\", \"image\": \"cat.png\"}"));
  }

  @Test
  void refusesColumnsThatItWouldNotRead() {
    assertThatThrownBy(() -> read("q.tsv", "question\timage_path\nWhat?\tcat.png\n"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("line 1: unknown columns [image_path] (known are [id, image,");
  }

  @Test
  void aSystemPromptThatIsNotATextIsTheRowsProblem() throws Exception {
    assertThat(read("q.jsonl", "{\"question\": \"What?\", \"system\": 5}").get(0).problem())
        .contains("line 1: system is not a text");
    assertThat(read("q.jsonl", "{\"question\": \"What?\", \"system\": null}").get(0).problem())
        .isEmpty();
  }
}
