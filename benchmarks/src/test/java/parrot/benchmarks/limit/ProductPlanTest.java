package parrot.benchmarks.limit;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import parrot.benchmarks.side.Engine;
import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.workload.Workload;

class ProductPlanTest {
  @Test
  void countsTheDecodersOperations() {
    double width = 1024;
    double layers = 4 * (4 * width * width + 3 * width * 2816);
    double attention = 12 * 4 * width * 1024 * 1024;
    double head = 6 * 1023 * width * 32000;
    assertThat(plan(Workload.DECODER).operations())
        .isCloseTo(6 * 1024 * layers + attention + head, Percentage.withPercentage(1e-6));
  }

  @Test
  void frozenPartsHaveNoGradients() {
    ProductPlan instruct = plan(Workload.REAL_SIZE);
    ProductPlan align = plan(Workload.ALIGN);
    // The weights' gradients of the decoder and the experts' whole are gone.
    assertThat(align.operations()).isLessThan(0.75 * instruct.operations());
    assertThat(align.products().keySet())
        .filteredOn(shape -> shape.transposeA() && shape.k() == 737 && shape.n() != 64)
        .isEmpty();
  }

  @Test
  void answersLookAtTheirImageOnce() {
    ProductPlan answers = plan(Workload.ANSWER);
    ProductPlan one = plan(Workload.ENCODE);

    // Four images are encoded there, one here: the same shapes with a quarter of the rows.
    one.products()
        .forEach(
            (shape, count) -> {
              if (shape.k() != 64 && shape.n() != 64) {
                ProductPlan.Shape quarter =
                    new ProductPlan.Shape(
                        shape.m() / 4,
                        shape.n(),
                        shape.k(),
                        shape.transposeA(),
                        shape.transposeB());
                assertThat(answers.products()).containsKey(quarter);
              }
            });
    assertThat(answers.products().keySet()).filteredOn(shape -> shape.m() == 12).hasSize(4);
  }

  @Test
  void productsOfTheTinyModelRun() {
    try (ProductsSide side =
        ProductsSide.open(new SideRequest(Engine.PRODUCTS, Workload.TINY, "", "bf16", 2, 0, 0))) {
      assertThat(side.step().extras().get(ProductsSide.OPERATIONS)).isPositive();
    }
  }

  private static ProductPlan plan(Workload workload) {
    SideRequest request = new SideRequest(Engine.PRODUCTS, workload, "", "bf16", 1, 1, 1024);
    return ProductPlan.of(workload.kind(), workload.config(), workload.trained(), request.batch());
  }
}
