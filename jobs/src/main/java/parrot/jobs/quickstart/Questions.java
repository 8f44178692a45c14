package parrot.jobs.quickstart;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import parrot.datasets.language.Language;
import parrot.datasets.shapes.BenchmarkQuestion;
import parrot.datasets.shapes.ShapesWorld;
import parrot.jobs.evaluate.AnsweringModel;
import parrot.jobs.evaluate.AnsweringOptions;
import parrot.jobs.report.RunIndex;

/** Questions without options, about images that nothing was trained or scored on. */
final class Questions {
  private static final List<Language> LANGUAGES = List.of(Language.ZH, Language.AR, Language.RU);
  private static final int MAX_NEW_TOKENS = 24;

  private final ShapesWorld world;
  private final int firstUnused;
  private final OutputFolder out;
  private final Consumer<String> console;

  /**
   * @param firstUnused index of the first question that is not in the benchmark
   */
  Questions(ShapesWorld world, int firstUnused, OutputFolder out, Consumer<String> console) {
    this.world = world;
    this.firstUnused = firstUnused;
    this.out = out;
    this.console = console;
  }

  /** Asks the model in the output folder, the one that the user will ask. */
  List<RunIndex.AskedQuestion> ask() throws IOException {
    List<RunIndex.AskedQuestion> asked = new ArrayList<>();
    AnsweringOptions options = AnsweringOptions.defaults().withMaxNewTokens(MAX_NEW_TOKENS);
    try (AnsweringModel model =
        AnsweringModel.open(out.hadoopPath("model"), options, new Configuration())) {
      for (int i = 0; i < LANGUAGES.size(); i++) {
        Language language = LANGUAGES.get(i);
        BenchmarkQuestion question = world.benchmark(firstUnused + i);
        byte[] image = png(world.image(question));
        String file = String.format(Locale.ROOT, "pictures/%d.png", i + 1);
        Path path = out.path(file);
        Files.createDirectories(path.getParent());
        Files.write(path, image);
        String answer = model.answer(question.text(language), image);
        asked.add(
            new RunIndex.AskedQuestion(language.tag(), question.text(language), answer, file));
        console.accept("  [%s] %s".formatted(language.tag(), question.text(language)));
        console.accept("       " + answer);
      }
    }
    return asked;
  }

  private static byte[] png(BufferedImage image) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }
}
