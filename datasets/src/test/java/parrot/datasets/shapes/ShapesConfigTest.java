package parrot.datasets.shapes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import parrot.datasets.DataException;

class ShapesConfigTest {
  @Test
  void aBuilderOfAConfigurationBuildsItAgain() {
    ShapesConfig config =
        ShapesConfig.builder()
            .seed(3)
            .captions(1)
            .conversations(2)
            .text(3)
            .heldout(4)
            .benchmarkQuestions(5)
            .languages(LanguageMixture.UNIFORM)
            .textLanguages(LanguageMixture.ENGLISH_HEAVY)
            .captionsInAllLanguages(true)
            .imageSize(56)
            .jpegShare(0.5)
            .multipleChoiceAnswers(MultipleChoiceAnswers.TEXT)
            .build();

    assertThat(config.toBuilder().build()).isEqualTo(config);
  }

  @Test
  void refusesWhatIsOutOfRange() {
    assertRefused(
        ShapesConfig.builder().captions(-1), "Invalid captions: -1 (must not be negative)");
    assertRefused(ShapesConfig.builder().imageSize(8), "Invalid imageSize: 8 (must be 28 to 2048)");
    assertRefused(
        ShapesConfig.builder().jpegShare(Double.NaN), "Invalid jpegShare: NaN (must be 0 to 1)");
  }

  private static void assertRefused(ShapesConfig.Builder builder, String message) {
    assertThatThrownBy(builder::build).isInstanceOf(DataException.class).hasMessage(message);
  }

  @Test
  void aMixtureReadsWhatItWrites() {
    LanguageMixture mixture = LanguageMixture.parse("en=0.5, cn=0.25,ru=0.25");

    assertThat(mixture).hasToString("en=0.5,zh=0.25,ru=0.25");
    assertThat(LanguageMixture.parse(mixture.toString())).isEqualTo(mixture);
  }

  @Test
  void refusesMixturesThatMeanNothing() {
    assertThatThrownBy(() -> LanguageMixture.parse("en"))
        .hasMessage("Invalid language mixture: en (must be like en=0.5,zh=0.5)");
    assertThatThrownBy(() -> LanguageMixture.parse("xx=1"))
        .hasMessage(
            "Invalid language: xx (must be a tag of BCP 47, such as en, pt-BR or zh-Hans, or a language's name)");
    assertThatThrownBy(() -> LanguageMixture.parse("en=1,fr=1"))
        .hasMessage("Invalid language: fr (the synthetic world speaks [en, zh, pt, ar, tr, ru])");
    assertThatThrownBy(() -> LanguageMixture.parse("zh=1,cn=1"))
        .hasMessage("Invalid language mixture: zh=1,cn=1 (must name zh once)");
    assertThatThrownBy(() -> LanguageMixture.parse("en=NaN"))
        .hasMessage("Invalid language weight: en=NaN (must be a finite number, not negative)");
    assertThatThrownBy(() -> LanguageMixture.parse("en=0"))
        .hasMessage("Invalid language mixture: {en=0.0} (must have a positive sum)");
  }

  @Test
  void refusesSharesThatMeanNothing() {
    assertThatThrownBy(() -> new ConversationShares(0, 0, 0, 0, 0))
        .hasMessage("Invalid shares: all are 0 (must have a positive sum)");
    assertThatThrownBy(() -> new TextShares(1, 0, 0, 0, -1, 0, 0, 0, 0))
        .hasMessage("Invalid share: -1.0 (must be a finite number, not negative)");
    assertThatThrownBy(() -> MultipleChoiceAnswers.of("letters"))
        .hasMessage("Invalid multiple choice answers: letters (must be letter or text)");
  }
}
