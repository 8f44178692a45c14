package parrot.datasets.shapes;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import parrot.datasets.conversation.Turn;
import parrot.datasets.language.Language;

/** Makes examples without an image: what a scene in words is asked, and what needs no scene. */
final class TextMaker {
  private static final String[] TASKS = {
    "caption",
    "own-caption",
    "short",
    "sentence",
    "choice",
    "choice-text",
    "letters",
    "facts",
    "several-turns"
  };

  private final TextShares shares;
  private final MultipleChoiceAnswers answers;

  TextMaker(TextShares shares, MultipleChoiceAnswers answers) {
    this.shares = shares;
    this.answers = answers;
  }

  ShapesExample make(
      String id, Split split, long index, Language language, SplittableRandom random) {
    int task = Seeds.weighted(shares.weights(), random);
    Wording wording = task == 0 ? English.INSTANCE : Wording.of(language);
    List<Turn> turns =
        switch (task) {
          case 6 -> letters(wording, random);
          case 7 -> facts(wording, random);
          default -> described(task, split, wording, random);
        };
    return new ShapesExample(id, wording.language(), TASKS[task], turns, null, 0, index);
  }

  private List<Turn> described(int task, Split split, Wording wording, SplittableRandom random) {
    Scene scene = SceneSampler.scene(split, random);
    String description = Descriptions.of(scene, wording.language(), random) + "\n";
    if (task <= 1) {
      return turns(
          description + Seeds.pick(wording.phrases().captionInstructions(), random),
          wording.caption(scene.objects()));
    }
    return switch (task) {
      case 2 -> shortAnswer(description, scene, wording, random);
      case 3 -> sentence(description, scene, wording, random);
      case 4 -> choice(description, scene, wording, random);
      case 5 -> choiceText(description, scene, wording, random);
      default -> severalTurns(description, scene, wording, random);
    };
  }

  /** A question about a scene, after {@code shown}: the image token or the scene in words. */
  List<Turn> shortAnswer(String shown, Scene scene, Wording wording, SplittableRandom random) {
    SceneQuestion question = QuestionSampler.ask(scene, random);
    return turns(shown + wording.question(question), wording.option(question.right()));
  }

  List<Turn> sentence(String shown, Scene scene, Wording wording, SplittableRandom random) {
    SceneQuestion question = QuestionSampler.ask(scene, random);
    return turns(shown + Prompts.sentence(question, wording), wording.sentence(question));
  }

  List<Turn> choice(String shown, Scene scene, Wording wording, SplittableRandom random) {
    SceneQuestion question = QuestionSampler.ask(scene, random);
    return turns(
        shown + Prompts.choice(question, wording),
        Prompts.choiceAnswer(question, wording, answers));
  }

  private List<Turn> choiceText(
      String shown, Scene scene, Wording wording, SplittableRandom random) {
    SceneQuestion question = QuestionSampler.ask(scene, random);
    List<String> options = Prompts.options(question, wording);
    return turns(
        shown
            + Prompts.choice(
                wording.question(question), options, wording.phrases().textInstruction()),
        wording.option(question.right()));
  }

  /** Two to four questions of different categories, half of them with options. */
  List<Turn> severalTurns(String shown, Scene scene, Wording wording, SplittableRandom random) {
    List<Turn> turns = new ArrayList<>();
    Set<Category> asked = EnumSet.noneOf(Category.class);
    int questions = 2 + random.nextInt(3);
    while (asked.size() < questions) {
      SceneQuestion question = QuestionSampler.ask(scene, random);
      if (asked.add(question.category())) {
        String before = turns.isEmpty() ? shown : "";
        boolean choice = random.nextBoolean();
        turns.addAll(
            choice
                ? turns(
                    before + Prompts.choice(question, wording),
                    Prompts.choiceAnswer(question, wording, answers))
                : turns(before + wording.question(question), wording.option(question.right())));
      }
    }
    return turns;
  }

  /** Text alone for stage 2: a described scene or a fact. */
  List<Turn> textOnly(Split split, Wording wording, SplittableRandom random) {
    if (random.nextBoolean()) {
      return facts(wording, random);
    }
    Scene scene = SceneSampler.scene(split, random);
    return shortAnswer(wording.caption(scene.objects()) + "\n", scene, wording, random);
  }

  /**
   * Which option says this, or what does that option say: the use of letters without anything to
   * see.
   */
  private List<Turn> letters(Wording wording, SplittableRandom random) {
    SceneQuestion question = QuestionSampler.ask(SceneSampler.scene(Split.TRAIN, random), random);
    List<String> options = Prompts.options(question, wording);
    String right = options.get(question.answer());
    if (random.nextBoolean()) {
      return turns(
          Prompts.choice(wording.phrases().whatOption(question.letter()), options, ""), right);
    }
    return turns(
        Prompts.choice(
            wording.phrases().whichOption(right), options, wording.phrases().letterInstruction()),
        Prompts.choiceAnswer(question, wording, answers));
  }

  private static List<Turn> facts(Wording wording, SplittableRandom random) {
    if (random.nextBoolean()) {
      Phrases.Fact fact = Seeds.pick(wording.phrases().facts(), random);
      return turns(fact.question(), fact.answer());
    }
    ShapeKind kind = Seeds.pick(ShapeKind.values(), random);
    int first = 1 + random.nextInt(3);
    int second = 1 + random.nextInt(3);
    return turns(wording.sum(first, second, kind), wording.count(first + second, kind));
  }

  static List<Turn> turns(String... values) {
    List<Turn> turns = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      turns.add(i % 2 == 0 ? Turn.human(values[i]) : Turn.gpt(values[i]));
    }
    return turns;
  }
}
