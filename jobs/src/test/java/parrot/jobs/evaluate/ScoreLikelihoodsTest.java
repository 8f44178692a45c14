package parrot.jobs.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;

/** Scores of answers that are the options' likelihoods. */
final class ScoreLikelihoodsTest {
  @TempDir Path folder;

  private String file(String name, String... predictions) throws IOException {
    return ScoreCommandTest.file(folder.resolve(name), predictions);
  }

  @Test
  void likelihoodsCountByTheirOwnRule() throws Exception {
    String file =
        file("MMMB_en.tsv", "log-likelihood A=-1.0 B=-2.0", "log-likelihood A=-3.0 B=-2.0");
    Path json = folder.resolve("scores.json");

    TestOutput.of(new ScoreCommand(), file, "--json", json.toString());

    assertThat(Files.readString(json))
        .contains("\"matching\" : \"likelihood\"", "\"accuracy\" : 0.5", "\"likeliest\" : 2");
  }

  @Test
  void answersBesideLikelihoodsCountByTheRuleThatWasAskedFor() throws Exception {
    String choices = file("MMMB_tr.tsv", "log-likelihood A=-1.0 B=-2.0");
    Path yesNo = folder.resolve("POPE_tr.tsv");
    Files.writeString(yesNo, "index\tquestion\tanswer\tprediction\n0\tKedi?\tyes\tevet\n");
    Path lines = folder.resolve("lines");
    Path json = folder.resolve("scores.json");

    TestOutput.of(
        new ScoreCommand(),
        new String[] {
          choices,
          yesNo.toString(),
          "--matching",
          "multilingual",
          "--json",
          json.toString(),
          "--lines",
          lines.toString()
        });

    assertThat(Files.readString(json))
        .contains("\"matching\" : \"likelihood\"")
        .doesNotContain("\"accuracy\" : 0.0");
    assertThat(Files.readString(lines.resolve("MMMB_tr.jsonl"))).contains("\"likelihood\"");
    assertThat(Files.readString(lines.resolve("POPE_tr.jsonl"))).contains("\"multilingual\"");
  }

  @Test
  void refusesChoicesThatAreLikelihoodsInPart() throws Exception {
    String file = file("MMMB_en.tsv", "log-likelihood A=-1.0 B=-2.0", "A");

    assertThatThrownBy(() -> TestOutput.of(new ScoreCommand(), file))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot score by likelihood: an answer is the text \"A\"");
  }
}
