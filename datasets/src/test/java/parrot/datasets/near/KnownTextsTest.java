package parrot.datasets.near;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KnownTextsTest {
  private static final String QUESTION =
      "Which of the two magnets would be pulled harder if the distance were halved?";

  private static KnownTexts known(String... texts) {
    KnownTexts known = new KnownTexts();
    for (String text : texts) {
      known.add(text, "question " + known.size());
    }
    return known;
  }

  @Test
  void findsAQuestionInsideATextWhateverItsMarksAndCase() {
    KnownTexts known = known("Something quite different is asked about in these words", QUESTION);

    assertThat(known.findIn("Look. " + QUESTION.toUpperCase() + " A. The left one"))
        .contains("question 1");
    assertThat(known.findIn(QUESTION.replace("?", "").replace(" the ", ", the "))).isPresent();
    assertThat(known.findIn(QUESTION.replace("Which of", "Tell me which of"))).isPresent();
  }

  @Test
  void leavesTextsThatShareAPhrase() {
    KnownTexts known = known(QUESTION);

    assertThat(known.findIn("Which of the two magnets is red?")).isEmpty();
    assertThat(known.findIn("Would it fall faster if the distance were halved?")).isEmpty();
    assertThat(known.findIn("")).isEmpty();
  }

  @Test
  void findsQuestionsInScriptsWithoutSpaces() {
    KnownTexts known = known("这张图片里左边的磁铁和右边的磁铁哪一个的吸引力更大？");

    assertThat(known.findIn("请看图。这张图片里左边的磁铁和右边的磁铁，哪一个的吸引力更大")).isPresent();
    assertThat(known.findIn("这张图片里有几只猫？左边的两只，右边的一只。")).isEmpty();
  }

  @Test
  void refusesTextsThatAnyoneMayWrite() {
    assertThat(new KnownTexts().add("What is in the picture?", "x")).isFalse();
    assertThat(new KnownTexts().add("图中有什么？", "x")).isFalse();
    assertThat(new KnownTexts().add("", "x")).isFalse();
  }
}
