package parrot.datasets.shapes;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.Normalizer;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import parrot.datasets.benchmark.AnswerMatcher;
import parrot.datasets.benchmark.MultipleChoicePrompt;
import parrot.datasets.conversation.Turn;
import parrot.datasets.language.Language;

/** What must hold in every language. */
class WordingTest {
  private static final int QUESTIONS = 1500;

  private final ShapesWorld world = new ShapesWorld(ShapesConfig.builder().build());

  @ParameterizedTest
  @EnumSource(Language.class)
  void optionsOfAQuestionAreAllDifferentAndMatchTheirOwnLetter(Language language) {
    for (int i = 0; i < QUESTIONS; i++) {
      BenchmarkQuestion question = world.benchmark(i);
      SortedMap<Character, String> options = options(question, language);
      assertThat(new HashSet<>(options.values())).hasSameSizeAs(options.keySet());
      options.forEach(
          (letter, text) -> {
            assertThat(AnswerMatcher.match(text, options)).as(text).contains(letter);
            assertThat(AnswerMatcher.match(letter.toString(), options)).contains(letter);
          });
    }
  }

  @ParameterizedTest
  @EnumSource(Language.class)
  void multipleChoiceIsAskedAsTheBenchmarkAsksIt(Language language) {
    Wording wording = Wording.of(language);
    for (int i = 0; i < 100; i++) {
      BenchmarkQuestion question = world.benchmark(i);
      assertThat(Prompts.choice(question.question(), wording))
          .isEqualTo(
              MultipleChoicePrompt.of(
                  question.text(language),
                  Optional.empty(),
                  options(question, language),
                  language));
    }
  }

  @ParameterizedTest
  @EnumSource(Language.class)
  void noTwoQuestionsAndNoTwoAnswersOfAKindSoundAlike(Language language) {
    Wording wording = Wording.of(language);
    Set<Answer> answers = new HashSet<>();
    Set<String> texts = new HashSet<>();
    for (ShapeColor color : ShapeColor.values()) {
      answers.add(new Answer.OfColor(color));
      for (ShapeKind kind : ShapeKind.values()) {
        answers.add(new Answer.OfKind(kind));
        answers.add(new Answer.OfObject(kind, color));
      }
    }
    for (ShapeSize size : ShapeSize.values()) {
      answers.add(new Answer.OfSize(size));
    }
    for (Place place : Place.values()) {
      answers.add(new Answer.OfPlace(place));
    }
    for (int count = 1; count <= 6; count++) {
      answers.add(new Answer.OfCount(count, null));
    }
    answers.forEach(answer -> texts.add(wording.option(answer)));
    assertThat(texts).hasSameSizeAs(answers);
  }

  @ParameterizedTest
  @EnumSource(Language.class)
  void everythingSaidIsComposedUnicodeWithoutStrayWhitespace(Language language) {
    LanguageMixture alone = LanguageMixture.parse(language.tag() + "=1");
    ShapesWorld spoken =
        new ShapesWorld(
            ShapesConfig.builder()
                .languages(alone)
                .textLanguages(alone)
                .captionsInAllLanguages(true)
                .build());
    for (int i = 0; i < 500; i++) {
      for (ShapesExample example :
          List.of(
              spoken.caption(Split.TRAIN, i),
              spoken.conversation(Split.TRAIN, i),
              spoken.text(Split.TRAIN, i))) {
        for (Turn turn : example.turns()) {
          String value = turn.value();
          assertThat(Normalizer.isNormalized(value, Normalizer.Form.NFC)).as(value).isTrue();
          assertThat(value).isEqualTo(value.strip()).doesNotContain("  ").doesNotContain("null");
        }
      }
    }
  }

  private static SortedMap<Character, String> options(
      BenchmarkQuestion question, Language language) {
    SortedMap<Character, String> options = new TreeMap<>();
    for (String text : question.options(language)) {
      options.put((char) ('A' + options.size()), text);
    }
    return options;
  }
}
