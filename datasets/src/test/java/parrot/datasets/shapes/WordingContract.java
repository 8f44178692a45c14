package parrot.datasets.shapes;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import parrot.datasets.benchmark.MultipleChoicePrompt;
import parrot.datasets.conversation.Turn;
import parrot.datasets.language.Language;
import parrot.datasets.matching.PublishedAnswerMatcher;
import parrot.datasets.matching.PublishedAnswerMatcher.Version;

/**
 * What must hold in every language. A language's own test adds sentences, written by hand, of each
 * kind of agreement.
 */
abstract class WordingContract {
  private static final int QUESTIONS = 1500;

  private final Wording wording;
  private final Language language;
  private final String caption;
  private final String terse;
  private final ShapesWorld world = new ShapesWorld(ShapesConfig.builder().build());

  /**
   * @param caption of a large red circle, a small blue star, a small yellow heart and a large black
   *     cross, in reading order
   * @param terse the same as a list without grammar
   */
  WordingContract(Wording wording, String caption, String terse) {
    this.wording = wording;
    this.language = wording.language();
    this.caption = caption;
    this.terse = terse;
  }

  @Test
  void captionsNameEveryObject() {
    List<SceneObject> scene =
        List.of(
            new SceneObject(ShapeKind.CIRCLE, ShapeColor.RED, ShapeSize.LARGE, Place.TOP_LEFT),
            new SceneObject(ShapeKind.STAR, ShapeColor.BLUE, ShapeSize.SMALL, Place.TOP_RIGHT),
            new SceneObject(ShapeKind.HEART, ShapeColor.YELLOW, ShapeSize.SMALL, Place.BOTTOM_LEFT),
            new SceneObject(
                ShapeKind.CROSS, ShapeColor.BLACK, ShapeSize.LARGE, Place.BOTTOM_RIGHT));

    assertThat(wording.caption(scene)).isEqualTo(caption);
    assertThat(wording.terse(scene)).isEqualTo(terse);
  }

  @Test
  void optionsOfAQuestionAreAllDifferentAndMatchTheirOwnLetter() {
    for (int i = 0; i < QUESTIONS; i++) {
      BenchmarkQuestion question = world.benchmark(i);
      SortedMap<Character, String> options = options(question);
      assertThat(new HashSet<>(options.values())).hasSameSizeAs(options.keySet());
      options.forEach(
          (letter, text) -> {
            assertThat(PublishedAnswerMatcher.match(text, options, Version.V2024).option())
                .as(text)
                .contains(letter);
            assertThat(
                    PublishedAnswerMatcher.match(letter.toString(), options, Version.V2024)
                        .option())
                .contains(letter);
          });
    }
  }

  @Test
  void multipleChoiceIsAskedAsTheBenchmarkAsksIt() {
    for (int i = 0; i < 100; i++) {
      BenchmarkQuestion question = world.benchmark(i);
      assertThat(Prompts.choice(question.question(), wording))
          .isEqualTo(
              MultipleChoicePrompt.of(
                  question.text(language), Optional.empty(), options(question), language));
    }
  }

  @Test
  void noTwoQuestionsAndNoTwoAnswersOfAKindSoundAlike() {
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

  @Test
  void everythingSaidIsComposedUnicodeWithoutStrayWhitespace() {
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

  final void assertSaid(SceneQuestion asked, String question, String answer, String sentence) {
    assertThat(wording.question(asked)).isEqualTo(question);
    assertThat(wording.option(asked.right())).isEqualTo(answer);
    assertThat(wording.sentence(asked)).isEqualTo(sentence);
  }

  final void assertCount(int count, ShapeKind kind, String expected) {
    assertThat(wording.count(count, kind)).isEqualTo(expected);
  }

  final void assertSum(int first, int second, ShapeKind kind, String expected) {
    assertThat(wording.sum(first, second, kind)).isEqualTo(expected);
  }

  static SceneQuestion color(ShapeKind kind, ShapeColor color) {
    ShapeColor wrong = color == ShapeColor.RED ? ShapeColor.BLUE : ShapeColor.RED;
    return question(
        Category.COLOR,
        new Reference(kind, null),
        null,
        null,
        new Answer.OfColor(color),
        new Answer.OfColor(wrong));
  }

  static SceneQuestion shape(ShapeColor color, ShapeKind kind) {
    ShapeKind wrong = kind == ShapeKind.CIRCLE ? ShapeKind.STAR : ShapeKind.CIRCLE;
    return question(
        Category.SHAPE,
        new Reference(null, color),
        null,
        null,
        new Answer.OfKind(kind),
        new Answer.OfKind(wrong));
  }

  static SceneQuestion size(Reference subject, ShapeSize size) {
    ShapeSize wrong = size == ShapeSize.SMALL ? ShapeSize.LARGE : ShapeSize.SMALL;
    return question(
        Category.SIZE, subject, null, null, new Answer.OfSize(size), new Answer.OfSize(wrong));
  }

  static SceneQuestion count(int count, ShapeKind kind) {
    return question(
        kind == null ? Category.COUNT : Category.KIND_COUNT,
        kind == null ? null : new Reference(kind, null),
        null,
        null,
        new Answer.OfCount(count, kind),
        new Answer.OfCount(count % 4 + 1, kind));
  }

  static SceneQuestion position(Reference subject, Place place) {
    Place wrong = place == Place.TOP_LEFT ? Place.TOP_RIGHT : Place.TOP_LEFT;
    return question(
        Category.POSITION,
        subject,
        null,
        null,
        new Answer.OfPlace(place),
        new Answer.OfPlace(wrong));
  }

  static SceneQuestion object(Place place, ShapeColor color, ShapeKind kind) {
    ShapeKind wrong = kind == ShapeKind.CIRCLE ? ShapeKind.STAR : ShapeKind.CIRCLE;
    return question(
        Category.OBJECT,
        null,
        null,
        place,
        new Answer.OfObject(kind, color),
        new Answer.OfObject(wrong, color));
  }

  static SceneQuestion relation(Reference subject, Relation relation, Reference other) {
    Relation wrong = relation == Relation.LEFT ? Relation.RIGHT : Relation.LEFT;
    return question(
        Category.RELATION,
        subject,
        other,
        null,
        new Answer.OfRelation(relation),
        new Answer.OfRelation(wrong));
  }

  static Reference the(ShapeKind kind) {
    return new Reference(kind, null);
  }

  static Reference the(ShapeColor color) {
    return new Reference(null, color);
  }

  static Reference the(ShapeColor color, ShapeKind kind) {
    return new Reference(kind, color);
  }

  private static SceneQuestion question(
      Category category, Reference subject, Reference other, Place place, Answer... answers) {
    return new SceneQuestion(category, subject, other, place, new ArrayList<>(List.of(answers)), 0);
  }

  private SortedMap<Character, String> options(BenchmarkQuestion question) {
    SortedMap<Character, String> options = new TreeMap<>();
    for (String text : question.options(language)) {
      options.put((char) ('A' + options.size()), text);
    }
    return options;
  }
}
