package parrot.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import parrot.benchmarks.measure.Agreement.DisagreementException;
import parrot.benchmarks.process.Reply;
import parrot.benchmarks.side.Engine;
import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.workload.Workload;

class AgreementTest {
  @Test
  void acceptsWhatRoundingExplains() {
    Series ours = series(Engine.OURS, "bf16", 10, 9, 8);
    Series peer = series(Engine.TORCH_AUTOCAST, "bf16", 10.05, 9.1, 8.1);
    assertThatCode(() -> Agreement.check(ours, peer)).doesNotThrowAnyException();
  }

  @Test
  void refusesAnotherLossInTheFirstStep() {
    Series ours = series(Engine.OURS, "bf16", 10.2);
    Series peer = series(Engine.TORCH_AUTOCAST, "bf16", 10);
    assertThatThrownBy(() -> Agreement.check(ours, peer))
        .isInstanceOf(DisagreementException.class)
        .hasMessage(
            "Cannot compare ours with libtorch bf16 autocast: in step 1 they do not compute the"
                + " same (got loss 10.200000 and loss 10.000000, relative difference 0.020,"
                + " expected at most 0.010)");
  }

  @Test
  void isStrictBetweenFloat32AndFloat32() {
    Series ours = series(Engine.OURS, "f32", 10.01);
    Series peer = series(Engine.TORCH_F32, "f32", 10);
    assertThatThrownBy(() -> Agreement.check(ours, peer)).hasMessageContaining("at most 0.00010");
  }

  @Test
  void refusesWhatIsNotANumber() {
    Series ours = series(Engine.OURS, "bf16", Double.NaN);
    Series peer = series(Engine.TORCH_AUTOCAST, "bf16", 10);
    assertThatThrownBy(() -> Agreement.check(ours, peer)).hasMessageContaining("loss NaN");
  }

  @Test
  void comparesNothingWithALimit() {
    Series ours = series(Engine.OURS, "bf16", 10);
    Series limit = new Series(request(Engine.PRODUCTS, "bf16"));
    limit.add(new Reply(null, 1, new double[0], 0, 0, 0, Map.of()), true, true);
    assertThatCode(() -> Agreement.check(ours, limit)).doesNotThrowAnyException();
  }

  @Test
  void measuresDifferencesRelativeToTheWhole() {
    assertThat(Agreement.difference(new double[] {3, 5}, new double[] {3, 4})).isEqualTo(0.2);
    assertThat(Agreement.difference(new double[] {3}, new double[] {3, 4})).isNaN();
  }

  private static Series series(Engine engine, String precision, double... losses) {
    Series series = new Series(request(engine, precision));
    for (double loss : losses) {
      series.add(new Reply(null, 1, new double[] {loss}, 0, 0, 0, Map.of()), true, true);
    }
    return series;
  }

  private static SideRequest request(Engine engine, String precision) {
    return new SideRequest(engine, Workload.TINY, "", precision, 1, 0, 0);
  }
}
