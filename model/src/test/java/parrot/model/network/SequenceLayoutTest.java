package parrot.model.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import parrot.model.config.RouterGuide;

class SequenceLayoutTest {
  private static final int IMAGE = Batch.IMAGE;
  private static final int IGNORE = Batch.IGNORE;

  private static Batch oneSample(int[] ids, int[] labels, int images) {
    return new Batch(ids, labels, new int[] {ids.length}, new float[0], new int[images]);
  }

  @Test
  void visualTokensTakeThePlaceOfTheImageToken() {
    SequenceLayout layout =
        SequenceLayout.of(
            oneSample(new int[] {5, IMAGE, 6, 7}, new int[] {IGNORE, IGNORE, IGNORE, 7}, 1), 3, 99);
    assertThat(layout.tokens()).containsExactly(5, -1, -1, -1, 6, 7);
    assertThat(layout.visuals()).containsExactly(-1, 0, 1, 2, -1, -1);
    assertThat(layout.labels()).containsExactly(IGNORE, IGNORE, IGNORE, IGNORE, IGNORE, 7);
  }

  @Test
  void aPositionIsSupervisedByTheLabelOfTheNextTokenOfItsOwnSample() {
    Batch batch =
        Batch.ofText(new int[] {1, 2, 3, 4, 5}, new int[] {IGNORE, 2, 3, 4, 5}, new int[] {3, 2});
    SequenceLayout layout = SequenceLayout.of(batch, 3, 99);
    assertThat(layout.supervised()).containsExactly(0, 1, 3);
    assertThat(layout.targets()).containsExactly(2, 3, 5);
    assertThat(layout.supervisedSamples()).containsExactly(0, 0, 1);
    assertThat(layout.boundaries()).containsExactly(0, 3, 5);
  }

  @Test
  void theRouterIsGuidedByPromptTokensOnly() {
    SequenceLayout layout =
        SequenceLayout.of(
            oneSample(new int[] {5, IMAGE, 6, 7}, new int[] {IGNORE, IGNORE, IGNORE, 7}, 1), 3, 99);
    assertThat(layout.prompts()).containsExactly(5, 6);
    assertThat(layout.promptBoundaries()).containsExactly(0, 2);
  }

  @Test
  void aGuideTakesThePlaceOfThePromptForTheRouterAndStandsNowhereElse() {
    int[] ids = {5, IMAGE, 6, 7};
    int[] guided = GuideTokens.before(ids, RouterGuide.LANGUAGE, 4, 23);
    SequenceLayout layout =
        SequenceLayout.of(
            oneSample(guided, new int[] {IGNORE, IGNORE, IGNORE, IGNORE, 7}, 1), 3, 99);
    assertThat(layout.prompts()).containsExactly(4);
    assertThat(layout.promptBoundaries()).containsExactly(0, 1);
    assertThat(layout.tokens()).containsExactly(5, -1, -1, -1, 6, 7);
    assertThat(layout.labels()).containsExactly(IGNORE, IGNORE, IGNORE, IGNORE, IGNORE, 7);
    assertThat(GuideTokens.before(ids, RouterGuide.PROMPT, 4, 23)).isSameAs(ids);
  }

  @Test
  void chanceDependsOnTheRowAndNotOnItsLanguage() {
    int[] drawn = new int[6];
    for (int row = 0; row < 600; row++) {
      int[] ids = {row, 3, 5};
      int[] guided = GuideTokens.before(ids, RouterGuide.CHANCE, 1, 23);
      assertThat(guided).isEqualTo(GuideTokens.before(ids, RouterGuide.CHANCE, 2, 23));
      drawn[Batch.GUIDE - guided[0]]++;
    }
    assertThat(drawn)
        .satisfies(all -> Arrays.stream(all).forEach(n -> assertThat(n).isBetween(60, 140)));
  }

  @Test
  void samplesAreCutToTheLimitVisualTokensIncluded() {
    Batch batch =
        new Batch(
            new int[] {5, IMAGE, 6, 7, 8, 9},
            new int[] {IGNORE, IGNORE, IGNORE, 7, IGNORE, 9},
            new int[] {4, 2},
            new float[0],
            new int[] {0});
    SequenceLayout layout = SequenceLayout.of(batch, 3, 5);
    assertThat(layout.tokens()).containsExactly(5, -1, -1, -1, 6, 8, 9);
    assertThat(layout.targets()).containsExactly(9);
    assertThat(layout.prompts()).as("truncation does not reach the router").containsExactly(5, 6);
  }

  @Test
  void anImageWithoutAnImageTokenLeavesNoTraceInTheSequence() {
    SequenceLayout layout =
        SequenceLayout.of(oneSample(new int[] {5, 6, 7}, new int[] {IGNORE, IGNORE, 7}, 1), 3, 99);
    assertThat(layout.tokens()).containsExactly(5, 6, 7);
    assertThat(layout.promptBoundaries()).containsExactly(0, 2);
  }

  @Test
  void severalImagesOfASampleFillItsImageTokensInOrder() {
    SequenceLayout layout =
        SequenceLayout.of(
            oneSample(new int[] {IMAGE, 5, IMAGE}, new int[] {IGNORE, IGNORE, IGNORE}, 2), 2, 99);
    assertThat(layout.visuals()).containsExactly(0, 1, -1, 2, 3);
  }

  @Test
  void refusesMoreImageTokensThanImages() {
    Batch batch = oneSample(new int[] {IMAGE, 5}, new int[] {IGNORE, 5}, 0);
    assertThatThrownBy(() -> SequenceLayout.of(batch, 3, 99))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot splice sample 0: it has more image tokens than images");
  }

  @Test
  void refusesFewerImageTokensThanImages() {
    Batch batch = oneSample(new int[] {IMAGE, 5, 6}, new int[] {IGNORE, IGNORE, 6}, 2);
    assertThatThrownBy(() -> SequenceLayout.of(batch, 3, 99))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot splice sample 0: it has 1 image tokens and 2 images");
  }

  @Test
  void refusesAnImageWithoutPrompt() {
    Batch batch = oneSample(new int[] {IMAGE, 5}, new int[] {IGNORE, 5}, 1);
    assertThatThrownBy(() -> SequenceLayout.of(batch, 3, 99))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot route the image of sample 0: it has no prompt tokens");
  }

  @Test
  void refusesABatchWhoseLengthsDoNotAddUp() {
    assertThatThrownBy(() -> Batch.ofText(new int[3], new int[3], new int[] {2}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid batch: 3 token ids and 3 labels (must be 2, the sum of the lengths)");
  }
}
