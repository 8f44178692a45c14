package parrot.datasets.language;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import opennlp.tools.langdetect.LanguageDetectorME;
import opennlp.tools.langdetect.LanguageDetectorModel;
import org.junit.jupiter.api.Test;

class LetterSequencesTest {
  private static final List<String> TEXTS =
      List.of(
          " the children explain the map of the old town ",
          " hahahaha nooooo please ", // shortened, as OpenNLP does
          " rt o gato preto dorme na cadeira ",
          " какого цвета маленький треугольник на картинке ",
          " ما لون المثلث الصغير في الصورة ",
          " küçük üçgen ne renk ",
          " x ",
          " \uD83D\uDE00 ", // nothing that the model knows
          " ");

  @Test
  void givesOpenNlpsProbabilities() throws IOException {
    LetterSequences sequences = new LetterSequences();
    LanguageDetectorME theirs = theirs();
    for (String text : TEXTS) {
      Map<Language, Double> expected = new HashMap<>();
      for (var prediction : theirs.predictLanguages(text)) {
        double score = Math.log(prediction.getConfidence());
        expected.merge(Language.of(prediction.getLang()), score, Math::max);
      }
      double[] scores = sequences.scores(text);
      assertThat(sequences.languages()).hasSize(expected.size());
      for (int i = 0; i < scores.length; i++) {
        assertThat(scores[i])
            .as(text)
            .isEqualTo(expected.get(sequences.languages().get(i)), within(1e-9));
      }
    }
  }

  private static LanguageDetectorME theirs() throws IOException {
    try (InputStream in = LetterSequencesTest.class.getResourceAsStream("/langdetect-183.bin")) {
      return new LanguageDetectorME(new LanguageDetectorModel(in));
    }
  }
}
