package parrot.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.network.Batch;
import parrot.model.network.FrozenWeights;
import parrot.model.network.ParrotNetwork;
import parrot.model.weights.Initializer;
import parrot.model.weights.ModelFolder;

class GeneratorPoolTest {
  private static final int THREADS = 3;
  private static final int TOKENS = 6;

  private static final String CONFIG =
      """
      {"model_type": "parrot_qwen2", "hidden_size": 16, "intermediate_size": 24,
       "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 2,
       "vocab_size": 50, "tie_word_embeddings": false, "max_position_embeddings": 64,
       "mm_hidden_size": 12, "mm_projector_type": "mlp2x_gelu", "mm_vision_tower": "vision",
       "mm_vision_select_layer": -2, "mm_vision_select_feature": "cls_patch",
       "num_experts": 3, "moe_hidden_size": 16, "moe_intermediate_size": 8, "moe_weight": 1.0,
       "use_moe": true, "use_moe_residual": true, "tokenizer_model_max_length": 64}
      """;

  private static final String VISION =
      """
      {"model_type": "clip_vision_model", "hidden_size": 12, "intermediate_size": 16,
       "num_hidden_layers": 2, "num_attention_heads": 2, "image_size": 14, "patch_size": 7}
      """;

  @TempDir static java.nio.file.Path folder;

  @BeforeAll
  static void write() throws IOException {
    Files.createDirectories(folder.resolve("vision"));
    Files.writeString(folder.resolve("config.json"), CONFIG);
    Files.writeString(folder.resolve("vision/config.json"), VISION);
  }

  private static ModelFolder model() {
    return ModelFolder.open(
        new Path(folder.toUri()),
        new Configuration(),
        List.of(""),
        new Initializer(1, Initializer.Experts.NORMAL));
  }

  private static Kernels kernels() {
    return Kernels.create("reference", Precision.F32, 1);
  }

  private static int[] prompt(int number, ModelFolder model) {
    Random random = new Random(number);
    int[] prompt = random.ints(9, 0, model.config().decoder().vocabSize()).toArray();
    prompt[1] = Batch.IMAGE;
    return prompt;
  }

  private static float[] pixels(int number, ModelFolder model) {
    int size = model.config().vision().imageSize();
    Random random = new Random(number);
    float[] pixels = new float[3 * size * size];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    return pixels;
  }

  @Test
  void threadsWithOneCopyOfTheWeightsAnswerAsOneGeneratorDoes() throws Exception {
    try (ModelFolder model = model();
        ParrotNetwork network =
            ParrotNetwork.frozen(model.config(), new FrozenWeights(model.weights()), kernels());
        GeneratorPool pool =
            new GeneratorPool(model.config(), model.weights(), GeneratorPoolTest::kernels)) {
      Generator alone = new Generator(network);
      ExecutorService threads = Executors.newFixedThreadPool(THREADS);
      try {
        List<Future<int[]>> answers = new ArrayList<>();
        for (int i = 0; i < 4 * THREADS; i++) {
          int number = i;
          answers.add(
              threads.submit(
                  () -> {
                    try (GeneratorPool.Lease lease = pool.borrow()) {
                      return lease
                          .generator()
                          .generate(prompt(number, model), pixels(number, model), TOKENS);
                    }
                  }));
        }
        for (int i = 0; i < answers.size(); i++) {
          int[] expected = alone.generate(prompt(i, model), pixels(i, model), TOKENS);
          assertThat(answers.get(i).get()).isEqualTo(expected);
        }
      } finally {
        threads.shutdownNow();
      }
    }
  }

  @Test
  void aListenerHearsOfEveryStepAndOfTheEnd() {
    try (ModelFolder model = model();
        ParrotNetwork network =
            ParrotNetwork.frozen(model.config(), new FrozenWeights(model.weights()), kernels())) {
      Generator generator = new Generator(network);
      int[] prompt = prompt(0, model);
      float[] pixels = pixels(0, model);
      int[] expected = generator.generate(prompt, pixels, TOKENS);
      List<Integer> heard = new ArrayList<>();
      int[] answer =
          generator.generate(
              prompt,
              pixels,
              TOKENS,
              (token, logits) -> {
                assertThat(logits).hasSize(model.config().decoder().vocabSize());
                heard.add(token);
              });
      assertThat(answer).isEqualTo(expected).containsExactly(heard.toArray(Integer[]::new));

      heard.clear();
      int stop = expected[0];
      assertThat(
              generator.generate(prompt, pixels, TOKENS, (token, logits) -> heard.add(token), stop))
          .isEmpty();
      assertThat(heard).containsExactly(stop);
    }
  }

  @Test
  void givesBackWhatWasBorrowedBefore() {
    try (ModelFolder model = model();
        GeneratorPool pool =
            new GeneratorPool(model.config(), model.weights(), GeneratorPoolTest::kernels)) {
      Generator first;
      try (GeneratorPool.Lease lease = pool.borrow()) {
        first = lease.generator();
        try (GeneratorPool.Lease other = pool.borrow()) {
          assertThat(other.generator()).isNotSameAs(first);
        }
      }
      try (GeneratorPool.Lease again = pool.borrow()) {
        assertThat(again.generator()).isSameAs(first);
      }
    }
  }

  @Test
  void lendsNothingOnceItIsClosed() {
    try (ModelFolder model = model()) {
      GeneratorPool pool =
          new GeneratorPool(model.config(), model.weights(), GeneratorPoolTest::kernels);
      GeneratorPool.Lease late = pool.borrow();
      pool.close();

      assertThat(late.generator().generate(prompt(1, model), pixels(1, model), 2)).hasSize(2);
      late.close();
      assertThatThrownBy(pool::borrow)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Cannot borrow a generator: the pool is closed");
    }
  }
}
