package parrot.datasets.shapes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import parrot.datasets.conversation.Conversation;
import parrot.datasets.language.Language;

class ShapesWorldTest {
  private final ShapesWorld world = new ShapesWorld(ShapesConfig.builder().seed(7).build());

  @Test
  void anExampleDependsOnSeedSplitAndIndexAlone() {
    ShapesWorld again = new ShapesWorld(ShapesConfig.builder().seed(7).text(9).build());
    ShapesWorld other = new ShapesWorld(ShapesConfig.builder().seed(8).build());
    int different = 0;
    for (int i = 50; i >= 0; i--) {
      assertThat(again.caption(Split.TRAIN, i)).isEqualTo(world.caption(Split.TRAIN, i));
      assertThat(again.conversation(Split.TRAIN, i)).isEqualTo(world.conversation(Split.TRAIN, i));
      assertThat(again.text(Split.HELDOUT, i)).isEqualTo(world.text(Split.HELDOUT, i));
      assertThat(again.benchmark(i)).isEqualTo(world.benchmark(i));
      different +=
          other.caption(Split.TRAIN, i).scene().equals(world.caption(Split.TRAIN, i).scene())
              ? 0
              : 1;
    }
    assertThat(different).isGreaterThan(45);
  }

  @Test
  void iteratorsGiveTheExamplesOfTheirRange() {
    Iterator<ShapesExample> range = world.captions(Split.TRAIN, 5, 7);

    assertThat(range.next()).isEqualTo(world.caption(Split.TRAIN, 5));
    assertThat(range.next()).isEqualTo(world.caption(Split.TRAIN, 6));
    assertThat(range.hasNext()).isFalse();
  }

  @Test
  void noSceneIsInTwoSplits() {
    Map<Split, Set<Long>> signatures = new EnumMap<>(Split.class);
    for (Split split : Split.values()) {
      signatures.put(split, new HashSet<>());
      for (int i = 0; i < 4000; i++) {
        signatures.get(split).add(SceneSampler.scene(7, split, i).signature());
      }
    }
    for (int i = 0; i < 2000; i++) {
      signatures.get(Split.BENCHMARK).add(world.benchmark(i).scene().signature());
    }
    assertThat(signatures.get(Split.TRAIN))
        .doesNotContainAnyElementsOf(signatures.get(Split.BENCHMARK))
        .doesNotContainAnyElementsOf(signatures.get(Split.HELDOUT));
    assertThat(signatures.get(Split.HELDOUT))
        .doesNotContainAnyElementsOf(signatures.get(Split.BENCHMARK));
  }

  @Test
  void signaturesIgnoreSizesAndKnowEverythingElse() {
    SceneObject object =
        new SceneObject(ShapeKind.STAR, ShapeColor.RED, ShapeSize.SMALL, Place.TOP_LEFT);
    SceneObject larger =
        new SceneObject(ShapeKind.STAR, ShapeColor.RED, ShapeSize.LARGE, Place.TOP_LEFT);
    SceneObject moved =
        new SceneObject(ShapeKind.STAR, ShapeColor.RED, ShapeSize.SMALL, Place.TOP_RIGHT);

    assertThat(new Scene(List.of(larger)).signature())
        .isEqualTo(new Scene(List.of(object)).signature())
        .isNotEqualTo(new Scene(List.of(moved)).signature());
  }

  @Test
  void anyNumberOfObjectsIsAsLikely() {
    int[] counts = new int[5];
    for (int i = 0; i < 4000; i++) {
      counts[SceneSampler.scene(7, Split.TRAIN, i).objects().size()]++;
    }
    for (int count = 1; count <= 4; count++) {
      assertThat(counts[count]).isCloseTo(1000, within(120));
    }
  }

  @Test
  void lettersOfRightAnswersAreAsFrequent() {
    int[] letters = new int[4];
    int fourOptions = 0;
    double chance = 0;
    for (int i = 0; i < 4000; i++) {
      SceneQuestion question = world.benchmark(i).question();
      chance += 1.0 / question.options().size() / 4000;
      if (question.options().size() == 4) {
        letters[question.answer()]++;
        fourOptions++;
      }
    }
    for (int letter = 0; letter < 4; letter++) {
      assertThat(letters[letter] / (double) fourOptions).isCloseTo(0.25, within(0.01));
    }
    assertThat(chance).isBetween(0.25, 0.30);
  }

  @Test
  void lettersInTrainingAreAsFrequent() {
    int[] letters = new int[4];
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 4000; i++) {
      Scene scene = SceneSampler.scene(7, Split.TRAIN, i);
      letters[
          QuestionSampler.ask(scene, Category.COLOR, random)
              .map(SceneQuestion::answer)
              .orElse(0)]++;
    }
    assertThat(letters[1]).isCloseTo(letters[2], within(150));
    assertThat(letters[2]).isCloseTo(letters[3], within(150));
  }

  @ParameterizedTest
  @EnumSource(Category.class)
  void theRightAnswerIsTrueOfTheSceneAndNoOtherIs(Category category) {
    int asked = 0;
    for (int i = 0; i < 1500; i++) {
      Scene scene = SceneSampler.scene(7, Split.TRAIN, i);
      SplittableRandom random = new SplittableRandom(i);
      SceneQuestion question = QuestionSampler.ask(scene, category, random).orElse(null);
      if (question == null) {
        continue;
      }
      asked++;
      for (int option = 0; option < question.options().size(); option++) {
        assertThat(isTrue(scene, question, question.options().get(option)))
            .as("%s of %s", question, scene)
            .isEqualTo(option == question.answer());
      }
    }
    assertThat(asked).isGreaterThan(category == Category.RELATION ? 800 : 1200);
  }

  /** The truth by looking at every object that the question may mean. */
  private static boolean isTrue(Scene scene, SceneQuestion question, Answer answer) {
    List<SceneObject> meant =
        scene.objects().stream()
            .filter(o -> question.subject() == null || question.subject().matches(o))
            .filter(o -> question.place() == null || question.place() == o.place())
            .toList();
    if (answer instanceof Answer.OfCount a) {
      return meant.size() == a.count();
    }
    assertThat(meant).hasSize(1);
    SceneObject object = meant.get(0);
    if (answer instanceof Answer.OfColor a) {
      return object.color() == a.color();
    } else if (answer instanceof Answer.OfKind a) {
      return object.kind() == a.kind();
    } else if (answer instanceof Answer.OfSize a) {
      return object.size() == a.size();
    } else if (answer instanceof Answer.OfPlace a) {
      return object.place() == a.place();
    } else if (answer instanceof Answer.OfObject a) {
      return object.kind() == a.kind() && object.color() == a.color();
    }
    List<SceneObject> others = scene.objects().stream().filter(question.other()::matches).toList();
    assertThat(others).hasSize(1);
    int dx = column(object) - column(others.get(0));
    int dy = row(object) - row(others.get(0));
    return switch (((Answer.OfRelation) answer).relation()) {
      case LEFT -> dx < 0 && dy == 0;
      case RIGHT -> dx > 0 && dy == 0;
      case ABOVE -> dy < 0 && dx == 0;
      case BELOW -> dy > 0 && dx == 0;
    };
  }

  private static int column(SceneObject object) {
    return object.place().ordinal() % 2;
  }

  private static int row(SceneObject object) {
    return object.place().ordinal() / 2;
  }

  @Test
  void wrongColoursComeFromTheSceneMoreOftenThanNot() {
    int possible = 0;
    int taken = 0;
    for (int i = 0; i < 2000; i++) {
      Scene scene = SceneSampler.scene(7, Split.TRAIN, i);
      SceneQuestion question =
          QuestionSampler.ask(scene, Category.COLOR, new SplittableRandom(i)).orElse(null);
      if (question == null) {
        continue;
      }
      Set<Answer> others = new HashSet<>();
      scene.objects().forEach(o -> others.add(new Answer.OfColor(o.color())));
      others.remove(question.right());
      possible += others.size();
      taken += (int) question.options().stream().filter(others::contains).count();
    }
    assertThat(taken / (double) possible).isBetween(0.7, 0.9);
  }

  @Test
  void languagesComeInTheMixtureAskedFor() {
    Map<Language, Integer> spoken = new TreeMap<>();
    Map<Language, Integer> written = new TreeMap<>();
    for (int i = 0; i < 4000; i++) {
      spoken.merge(world.conversation(Split.TRAIN, i).language(), 1, Integer::sum);
      written.merge(world.text(Split.TRAIN, i).language(), 1, Integer::sum);
      assertThat(world.caption(Split.TRAIN, i).language()).isEqualTo(Language.EN);
    }
    assertThat(spoken.get(Language.EN)).isCloseTo(2000, within(120));
    assertThat(spoken.get(Language.TR)).isCloseTo(360, within(70));
    // English has its share and the canonical captions of the other five.
    assertThat(written.get(Language.EN)).isCloseTo(1000, within(120));
    assertThat(written.get(Language.AR)).isCloseTo(600, within(90));
  }

  @Test
  void everyKindOfExampleOccursAndIsAConversation() {
    Map<String, Integer> tasks = new HashMap<>();
    for (int i = 0; i < 1000; i++) {
      ShapesExample spoken = world.conversation(Split.TRAIN, i);
      ShapesExample written = world.text(Split.TRAIN, i);
      tasks.merge(spoken.task(), 1, Integer::sum);
      tasks.merge("text:" + written.task(), 1, Integer::sum);
      assertThat(new Conversation(spoken.turns()).hasImageToken()).isEqualTo(spoken.hasImage());
      assertThat(spoken.hasImage()).isEqualTo(!spoken.task().equals("text-only"));
      assertThat(new Conversation(written.turns()).hasImageToken()).isFalse();
      if (spoken.hasImage()) {
        assertThat(spoken.turns().get(0).value()).startsWith("<image>\n");
      }
    }
    assertThat(tasks)
        .containsOnlyKeys(
            "short",
            "sentence",
            "choice",
            "several-turns",
            "text-only",
            "text:caption",
            "text:own-caption",
            "text:short",
            "text:sentence",
            "text:choice",
            "text:choice-text",
            "text:letters",
            "text:facts",
            "text:several-turns");
  }

  @Test
  void multipleChoiceIsAnsweredByLetterOrByText() {
    ConversationShares choices = new ConversationShares(0, 0, 1, 0, 0);
    ShapesConfig.Builder builder = ShapesConfig.builder().conversationShares(choices);
    ShapesWorld letters = new ShapesWorld(builder.build());
    ShapesWorld texts =
        new ShapesWorld(builder.multipleChoiceAnswers(MultipleChoiceAnswers.TEXT).build());
    for (int i = 0; i < 100; i++) {
      String prompt = letters.conversation(Split.TRAIN, i).turns().get(0).value();
      String letter = letters.conversation(Split.TRAIN, i).turns().get(1).value();
      String text = texts.conversation(Split.TRAIN, i).turns().get(1).value();
      assertThat(texts.conversation(Split.TRAIN, i).turns().get(0).value()).isEqualTo(prompt);
      assertThat(letter).matches("[A-D]");
      assertThat(prompt).contains("\n" + letter + ". " + text + "\n");
    }
  }

  @Test
  void theTextCorpusAsksForCaptionsAsStageOneDoes() {
    ShapesWorld captions =
        new ShapesWorld(
            ShapesConfig.builder().textShares(new TextShares(1, 0, 0, 0, 0, 0, 0, 0, 0)).build());
    for (int i = 0; i < 50; i++) {
      ShapesExample example = captions.text(Split.TRAIN, i);
      String[] lines = example.turns().get(0).value().split("\n", -1);
      assertThat(lines).hasSize(2);
      assertThat(English.INSTANCE.phrases().captionInstructions()).contains(lines[1]);
      assertThat(example.language()).isEqualTo(Language.EN);
      assertThat(example.turns().get(1).value()).startsWith("A ").endsWith(".");
    }
  }

  @Test
  void refusesScenesThatOverlapOrRepeat() {
    SceneObject star =
        new SceneObject(ShapeKind.STAR, ShapeColor.RED, ShapeSize.SMALL, Place.TOP_LEFT);
    SceneObject heart =
        new SceneObject(ShapeKind.HEART, ShapeColor.RED, ShapeSize.SMALL, Place.TOP_LEFT);
    SceneObject same =
        new SceneObject(ShapeKind.STAR, ShapeColor.RED, ShapeSize.LARGE, Place.TOP_RIGHT);

    assertThatThrownBy(() -> new Scene(List.of(star, heart)))
        .hasMessage("Invalid scene: two objects at TOP_LEFT (must be one at most)");
    assertThatThrownBy(() -> new Scene(List.of(star, same)))
        .hasMessage("Invalid scene: two objects are RED STAR (must differ in kind or colour)");
    assertThatThrownBy(() -> new Scene(List.of()))
        .hasMessage("Invalid scene: 0 objects (must be 1 to 4)");
  }
}
