package parrot.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.network.FrozenWeights;
import parrot.model.network.ParrotNetwork;
import parrot.model.weights.ModelFolder;

class EnginePoolTest {
  private static final int THREADS = 3;
  private static final GenerationSettings SIX = GenerationSettings.greedy(6, Set.of());

  @TempDir static java.nio.file.Path folder;
  private static ModelFolder model;
  private String card = "";

  @BeforeAll
  static void open() throws IOException {
    model = SmallModel.open(folder);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static Kernels kernels() {
    return Kernels.create("reference", Precision.F32, 1);
  }

  private EnginePool pool() {
    int vocabulary = model.config().decoder().vocabSize();
    return new EnginePool(
        model.config(), model.weights(), vocabulary, true, EnginePoolTest::kernels, () -> card);
  }

  private static int[] answer(GenerationEngine engine, int number) {
    return engine
        .answer(
            SmallModel.prompt(number, 9, model),
            engine.encode(SmallModel.pixels(number, model)),
            SIX)
        .tokens();
  }

  @Test
  void threadsWithOneCopyOfTheWeightsAnswerAsOneEngineDoes() throws Exception {
    try (ParrotNetwork network =
            ParrotNetwork.frozen(model.config(), new FrozenWeights(model.weights()), kernels());
        EnginePool pool = pool()) {
      GenerationEngine alone = new GenerationEngine(network);
      ExecutorService threads = Executors.newFixedThreadPool(THREADS);
      try {
        List<Future<int[]>> answers = new ArrayList<>();
        for (int i = 0; i < 4 * THREADS; i++) {
          int number = i;
          answers.add(
              threads.submit(
                  () -> {
                    try (EnginePool.Lease lease = pool.borrow()) {
                      return answer(lease.engine(), number);
                    }
                  }));
        }
        for (int i = 0; i < answers.size(); i++) {
          assertThat(answers.get(i).get()).isEqualTo(answer(alone, i));
        }
      } finally {
        threads.shutdownNow();
      }
    }
  }

  @Test
  void givesBackWhatWasBorrowedBefore() {
    try (EnginePool pool = pool()) {
      GenerationEngine first;
      try (EnginePool.Lease lease = pool.borrow()) {
        first = lease.engine();
        try (EnginePool.Lease other = pool.borrow()) {
          assertThat(other.engine()).isNotSameAs(first);
        }
      }
      try (EnginePool.Lease again = pool.borrow()) {
        assertThat(again.engine()).isSameAs(first);
      }
    }
  }

  @Test
  void anEngineStaysOnItsCard() {
    try (EnginePool pool = pool()) {
      card = "GPU 0";
      EnginePool.Lease first = pool.borrow();
      first.close();
      card = "GPU 1";
      EnginePool.Lease second = pool.borrow();
      assertThat(second.engine()).isNotSameAs(first.engine());
      second.close();
      card = "GPU 0";
      try (EnginePool.Lease again = pool.borrow()) {
        assertThat(again.engine()).isSameAs(first.engine());
      }
    }
  }

  @Test
  void anEngineComesBackWithoutOpenRequests() {
    try (EnginePool pool = pool()) {
      try (EnginePool.Lease lease = pool.borrow()) {
        lease
            .engine()
            .submit(new GenerationRequest(SmallModel.text(1, 5, model), null, SIX, new Heard()));
        assertThat(lease.engine().step()).isTrue();
      }
      try (EnginePool.Lease again = pool.borrow()) {
        assertThat(again.engine().open()).isZero();
      }
    }
  }

  @Test
  void lendsNothingOnceItIsClosed() {
    EnginePool pool = pool();
    EnginePool.Lease late = pool.borrow();
    pool.close();

    assertThat(answer(late.engine(), 1)).hasSize(6);
    late.close();
    assertThatThrownBy(pool::borrow)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Cannot borrow an engine: the pool is closed");
  }
}
