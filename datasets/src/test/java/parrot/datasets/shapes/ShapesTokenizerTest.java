package parrot.datasets.shapes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import parrot.datasets.conversation.HuggingFaceTextTokenizer;
import parrot.datasets.conversation.Turn;
import parrot.datasets.language.Language;

class ShapesTokenizerTest {
  private static HuggingFaceTextTokenizer tokenizer;

  @BeforeAll
  static void open() {
    tokenizer =
        HuggingFaceTextTokenizer.of(
            ShapesTokenizer.json().getBytes(StandardCharsets.UTF_8), "shapes");
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  @Test
  void trainingAgainGivesTheShippedFile() {
    assertThat(ShapesTokenizer.train())
        .as("ShapesTokenizer.main writes it anew")
        .isEqualTo(ShapesTokenizer.json());
  }

  @Test
  void specialTokensAreTheLastIds() {
    assertThat(tokenizer.vocabularySize()).isEqualTo(ShapesTokenizer.VOCABULARY_SIZE);
    assertThat(tokenizer.encode("<|endoftext|>")).containsExactly(1533);
    assertThat(tokenizer.encode("<|im_start|>")).containsExactly(1534);
    assertThat(tokenizer.encode("<|im_end|>")).containsExactly(1535);
  }

  @ParameterizedTest
  @FieldSource("parrot.datasets.language.Language#PUBLISHED")
  void textComesBackAsItWas(Language language) {
    LanguageMixture alone = LanguageMixture.parse(language.tag() + "=1");
    ShapesWorld world =
        new ShapesWorld(
            ShapesConfig.builder()
                .seed(99)
                .languages(alone)
                .textLanguages(alone)
                .captionsInAllLanguages(true)
                .build());
    for (int i = 0; i < 100; i++) {
      for (Turn turn : world.text(Split.HELDOUT, i).turns()) {
        assertThat(tokenizer.decode(tokenizer.encode(turn.value()))).isEqualTo(turn.value());
      }
      String caption = world.caption(Split.HELDOUT, i).turns().get(1).value();
      assertThat(tokenizer.decode(tokenizer.encode(caption))).isEqualTo(caption);
    }
  }

  @Test
  void whatItNeverSawComesBackToo() {
    String text = "Ĝis la revido! 12345 🦜 नमस्ते\n\tπ ≈ 3.14";

    assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
  }

  @ParameterizedTest
  @FieldSource("parrot.datasets.language.Language#PUBLISHED")
  void coloursAndLettersAreOneToken(Language language) {
    Wording wording = Wording.of(language);
    for (ShapeColor color : ShapeColor.values()) {
      String word = wording.option(new Answer.OfColor(color));
      assertThat(tokenizer.encode(word).length).as(word).isLessThanOrEqualTo(1);
    }
    for (String letter : new String[] {"A", "B", "C", "D"}) {
      assertThat(tokenizer.encode(letter)).hasSize(1);
      assertThat(tokenizer.encode("\n" + letter + ". ").length).isLessThanOrEqualTo(4);
    }
  }

  @Test
  void mergesTheMostFrequentPairFirstAndEquallyFrequentOnesInOrder() {
    BytePairTrainer trainer = new BytePairTrainer();
    trainer.add("ab ab ab cd cd cd xyz");
    BytePairTrainer.Model model = trainer.train(260);

    assertThat(model.merges().stream().map(m -> m.left() + "+" + m.right()))
        .containsExactly("a+b", "c+d", "Ġ+cd", "Ġ+ab");
    assertThat(model.vocabulary()).hasSize(260).containsEntry("ab", 256).containsEntry("Ġab", 259);
  }

  @Test
  void theOrderOfTheCorpusDoesNotMatter() {
    BytePairTrainer one = new BytePairTrainer();
    BytePairTrainer other = new BytePairTrainer();
    one.add("red red");
    one.add("blue circle");
    other.add("blue circle");
    other.add("red red");

    assertThat(one.train(270)).isEqualTo(other.train(270));
  }

  @Test
  void stopsWhereNothingOccursTwice() {
    BytePairTrainer trainer = new BytePairTrainer();
    trainer.add("aa");

    assertThat(trainer.train(300).vocabulary()).hasSize(256);
  }

  @Test
  void coversAllBytesFirst() {
    Map<Integer, String> byId = new HashMap<>();
    new BytePairTrainer().train(256).vocabulary().forEach((token, id) -> byId.put(id, token));

    assertThat(byId).hasSize(256).containsEntry(0, "!");
    assertThatThrownBy(() -> new BytePairTrainer().train(255))
        .hasMessage("Invalid vocabularySize: 255 (must be at least 256)");
  }
}
