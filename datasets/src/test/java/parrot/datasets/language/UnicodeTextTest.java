package parrot.datasets.language;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnicodeTextTest {
  @Test
  void stripsEverySpaceThatPythonStrips() {
    assertThat(UnicodeText.strip("\u00A0\u3000 \u0085\u001Ca b\u2028\u202F\n")).isEqualTo("a b");
  }

  @Test
  void keepsWhatOnlyLooksEmpty() {
    assertThat(UnicodeText.strip("\u200B\uFEFF")).isEqualTo("\u200B\uFEFF");
  }

  @Test
  void cutsWordsAtEverySpace() {
    assertThat(UnicodeText.words("\u3000答案 B\u00A0c\t\n")).containsExactly("答案", "B", "c");
  }

  @Test
  void findsNoWordsInBlankText() {
    assertThat(UnicodeText.words(" \u00A0")).isEmpty();
    assertThat(UnicodeText.isBlank(" \u00A0")).isTrue();
  }
}
