package parrot.jobs.balance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.model.layer.Routing;

class ExpertBalanceTest {
  private static BalanceConfig config(double rate, BalanceConfig.Update update, double lossWeight) {
    return new BalanceConfig(
        new BalanceConfig.Bias(OptionalDouble.of(rate), update, OptionalDouble.empty()),
        new BalanceConfig.Loss(lossWeight, 10 * lossWeight, 0.3),
        0,
        0.9,
        new BalanceConfig.Alarm(1, 0.05));
  }

  private static ExpertBalance selecting(int experts) {
    return new ExpertBalance(Collections.nCopies(experts, 0.0), 0, List.of(), List.of());
  }

  /** After a round in which replicas left the bias as it was. */
  private static ExpertBalance next(
      ExpertBalance before, ExpertLoads loads, BalanceConfig config, double progress) {
    return before.after(loads, before.selectionBias(), config, progress);
  }

  private static ExpertLoads loads(Double... loads) {
    return new ExpertLoads(1, 1, Map.of("en", List.of(loads)), List.of());
  }

  @Test
  void theZLossIsForTrainingAlone() {
    BalanceConfig usual = config(0.5, BalanceConfig.Update.SOLVE, 0);
    BalanceConfig given =
        new BalanceConfig(usual.bias(), usual.loss(), 0.001, usual.freezeAfter(), usual.alarm());
    assertThat(selecting(3).routing(usual, 0.5).zLoss()).isZero();
    assertThat(selecting(3).routing(given, 1).zLoss()).isEqualTo(0.001);
    assertThat(selecting(3).routing(given, 1).still().zLoss()).isZero();
    assertThat(selecting(3).still().zLoss()).isZero();
  }

  @Test
  void theOrthogonalityLossIsForTrainingAlone() {
    BalanceConfig usual = config(0.5, BalanceConfig.Update.SOLVE, 0);
    BalanceConfig given =
        new BalanceConfig(
            usual.bias(), usual.loss(), 0, 0, 0, 0.01, usual.freezeAfter(), usual.alarm());
    Routing routing = selecting(3).routing(given, 0.5);
    assertThat(routing.orthogonality()).isEqualTo(0.01);
    assertThat(routing.still().orthogonality()).isZero();
    assertThat(routing.still().comparing()).as("what is measured").isTrue();
  }

  @Test
  void aFixedStepMovesEachBiasAgainstItsLoadAndCentresThem() {
    ExpertBalance once =
        next(
            selecting(4),
            loads(70.0, 20.0, 5.0, 5.0),
            config(0.01, BalanceConfig.Update.STEP, 0),
            0.1);
    assertThat(once.selectionBias())
        .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-12 ? 0 : 1)
        .containsExactly(-0.015, 0.005, 0.005, 0.005);
    ExpertBalance twice =
        next(once, loads(25.0, 25.0, 40.0, 10.0), config(0.01, BalanceConfig.Update.STEP, 0), 0.2);
    assertThat(twice.selectionBias())
        .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-12 ? 0 : 1)
        .containsExactly(-0.015, 0.005, -0.005, 0.015);
    assertThat(sum(twice.selectionBias())).isCloseTo(0, Offset.offset(1e-12));
    assertThat(twice.load()).containsExactly(0.25, 0.25, 0.4, 0.1);
    assertThat(twice.runLoad()).containsExactly(95.0, 45.0, 45.0, 15.0);
    assertThat(twice.maxViolation()).isCloseTo(4 * 95.0 / 200 - 1, Offset.offset(1e-12));
    assertThat(twice.still()).isEqualTo(new Routing(twice.selectionBias(), 0, twice.load(), 0, 0));
  }

  @Test
  void theBalancingBiasSpreadsWhatWasSeen() {
    List<RoutedImage> seen = new ArrayList<>();
    Random random = new Random(5);
    for (int i = 0; i < 300; i++) {
      float rest = 0.1f * random.nextFloat();
      float[] row = {1 - rest, rest * 0.7f, rest * 0.3f};
      seen.add(new RoutedImage(row, i % 2 == 0 ? 1 : 3));
    }
    double[] bias = BalancingBias.solve(new double[3], seen, 1);
    double[] loads = new double[3];
    for (RoutedImage image : seen) {
      float[] row = image.probabilities();
      double a = row[0] + bias[0];
      double b = row[1] + bias[1];
      double c = row[2] + bias[2];
      loads[a >= b && a >= c ? 0 : b >= c ? 1 : 2] += image.weight();
    }
    for (double load : loads) {
      assertThat(load).isBetween(180.0, 220.0);
    }
    ExpertLoads loaded = new ExpertLoads(1, 1, Map.of("en", List.of(600.0, 0.0, 0.0)), seen);
    assertThat(
            next(selecting(3), loaded, config(0.5, BalanceConfig.Update.SOLVE, 0), 0.1)
                .selectionBias()
                .get(0))
        .isCloseTo(bias[0] / 2, Offset.offset(1e-12));
  }

  @ParameterizedTest
  @CsvSource({
    "0.001, STEP, 0.15, 300", // scores a little apart: as DeepSeek-V3 does it
    "0.01, STEP, 1, 40",
    "0.5, SOLVE, 1, 40",
    "0.5, SOLVE, 3.5, 40", // the first expert's probability is 0.85
    "0.5, SOLVE, 0.1, 40"
  })
  void aSkewedLoadConverges(double rate, BalanceConfig.Update update, double skew, int rounds) {
    for (int seed = 1; seed <= 3; seed++) {
      try (ToyRouter router =
          new ToyRouter(seed, 6, 1, skew, 0.3 * Math.min(1, skew), 0.2 * Math.min(1, skew))) {
        ExpertBalance balance = selecting(6);
        List<Double> violations = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
          ExpertLoads loads = router.round(balance.still(), 600);
          violations.add(loads.maxViolation());
          balance = next(balance, loads, config(rate, update, 0), 0.5);
          assertThat(sum(balance.selectionBias())).isCloseTo(0, Offset.offset(1e-9));
        }
        assertThat(violations.get(0)).as("seed %d, at first", seed).isGreaterThan(1);
        assertThat(Collections.min(violations)).as("seed %d", seed).isLessThan(0.3);
        double last = sum(violations.subList(rounds - 5, rounds)) / 5;
        assertThat(last).as("seed %d, at last", seed).isLessThan(0.45);
        assertThat(balance.selectionBias().get(0))
            .isEqualTo(Collections.min(balance.selectionBias()));
      }
    }
  }

  @Test
  void biasAndLossWeightStayInTheLastPartOfARun() {
    BalanceConfig config = config(0.01, BalanceConfig.Update.STEP, 0.02);
    ExpertBalance balance = new ExpertBalance(List.of(0.1, -0.1), 0.03, List.of(), List.of());
    ExpertBalance frozen = next(balance, loads(9.0, 1.0), config, 0.91);
    assertThat(frozen.selectionBias()).isEqualTo(balance.selectionBias());
    assertThat(frozen.lossWeight()).isEqualTo(0.03);
    assertThat(frozen.load()).containsExactly(0.9, 0.1);
    ExpertBalance moved = next(balance, loads(9.0, 1.0), config, 0.9);
    assertThat(moved.selectionBias().get(0)).isLessThan(0.1);
    assertThat(moved.lossWeight()).isGreaterThan(0.03);
  }

  @Test
  void theNextRoundBeginsWhereReplicasHaveComeTo() {
    ExpertBalance balance = selecting(3);
    List<Double> reached = List.of(0.2, -0.3, 0.1);
    ExpertLoads even = loads(5.0, 5.0, 5.0);
    assertThat(
            balance
                .after(even, reached, config(0.01, BalanceConfig.Update.STEP, 0), 0.1)
                .selectionBias())
        .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-12 ? 0 : 1)
        .isEqualTo(reached);
  }

  @Test
  void aBiasMovesWithinRoundsUntilItStays() {
    BalanceConfig usual = config(0.5, BalanceConfig.Update.SOLVE, 0);
    assertThat(selecting(3).routing(usual, 0.9).biasPace()).isEqualTo(BalanceConfig.USUAL_PACE);
    assertThat(selecting(3).routing(usual, 0.91).biasPace()).isZero();
    assertThat(selecting(3).still().biasPace()).isZero();
    assertThat(ExpertBalance.NONE.routing(usual, 0.1).biasPace()).isZero();
    BalanceConfig fixed = config(0, BalanceConfig.Update.SOLVE, 0);
    assertThat(selecting(3).routing(fixed, 0.1).biasPace()).isZero();
  }

  @Test
  void theLossWeighsMoreWhileTheLoadIsOutOfBalanceAndLessOnceItIsNot() {
    BalanceConfig config = config(0, BalanceConfig.Update.STEP, 0.01);
    ExpertBalance balance =
        new ExpertBalance(List.of(), config.loss().weight(), List.of(), List.of());
    List<Double> weights = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      balance = next(balance, loads(9.0, 1.0), config, 0.1);
      weights.add(balance.lossWeight());
    }
    assertThat(weights).isSorted().startsWith(0.0125).endsWith(0.1);
    for (int i = 0; i < 20; i++) {
      balance = next(balance, loads(6.0, 5.0), config, 0.1);
    }
    assertThat(balance.lossWeight()).isEqualTo(0.01);
    assertThat(balance.selectionBias()).isEmpty();
    BalanceConfig off = config(0, BalanceConfig.Update.STEP, 0);
    assertThat(next(ExpertBalance.NONE, loads(9.0, 1.0), off, 0.1).lossWeight()).isZero();
  }

  @Test
  void nothingChangesInARoundWithoutImages() {
    ExpertBalance balance = selecting(3);
    assertThat(
            next(
                balance,
                new ExpertLoads(1, 0, Map.of(), List.of()),
                config(0.01, BalanceConfig.Update.SOLVE, 0),
                0.1))
        .isEqualTo(balance);
  }

  @Test
  void survivesJsonToTheLastBit() throws IOException {
    ExpertBalance balance =
        next(
            selecting(3),
            loads(1.0, 2.0, 4.0),
            config(1.0 / 3, BalanceConfig.Update.STEP, 0.1),
            0.1);
    ObjectMapper json = new ObjectMapper();
    assertThat(json.readValue(json.writeValueAsBytes(balance), ExpertBalance.class))
        .isEqualTo(balance);
  }

  private static double sum(List<Double> values) {
    return values.stream().mapToDouble(value -> value).sum();
  }
}
