package parrot.datasets.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import parrot.datasets.DataException;

class ByteTokenizerTest {
  private final ByteTokenizer tokenizer = new ByteTokenizer();

  @Test
  void makesOneIdOfEachByteAndOfEachSpecialToken() {
    assertThat(tokenizer.encode("é<|im_start|>a<|im_end|><|endoftext|>"))
        .containsExactly(0xC3, 0xA9, 257, 'a', 258, 256);
  }

  @Test
  void decodesWhatItEncodedWithoutSpecialTokensAndImages() {
    assertThat(tokenizer.decode(new int[] {257, 0xF0, 0x9F, 0xA6, 0x9C, -200, 'a', 258}))
        .isEqualTo("🦜a");
    assertThat(tokenizer.decode(tokenizer.encode("三只。🦜"))).isEqualTo("三只。🦜");
  }

  @Test
  void knowsItsSize() {
    assertThat(tokenizer.vocabularySize()).isEqualTo(259);
    assertThat(tokenizer.id("<|im_end|>")).isEqualTo(258);
    assertThat(tokenizer.fingerprint()).hasSize(64);
  }

  @Test
  void refusesIdsAndTokensThatItHasNot() {
    assertThatThrownBy(() -> tokenizer.decode(new int[] {259}))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot decode tokens: no token has the id 259 (must be below 259)");
    assertThatThrownBy(() -> tokenizer.id("<pad>"))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot find token <pad>: the byte tokenizer names only <|endoftext|>, <|im_start|>, <|im_end|>");
  }
}
