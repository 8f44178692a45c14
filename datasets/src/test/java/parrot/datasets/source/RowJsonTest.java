package parrot.datasets.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.datasets.DataException;

class RowJsonTest {
  @Test
  void readsTheNumbersThatPythonWrites() {
    assertThat(parse("{\"a\": NaN, \"b\": -Infinity, \"c\": Infinity}").path("b").doubleValue())
        .isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"id\": \"8\", \"conv | it breaks off at byte 17 of it",
        "{\"id\": 3, oops} | at '{\"id\": 3, oops}'",
        "{\"id\": True} | at '{\"id\": True}'",
        "{\"id\": 3} // x | at '{\"id\": 3} // x'",
      })
  void saysInWordsWhatIsWrong(String row, String problem) {
    assertThatThrownBy(() -> parse(row))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(problem)
        .hasMessageMatching("(not JSON near byte|it breaks off at).*");
  }

  @Test
  void namesACharacterThatIsNotEscaped() {
    assertThatThrownBy(() -> parse("{\"id\": \"a\nb\"}"))
        .hasMessageContaining("a line break, tab or other control character in a text near byte");
  }

  /** Written out, it would be another character, and nothing would tell. */
  @Test
  void refusesHalfOfASurrogatePair() {
    String pair = "\\uD83D\\ude00";
    assertThat(parse("{\"a\": \"%s\\n%s \\\\ud83d\"}".formatted(pair, pair)).path("a").textValue())
        .isEqualTo("😀\n😀 \\ud83d");
    for (String half : List.of("\\ud83d", "\\uDE00", "\\ud83d \\ude00", pair + "\\udbff\\n")) {
      assertThatThrownBy(() -> parse("{\"a\": \"x" + half + "\"}"))
          .isInstanceOf(DataException.class)
          .hasMessageStartingWith("it holds half of a character");
    }
  }

  @Test
  void knowsPythonsNotation() {
    assertThatThrownBy(() -> parse("{'id': 3}"))
        .hasMessage(
            "it is written as Python shows an object, with single quotes (write it with"
                + " json.dumps)");
  }

  @Test
  void namesTheByteThatIsNotUtf8() {
    byte[] latin1 = "{\"id\": \"naïve\"}".getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> RowJson.parse(latin1))
        .hasMessage("byte 10 of it is not UTF-8 (is it GBK or Latin-1? convert the file to UTF-8)");
    byte[] gbk = "{\"id\": \"颜色\"}".getBytes(Charset.forName("GBK"));
    assertThatThrownBy(() -> RowJson.parse(gbk)).hasMessageContaining("byte 8 of it is not UTF-8");
  }

  @Test
  void limitsTheDepthWithoutOverflowingTheStack() {
    String deep = "[".repeat(100_000);
    assertThatThrownBy(() -> parse("{\"id\": " + deep)).hasMessage("it has more than 1,000 levels");
    assertThatThrownBy(() -> parse("{\"id\": " + "1".repeat(2000) + "}"))
        .hasMessage("it has a number of more than 1,000 digits");
  }

  private static com.fasterxml.jackson.databind.JsonNode parse(String row) {
    return RowJson.parse(row.getBytes(StandardCharsets.UTF_8));
  }
}
