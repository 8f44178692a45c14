package parrot.datasets.near;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextPrintTest {
  private static final String LONG =
      "The old bridge over the river was built of grey stone by masons from the next valley, who"
          + " came in spring and left before the first snow, and it has stood there ever since, although"
          + " floods have taken every other bridge along the river more than once";

  @ParameterizedTest
  @CsvSource({
    "'What is it? A red ball.', 'what is it - a RED ball', true",
    "'What is it? A red ball.', 'What is it? A blue ball.', false",
    "'Это кот, да.', 'это КОТ да', true",
    "'图中有两只猫。', '图中有两只猫', true",
    "'图中有两只猫。', '图中有三只猫。', false",
    "'+++', '***', false",
    "'', '', true"
  })
  void comparesShortTextsByTheirWords(String one, String other, boolean like) {
    assertThat(TextPrint.of(one).isLike(TextPrint.of(other))).isEqualTo(like);
  }

  @ParameterizedTest
  @CsvSource({
    "grey stone, pale stone, true",
    "'the river', 'the  River,', true",
    "' more than once', ' more than 20 times', false",
    "grey stone, B12 stone, false",
    "'by masons from the next valley, who came in spring and left before', 'of bricks that went out of use when the mill', false"
  })
  void leavesRoomForAWordInLongTexts(String what, String replacement, boolean like) {
    assertThat(TextPrint.of(LONG).isLike(TextPrint.of(LONG.replace(what, replacement))))
        .isEqualTo(like);
  }

  @ParameterizedTest
  @CsvSource({"12.5, 125", "B12, B13", "1 2, 2 1"})
  void tellsNumbersApartInLongTexts(String one, String other) {
    assertThat(TextPrint.of(LONG.repeat(3) + one).isLike(TextPrint.of(LONG.repeat(3) + other)))
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource({"grey stone, pale stone", "'by masons ', 'by some masons '"})
  void givesTextsThatAreAlikeAKeyInCommon(String what, String replacement) {
    long[] keys = TextPrint.of(LONG).keys(7);
    long[] others = TextPrint.of(LONG.replace(what, replacement)).keys(7);

    assertThat(Arrays.stream(keys).anyMatch(key -> Arrays.stream(others).anyMatch(o -> o == key)))
        .isTrue();
    assertThat(TextPrint.of(LONG).keys(8)).doesNotContain(keys);
  }

  @ParameterizedTest
  @CsvSource({"one", "'two words'", "三"})
  void survivesItsBytes(String text) {
    ByteBuffer bytes = ByteBuffer.allocate(TextPrint.BYTES);
    TextPrint.of(text).put(bytes);
    assertThat(bytes.remaining()).isZero();
    assertThat(TextPrint.get(bytes.flip()).checksum()).isEqualTo(TextPrint.of(text).checksum());
  }
}
