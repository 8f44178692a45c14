package parrot.datasets.shapes;

import java.awt.image.BufferedImage;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import parrot.datasets.conversation.Turn;
import parrot.datasets.language.Language;

/**
 * The world in memory: any example by its index, any range as an iterator. The counts of the
 * configuration bound only what {@link ShapesWriter} writes. Safe for use by many threads.
 */
public final class ShapesWorld {
  private static final String[] TASKS = {
    "short", "sentence", "choice", "several-turns", "text-only"
  };

  private final ShapesConfig config;
  private final TextMaker text;

  public ShapesWorld(ShapesConfig config) {
    this.config = Objects.requireNonNull(config, "config");
    this.text = new TextMaker(config.textShares(), config.multipleChoiceAnswers());
  }

  public ShapesConfig config() {
    return config;
  }

  /** Stage 1: an image, a request and a caption. */
  ShapesExample caption(Split split, long index) {
    SplittableRandom random = random(split, Seeds.Stream.CAPTION, index);
    Language language =
        config.captionsInAllLanguages() ? config.languages().pick(random) : Language.EN;
    Wording wording = Wording.of(language);
    Scene scene = SceneSampler.scene(config.seed(), split, index);
    List<Turn> turns =
        TextMaker.turns(
            Prompts.IMAGE + Seeds.pick(wording.phrases().captionInstructions(), random),
            wording.caption(scene.objects()));
    return example("caption", "caption", split, index, language, turns, scene);
  }

  /**
   * Stage 2: an image and one to four questions, or text alone. The image of an index is that of
   * its caption.
   */
  public ShapesExample conversation(Split split, long index) {
    SplittableRandom random = random(split, Seeds.Stream.CONVERSATION, index);
    Language language = config.languages().pick(random);
    Wording wording = Wording.of(language);
    int task = Seeds.weighted(config.conversationShares().weights(), random);
    if (task == 4) {
      List<Turn> turns = text.textOnly(split, wording, random);
      return example("conversation", TASKS[task], split, index, language, turns, null);
    }
    Scene scene = SceneSampler.scene(config.seed(), split, index);
    List<Turn> turns =
        switch (task) {
          case 0 -> text.shortAnswer(Prompts.IMAGE, scene, wording, random);
          case 1 -> text.sentence(Prompts.IMAGE, scene, wording, random);
          case 2 -> text.choice(Prompts.IMAGE, scene, wording, random);
          default -> text.severalTurns(Prompts.IMAGE, scene, wording, random);
        };
    return example("conversation", TASKS[task], split, index, language, turns, scene);
  }

  /** Text alone: a described scene in place of the image, or options and letters. */
  public ShapesExample text(Split split, long index) {
    SplittableRandom random = random(split, Seeds.Stream.TEXT, index);
    Language language = config.textLanguages().pick(random);
    return text.make(id(split, "text", index), split, index, language, random);
  }

  /**
   * A question of the benchmark. The letters of right answers take turns, so each is as frequent.
   */
  public BenchmarkQuestion benchmark(long index) {
    SplittableRandom random = random(Split.BENCHMARK, Seeds.Stream.BENCHMARK, index);
    Category category = QuestionSampler.category(true, random);
    while (true) {
      Scene scene = SceneSampler.scene(Split.BENCHMARK, random);
      Optional<SceneQuestion> question = QuestionSampler.ask(scene, category, random);
      if (question.isPresent()) {
        return new BenchmarkQuestion(
            index,
            scene,
            Seeds.seed(config.seed(), Split.BENCHMARK, Seeds.Stream.PICTURE, index),
            QuestionSampler.withAnswerAt(question.get(), (int) (index % 4)));
      }
    }
  }

  /** The captions {@code from} (inclusive) to {@code to} (exclusive). */
  public Iterator<ShapesExample> captions(Split split, long from, long to) {
    return LongStream.range(from, to).mapToObj(i -> caption(split, i)).iterator();
  }

  /** The conversations {@code from} (inclusive) to {@code to} (exclusive). */
  public Iterator<ShapesExample> conversations(Split split, long from, long to) {
    return LongStream.range(from, to).mapToObj(i -> conversation(split, i)).iterator();
  }

  /** The text examples {@code from} (inclusive) to {@code to} (exclusive). */
  public Iterator<ShapesExample> texts(Split split, long from, long to) {
    return LongStream.range(from, to).mapToObj(i -> text(split, i)).iterator();
  }

  /** The benchmark's questions {@code from} (inclusive) to {@code to} (exclusive). */
  public Iterator<BenchmarkQuestion> benchmarks(long from, long to) {
    return LongStream.range(from, to).mapToObj(this::benchmark).iterator();
  }

  /**
   * The image of an example in the configured size.
   *
   * @throws IllegalArgumentException if it has none
   */
  public BufferedImage image(ShapesExample example) {
    if (!example.hasImage()) {
      throw new IllegalArgumentException("Cannot paint " + example.id() + ": it has no picture");
    }
    return ScenePainter.paint(example.scene(), config.imageSize(), example.imageSeed());
  }

  /** The image of a benchmark question in the configured size. */
  public BufferedImage image(BenchmarkQuestion question) {
    return ScenePainter.paint(question.scene(), config.imageSize(), question.imageSeed());
  }

  private SplittableRandom random(Split split, Seeds.Stream stream, long index) {
    return Seeds.random(config.seed(), split, stream, index);
  }

  private static String id(Split split, String kind, long index) {
    return "shapes-" + split.tag() + "-" + kind + "-" + index;
  }

  private ShapesExample example(
      String kind,
      String task,
      Split split,
      long index,
      Language language,
      List<Turn> turns,
      Scene scene) {
    long seed = Seeds.seed(config.seed(), split, Seeds.Stream.PICTURE, index);
    return new ShapesExample(id(split, kind, index), language, task, turns, scene, seed, index);
  }
}
