package parrot.jobs.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;
import parrot.datasets.conversation.Role;
import parrot.datasets.record.RecordFormat;

class FormatFileTest {
  @Test
  void knowsFormatsByTheirNames() throws IOException {
    assertThat(FormatFile.read("auto")).isEqualTo(RecordFormat.AUTO);
    assertThat(FormatFile.read("openai")).isEqualTo(RecordFormat.OPENAI);
    assertThatThrownBy(() -> FormatFile.read("lava"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "Invalid --format: lava (must be one of alpaca, auto, llava, openai, sharegpt, or a file with the ending .yaml)");
    assertThatThrownBy(() -> FormatFile.read("/none/x.yaml"))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot read /none/x.yaml: it does not exist");
  }

  @Test
  void readsTheKeysOfAFileAndTheOthersAsInAuto() {
    RecordFormat format =
        FormatFile.parse(
            "turns: dialog\nspeaker: who\nroles: {human: [Kunde], gpt: Berater}\nimages: foto\nlanguage: lang\n",
            "x.yaml");
    assertThat(format.turns()).containsExactly("dialog");
    assertThat(format.speaker()).containsExactly("who");
    assertThat(format.text()).isEqualTo(RecordFormat.AUTO.text());
    assertThat(format.roles())
        .containsEntry("kunde", Role.HUMAN)
        .containsEntry("berater", Role.GPT)
        .containsEntry("user", Role.HUMAN);
    assertThat(format.images()).containsExactly("foto");
    assertThat(format.language()).containsExactly("lang");
  }

  @Test
  void readsPairsOfQuestionAndAnswerInPlaceOfTurns() {
    RecordFormat format =
        FormatFile.parse("question: [topic, query]\nanswer: response\nignored: thumb\n", "x.yaml");
    assertThat(format.turns()).isEmpty();
    assertThat(format.question()).isEqualTo(List.of("topic", "query"));
    assertThat(format.answer()).containsExactly("response");
    assertThat(format.ignored()).containsExactly("thumb");
  }

  @Test
  void refusesKeysThatItDoesNotKnow() {
    assertThatThrownBy(() -> FormatFile.parse("turn: dialog\n", "x.yaml"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("Unknown key turn in x.yaml")
        .hasMessageContaining("turns");
    assertThatThrownBy(() -> FormatFile.parse("turns: [\n", "x.yaml"))
        .hasMessageMatching("Cannot read --format x.yaml: line \\d+ is not YAML");
    assertThatThrownBy(() -> FormatFile.parse("", "x.yaml"))
        .hasMessage("Cannot read --format x.yaml: it is empty");
  }
}
