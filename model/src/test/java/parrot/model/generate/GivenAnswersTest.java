package parrot.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.network.FrozenWeights;
import parrot.model.network.ParrotNetwork;
import parrot.model.tensor.Tensor;
import parrot.model.weights.ModelFolder;

final class GivenAnswersTest {
  private static final List<int[]> CANDIDATES =
      List.of(new int[] {3, 4, 5}, new int[] {7}, new int[] {3, 9}, new int[] {11, 1, 2, 8});

  @TempDir static Path folder;
  private static ModelFolder model;
  private static ParrotNetwork network;
  private static int vocabulary;

  @BeforeAll
  static void open() throws IOException {
    model = SmallModel.open(folder);
    vocabulary = model.config().decoder().vocabSize();
    network =
        ParrotNetwork.frozen(
            model.config(),
            new FrozenWeights(model.weights()),
            Kernels.create(Kernels.defaultName(), Precision.F32, 1));
  }

  @AfterAll
  static void close() {
    network.close();
    model.close();
  }

  private static Tensor image(GenerationEngine engine) {
    return engine.encode(SmallModel.pixels(2, model));
  }

  private static int[] prompt() {
    return SmallModel.prompt(5, 9, model);
  }

  /** The logits that follow a prompt and the first tokens of an answer, read as one prompt. */
  private static float[] logitsAfter(int[] answer, int tokens) {
    GenerationEngine engine = new GenerationEngine(network);
    int[] prompt =
        IntStream.concat(Arrays.stream(prompt()), Arrays.stream(answer, 0, tokens)).toArray();
    Heard heard = new Heard();
    engine.submit(
        new GenerationRequest(
            prompt, image(engine), GenerationSettings.greedy(1, Set.of()), heard));
    while (engine.step()) {}
    return heard.logits.get(0);
  }

  private static float[] likelihoods(List<int[]> candidates, int others) {
    GenerationEngine engine = new GenerationEngine(network);
    Heard heard = new Heard();
    for (int i = 0; i < others; i++) {
      engine.submit(
          new GenerationRequest(
              SmallModel.text(i, 3 + i, model),
              null,
              GenerationSettings.greedy(4 + i, Set.of()),
              new Heard()));
    }
    engine.submit(GenerationRequest.likelihoods(prompt(), image(engine), candidates, heard));
    while (engine.step()) {}
    assertThat(heard.answer.end()).isEqualTo(GeneratedAnswer.End.GIVEN);
    assertThat(heard.answer.tokens()).isEmpty();
    return heard.answer.logProbabilities();
  }

  @Test
  void eachIsAsLikelyAsItsTokensOneAfterTheOther() {
    float[] likelihoods = likelihoods(CANDIDATES, 0);

    for (int i = 0; i < likelihoods.length; i++) {
      int[] answer = CANDIDATES.get(i);
      double sum = 0;
      for (int token = 0; token < answer.length; token++) {
        sum += LogProbabilities.of(logitsAfter(answer, token), vocabulary, answer[token]);
      }
      assertThat((double) likelihoods[i]).isCloseTo(sum, within(1e-4)).isNegative();
    }
  }

  @Test
  void whatIsGeneratedIsAsLikelyWhenItIsGiven() {
    GenerationEngine engine = new GenerationEngine(network);
    GeneratedAnswer generated =
        engine.answer(
            prompt(), image(engine), new GenerationSettings(5, Set.of(), Sampling.GREEDY, true));
    float sum = 0;
    for (float one : generated.logProbabilities()) {
      sum += one;
    }

    assertThat(likelihoods(List.of(generated.tokens()), 0)).containsExactly(sum);
  }

  @Test
  void noBitDependsOnTheOtherAnswersOrRequests() {
    float[] alone = likelihoods(CANDIDATES, 0);
    List<int[]> reversed = new ArrayList<>(CANDIDATES);
    Collections.reverse(reversed);

    assertThat(likelihoods(CANDIDATES, 6)).isEqualTo(alone);
    float[] backwards = likelihoods(reversed, 0);
    for (int i = 0; i < alone.length; i++) {
      assertThat(backwards[alone.length - 1 - i]).isEqualTo(alone[i]);
    }
  }
}
