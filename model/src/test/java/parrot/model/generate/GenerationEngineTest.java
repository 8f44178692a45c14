package parrot.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import parrot.model.ModelException;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.network.FrozenWeights;
import parrot.model.network.ParrotNetwork;
import parrot.model.tensor.Tensor;
import parrot.model.weights.ModelFolder;

/** Many requests at a time. */
class GenerationEngineTest {
  private static final int REQUESTS = 13;
  private static final int PIECE = 8;

  @TempDir static java.nio.file.Path folder;
  private static ModelFolder model;

  @BeforeAll
  static void open() throws IOException {
    model = SmallModel.open(folder);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static ParrotNetwork network(Precision precision, int threads) {
    return ParrotNetwork.frozen(
        model.config(),
        new FrozenWeights(model.weights()),
        Kernels.create("onednn", precision, threads));
  }

  private static EngineLimits limits(int requests, long cacheTokens) {
    return new EngineLimits(
        requests, cacheTokens, PIECE, model.config().decoder().vocabSize(), true);
  }

  /** Prompts and answers of many lengths, every third without an image, every second sampled. */
  private static GenerationRequest request(GenerationEngine engine, int number, Heard heard) {
    int length = 3 + number * 5 % 11;
    boolean text = number % 3 == 0;
    Sampling sampling =
        number % 2 == 0 ? Sampling.GREEDY : new Sampling(1.5, 20, 0.9, 0.01, 1.1, number);
    return new GenerationRequest(
        text ? SmallModel.text(number, length, model) : SmallModel.prompt(number, length, model),
        text ? null : engine.encode(SmallModel.pixels(number, model)),
        new GenerationSettings(1 + number * 7 % 10, Set.of(), sampling, true),
        heard);
  }

  private static List<Heard> oneByOne(ParrotNetwork network) {
    GenerationEngine engine = new GenerationEngine(network, limits(1, 256));
    List<Heard> all = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      all.add(new Heard());
      engine.submit(request(engine, i, all.get(i)));
      while (engine.step()) {}
    }
    return all;
  }

  @ParameterizedTest
  @CsvSource({
    "F32, 1, 2, 1, 2048",
    "F32, 1, 8, 0, 2048",
    "F32, 2, 5, 2, 384",
    "BF16, 1, 8, 1, 2048",
    "BF16, 2, 13, 0, 2048"
  })
  void noBitOfAnAnswerDependsOnWhatElseIsAnswered(
      Precision precision, int threads, int together, int stepsBetween, long cacheTokens) {
    try (ParrotNetwork network = network(precision, threads)) {
      List<Heard> expected = oneByOne(network);
      GenerationEngine engine = new GenerationEngine(network, limits(together, cacheTokens));
      List<Heard> all = new ArrayList<>();
      for (int i = REQUESTS - 1; i >= 0; i--) {
        all.add(0, new Heard());
        engine.submit(request(engine, i, all.get(0)));
        for (int step = 0; step < stepsBetween; step++) {
          engine.step();
        }
      }
      while (engine.step()) {}

      for (int i = 0; i < REQUESTS; i++) {
        assertThat(all.get(i).chosen).isEqualTo(expected.get(i).chosen).isNotEmpty();
        assertThat(all.get(i).logits.toArray(float[][]::new))
            .isDeepEqualTo(expected.get(i).logits.toArray(float[][]::new));
        assertThat(all.get(i).answer).usingRecursiveComparison().isEqualTo(expected.get(i).answer);
      }
    }
  }

  @Test
  void inBfloat16ItMayTakeAFasterWayThatIsClose() {
    try (ParrotNetwork network = network(Precision.BF16, 1)) {
      List<Heard> expected = oneByOne(network);
      GenerationEngine engine =
          new GenerationEngine(network, limits(REQUESTS, 4096).withExact(false));
      List<Heard> all = new ArrayList<>();
      for (int i = 0; i < REQUESTS; i++) {
        all.add(new Heard());
        engine.submit(request(engine, i, all.get(i)));
      }
      while (engine.step()) {}

      for (int i = 0; i < REQUESTS; i++) {
        List<float[]> exact = expected.get(i).logits;
        assertThat(all.get(i).logits.get(0)).isEqualTo(exact.get(0));
        if (exact.size() > 1) {
          assertThat(all.get(i).logits.get(1)).containsExactly(exact.get(1), within(0.05f));
        }
      }
    }
  }

  @Test
  void aLongPromptDoesNotKeepTheAnswersWaiting() {
    try (ParrotNetwork network = network(Precision.F32, 1)) {
      GenerationEngine engine = new GenerationEngine(network, limits(3, 2048));
      Heard first = submit(engine, 9);
      engine.step();
      Heard late = submit(engine, SmallModel.text(1, 3 * PIECE + 1, model), 2);
      for (int step = 1; step <= 3; step++) {
        engine.step();
        assertThat(first.chosen).hasSize(2 + step);
        assertThat(late.chosen).isEmpty();
      }
      engine.step();

      assertThat(late.isOver()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void whatAnEarlierPromptBeganWithIsNotReadAgain(Precision precision) {
    int[] start = SmallModel.text(5, 2 * PIECE + 3, model);
    int[] longer = Arrays.copyOf(start, 3 * PIECE + 5);
    Arrays.fill(longer, start.length, longer.length, 7);
    int[] other = longer.clone();
    other[PIECE] ^= 1;
    try (ParrotNetwork network = network(precision, 1)) {
      List<Heard> expected = new ArrayList<>();
      for (int[] prompt : List.of(longer, other)) {
        GenerationEngine alone = new GenerationEngine(network, limits(1, 256));
        expected.add(submit(alone, prompt, 4));
        while (alone.step()) {}
      }
      GenerationEngine engine = new GenerationEngine(network, limits(1, 256));
      submit(engine, start, 4);
      while (engine.step()) {}
      Heard again = submit(engine, longer, 4);
      engine.step();
      engine.step(); // two of the four pieces are known

      assertThat(again.chosen).hasSize(2);
      while (engine.step()) {}
      Heard third = submit(engine, other, 4);
      while (engine.step()) {}
      assertThat(again.logits.toArray(float[][]::new))
          .isDeepEqualTo(expected.get(0).logits.toArray(float[][]::new));
      assertThat(third.logits.toArray(float[][]::new))
          .isDeepEqualTo(expected.get(1).logits.toArray(float[][]::new));
    }
  }

  @Test
  void aCancelledRequestIsForgottenAndItsPlaceIsFree() {
    try (ParrotNetwork network = network(Precision.F32, 1)) {
      GenerationEngine engine = new GenerationEngine(network, limits(1, 128));
      List<Heard> heard = List.of(new Heard(), new Heard(), new Heard());
      List<GenerationRequest> requests = new ArrayList<>();
      for (int i = 0; i < heard.size(); i++) {
        requests.add(request(engine, 5 + i, heard.get(i)));
        engine.submit(requests.get(i));
      }
      engine.step();

      engine.cancel(requests.get(1)); // still waiting
      engine.cancel(requests.get(0)); // in the middle of its answer
      engine.cancel(requests.get(0));
      while (engine.step()) {}

      assertThat(heard.get(0).isOver()).isFalse();
      assertThat(heard.get(1).chosen).isEmpty();
      assertThat(heard.get(2).answer).isNotNull();
    }
  }

  @Test
  void requestsJoinWhileOthersAreBeingAnswered() {
    try (ParrotNetwork network = network(Precision.F32, 1)) {
      GenerationEngine engine = new GenerationEngine(network, limits(2, 2048));
      Heard first = submit(engine, 9);
      engine.step();
      Heard second = submit(engine, 2);
      Heard third = submit(engine, 1);
      engine.step();

      assertThat(second.isOver()).isTrue();
      assertThat(third.chosen).isEmpty();
      assertThat(first.chosen).hasSize(3);
      engine.step();
      assertThat(third.isOver()).isTrue();
      assertThat(first.isOver()).isFalse();
      assertThat(engine.hasRoom()).isTrue();
    }
  }

  private static Heard submit(GenerationEngine engine, int tokens) {
    return submit(engine, SmallModel.text(tokens, 6, model), tokens);
  }

  private static Heard submit(GenerationEngine engine, int[] prompt, int tokens) {
    Heard heard = new Heard();
    engine.submit(
        new GenerationRequest(prompt, null, GenerationSettings.greedy(tokens, Set.of()), heard));
    return heard;
  }

  @Test
  void aStopTokenEndsTheAnswerAndIsNotPartOfIt() {
    try (ParrotNetwork network = network(Precision.F32, 1)) {
      GenerationEngine engine = new GenerationEngine(network);
      int[] prompt = SmallModel.text(3, 7, model);
      int[] whole = engine.answer(prompt, null, GenerationSettings.greedy(6, Set.of())).tokens();
      int stop = whole[3];
      int first = 0;
      while (whole[first] != stop) {
        first++;
      }

      GeneratedAnswer answer =
          engine.answer(prompt, null, GenerationSettings.greedy(6, Set.of(stop)));

      assertThat(answer.tokens()).isEqualTo(Arrays.copyOf(whole, first));
      assertThat(answer.end()).isEqualTo(GeneratedAnswer.End.STOP_TOKEN);
    }
  }

  @Test
  void aListenerCanEndItsAnswer() {
    try (ParrotNetwork network = network(Precision.F32, 1)) {
      GenerationEngine engine = new GenerationEngine(network);
      Heard heard =
          new Heard() {
            @Override
            public boolean chosen(int token, float[] logits) {
              super.chosen(token, logits);
              return chosen.size() < 2;
            }
          };
      engine.submit(
          new GenerationRequest(
              SmallModel.text(3, 7, model), null, GenerationSettings.greedy(6, Set.of()), heard));
      while (engine.step()) {}

      assertThat(heard.answer.tokens()).hasSize(2);
      assertThat(heard.answer.end()).isEqualTo(GeneratedAnswer.End.LISTENER);
    }
  }

  @Test
  void aRequestThatDivergesFailsAlone() {
    try (ParrotNetwork network = network(Precision.F32, 1)) {
      GenerationEngine engine = new GenerationEngine(network);
      Heard good = submit(engine, 5);
      Heard bad = new Heard();
      float[] pixels = SmallModel.pixels(1, model);
      Arrays.fill(pixels, Float.NaN);
      engine.submit(
          new GenerationRequest(
              SmallModel.prompt(1, 5, model),
              engine.encode(pixels),
              GenerationSettings.greedy(5, Set.of()),
              bad));
      while (engine.step()) {}

      assertThat(good.answer.tokens()).hasSize(5);
      assertThat(bad.failure)
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("Cannot answer: the logit of token 0 is NaN");
    }
  }

  @Test
  void logProbabilitiesAreThoseOfTheModel() {
    try (ParrotNetwork network = network(Precision.F32, 1)) {
      GenerationEngine engine = new GenerationEngine(network);
      Heard heard = new Heard();
      engine.submit(
          new GenerationRequest(
              SmallModel.text(3, 7, model),
              null,
              new GenerationSettings(3, Set.of(), new Sampling(2, 0, 1, 0, 1, 5), true),
              heard));
      while (engine.step()) {}

      for (int i = 0; i < 3; i++) {
        double sum = 0;
        for (float logit : heard.logits.get(i)) {
          sum += Math.exp(logit);
        }
        double share = Math.exp(heard.logits.get(i)[heard.chosen.get(i)]) / sum;
        assertThat(Math.exp(heard.answer.logProbabilities()[i]))
            .isBetween(share * 0.999, share * 1.001);
      }
    }
  }

  @Test
  void aListenerThatThrowsTakesNoMemoryWithIt() {
    try (ParrotNetwork network = network(Precision.F32, 1)) {
      GenerationEngine engine = new GenerationEngine(network, limits(2, 256));
      for (int tokens = 1; tokens <= 2; tokens++) {
        int last = tokens;
        Heard deaf =
            new Heard() {
              @Override
              public boolean chosen(int token, float[] logits) {
                super.chosen(token, logits);
                if (chosen.size() == last) {
                  throw new IllegalStateException("the disk is full");
                }
                return true;
              }
            };
        engine.submit(request(engine, 1, deaf));
        engine.submit(request(engine, 2, new Heard()));
        assertThatThrownBy(
                () -> {
                  while (engine.step()) {}
                })
            .hasMessage("the disk is full");
        engine.clear();
      }
      Heard next = new Heard();
      engine.submit(request(engine, 1, next));
      for (int step = 0; step < 20; step++) {
        engine.step();
      }
      assertThat(next.answer).isNotNull();
    }
  }

  @Test
  void refusesWhatCanNeverFit() {
    try (ParrotNetwork network = network(Precision.F32, 1)) {
      GenerationEngine engine = new GenerationEngine(network, limits(4, 20));

      assertThatThrownBy(() -> submit(engine, 15))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("prompt and answer have 21 tokens (at most 20");
      assertThat(submit(engine, 14).isOver()).isFalse();
    }
  }

  @Test
  void refusesAPromptWhoseImageIsMissing() {
    GenerationSettings settings = GenerationSettings.greedy(1, Set.of());

    assertThatThrownBy(
            () ->
                new GenerationRequest(SmallModel.prompt(1, 5, model), null, settings, new Heard()))
        .hasMessageContaining("the prompt has 1 image tokens (must be 0 without an image)");
    assertThatThrownBy(
            () ->
                new GenerationRequest(
                    SmallModel.text(1, 5, model), Tensor.allocate(5, 16), settings, new Heard()))
        .hasMessageContaining("the prompt has 0 image tokens (must be 1 for an image)");
  }
}
