package parrot.datasets.shapes;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import parrot.datasets.conversation.Turn;
import parrot.datasets.language.Language;

/** Makes examples without a picture: what a scene in words is asked, and what needs no scene. */
final class TextMaker {
  private static final String[] TASKS = {
    "caption", "own-caption", "short", "sentence", "choice", "choice-text", "letters", "facts"
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
          description + Seeds.pick(wording.captionInstructions(), random),
          wording.caption(scene.objects()));
    }
    Question question = QuestionSampler.ask(scene, random);
    return switch (task) {
      case 2 -> turns(description + wording.question(question), wording.option(question.right()));
      case 3 ->
          turns(description + Prompts.sentence(question, wording), wording.sentence(question));
      case 4 ->
          turns(
              description + Prompts.choice(question, wording),
              Prompts.choiceAnswer(question, wording, answers));
      default ->
          turns(
              description
                  + Prompts.choice(
                      wording.question(question),
                      Prompts.options(question, wording),
                      wording.textInstruction()),
              wording.option(question.right()));
    };
  }

  /** Text alone for stage 2: a described scene or a fact. */
  List<Turn> textOnly(Split split, Wording wording, SplittableRandom random) {
    if (random.nextBoolean()) {
      return facts(wording, random);
    }
    Scene scene = SceneSampler.scene(split, random);
    Question question = QuestionSampler.ask(scene, random);
    String description = wording.caption(scene.objects()) + "\n";
    return turns(description + wording.question(question), wording.option(question.right()));
  }

  /**
   * Which option says this, or what does that option say: the use of letters without anything to
   * see.
   */
  private List<Turn> letters(Wording wording, SplittableRandom random) {
    Question question = QuestionSampler.ask(SceneSampler.scene(Split.TRAIN, random), random);
    List<String> options = Prompts.options(question, wording);
    String right = options.get(question.answer());
    if (random.nextBoolean()) {
      return turns(Prompts.choice(wording.whatOption(question.letter()), options, ""), right);
    }
    return turns(
        Prompts.choice(wording.whichOption(right), options, wording.letterInstruction()),
        Prompts.choiceAnswer(question, wording, answers));
  }

  private static List<Turn> facts(Wording wording, SplittableRandom random) {
    if (random.nextBoolean()) {
      Wording.Fact fact = Seeds.pick(wording.facts(), random);
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
