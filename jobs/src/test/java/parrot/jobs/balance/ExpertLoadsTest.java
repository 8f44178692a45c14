package parrot.jobs.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** What loads say about a router: violation, information, verdict, warnings. */
class ExpertLoadsTest {
  private static final BalanceConfig CONFIG =
      new BalanceConfig(
          new BalanceConfig.Bias(
              OptionalDouble.empty(), BalanceConfig.Update.SOLVE, OptionalDouble.empty()),
          new BalanceConfig.Loss(0, 0, 0.3),
          0,
          0.9,
          new BalanceConfig.Alarm(1, 0.05));

  private static final ExpertLoads COLLAPSED =
      loads(Map.of("ar", row(96, 2, 2), "en", row(192, 5, 3), "ru", row(95, 2, 3)));
  private static final ExpertLoads SPECIALISED =
      loads(Map.of("ar", row(90, 5, 5), "en", row(5, 90, 5), "ru", row(5, 5, 90)));
  private static final ExpertLoads SHARED =
      loads(Map.of("ar", row(33, 33, 34), "en", row(66, 67, 67), "ru", row(34, 33, 33)));
  private static final ExpertLoads CROWDED =
      loads(Map.of("ar", row(96, 2, 2), "en", row(294, 3, 3), "ru", row(10, 80, 10)));

  private static ExpertLoads loads(Map<String, List<Double>> languages) {
    return new ExpertLoads(3, 0.5, new TreeMap<>(languages), List.of());
  }

  private static List<Double> row(double... loads) {
    return java.util.Arrays.stream(loads).boxed().toList();
  }

  private static BalanceReport report(ExpertLoads loads) {
    return BalanceReport.of(
        loads, 0.75, 3.5, ExpertBalance.NONE.after(loads, List.of(), CONFIG, 0.5), CONFIG);
  }

  @Test
  void theViolationIsThatOfAllLanguagesTogether() {
    assertThat(SPECIALISED.maxViolation()).isCloseTo(0, Offset.offset(1e-12));
    assertThat(COLLAPSED.maxViolation()).isCloseTo(3 * 383.0 / 400 - 1, Offset.offset(1e-12));
    assertThat(COLLAPSED.matrix()).containsEntry("ar", List.of(0.96, 0.02, 0.02));
    assertThat(COLLAPSED.below(0.1)).containsExactly(1, 2);
  }

  @Test
  void informationIsZeroWhereLanguagesAreAlikeAndOneWhereEachHasItsOwnExperts() {
    assertThat(COLLAPSED.information()).isLessThan(0.01);
    assertThat(SHARED.information()).isLessThan(0.01);
    assertThat(SPECIALISED.information()).isBetween(0.5, 0.9);
    Map<String, List<Double>> own =
        Map.of("ar", row(7, 0, 0), "en", row(0, 7, 0), "ru", row(0, 0, 7));
    assertThat(loads(own).information()).isCloseTo(1, Offset.offset(1e-12));
    Map<String, List<Double>> pairs =
        new TreeMap<>(Map.of("ar", row(5, 5, 0, 0), "en", row(0, 0, 5, 5)));
    assertThat(new ExpertLoads(2, 1, pairs, List.of()).information())
        .isCloseTo(1, Offset.offset(1e-12));
    assertThat(loads(Map.of("en", row(1, 2, 3))).information()).isZero();
  }

  @Test
  void collapseIsToldFromSpecialisation() {
    assertThat(report(COLLAPSED).verdict()).isEqualTo(Verdict.COLLAPSED);
    assertThat(report(SPECIALISED).verdict()).isEqualTo(Verdict.SPECIALISED);
    assertThat(report(SHARED).verdict()).isEqualTo(Verdict.SHARED);
    assertThat(report(CROWDED).verdict()).isEqualTo(Verdict.CROWDED);
    assertThat(Verdict.of("specialised")).contains(Verdict.SPECIALISED);
    assertThat(Verdict.of("")).isEmpty();
  }

  @Test
  void aRouterThatHasNotMovedIsToldFromOneThatShares() {
    ExpertLoads unmoved =
        new ExpertLoads(3, Math.log(3) - 1e-6, SHARED.languages(), SHARED.recent());
    BalanceAlarm alarm = new BalanceAlarm(CONFIG);

    assertThat(report(unmoved).verdict()).isEqualTo(Verdict.UNTRAINED);
    assertThat(alarm.after(report(unmoved))).isEmpty();
    assertThat(alarm.atEnd())
        .hasValueSatisfying(
            line ->
                assertThat(line)
                    .startsWith("warning: the router is untrained: it prefers no expert"));
    alarm.after(report(SHARED));
    assertThat(alarm.atEnd()).isEmpty();
  }

  @Test
  void warnsOnceOfWhatIsWrongAndSaysWhatToDo() {
    BalanceAlarm alarm = new BalanceAlarm(CONFIG);
    assertThat(alarm.after(report(SPECIALISED))).isEmpty();
    assertThat(alarm.after(report(COLLAPSED)))
        .containsExactly(
            "warning: the most loaded expert gets 2.9 times its fair share (alarm above 2.0); the"
                + " router is collapsed: every language goes to the same experts, and the others"
                + " learn nothing. If it lasts, set balance.loss_weight, such as to 0.01");
    assertThat(alarm.after(report(COLLAPSED))).isEmpty();
    assertThat(alarm.after(report(SHARED))).isEmpty();
    assertThat(alarm.after(report(COLLAPSED))).hasSize(1);
    ExpertLoads dead = loads(Map.of("ar", row(50, 49, 1), "en", row(49, 50, 1)));
    assertThat(new BalanceAlarm(CONFIG).after(report(dead)))
        .containsExactly(
            "warning: expert 2 (counted from 0) gets less than 5 % of a fair share; the router is"
                + " collapsed: every language goes to the same experts, and the others learn"
                + " nothing. If it lasts, set balance.loss_weight, such as to 0.01");
  }

  @Test
  void aLanguageThatIsLessEvenThanTheWholeIsNamed() {
    ExpertLoads even = loads(Map.of("en", row(900, 900, 900), "tr", row(9, 0, 0)));
    assertThat(even.maxViolation()).isLessThan(0.01);
    assertThat(even.gini()).isLessThan(0.01);
    assertThat(even.leastOverMost()).isGreaterThan(0.98);
    assertThat(report(even).leastEvenLanguage()).isEqualTo("tr");
    assertThat(report(even).maxViolation("tr")).isEqualTo(2);
    assertThat(report(even).maxViolation("en")).isZero();
  }

  @Test
  void theRemedyForABiasIsToFollowLoadsWithinRounds() {
    assertThat(warning(OptionalDouble.empty()))
        .endsWith("If it lasts, raise balance.within_round above 0.1");
    assertThat(warning(OptionalDouble.of(0)))
        .endsWith("If it lasts, set balance.within_round, such as to 0.1");
  }

  private static String warning(OptionalDouble pace) {
    BalanceConfig config =
        new BalanceConfig(
            new BalanceConfig.Bias(OptionalDouble.empty(), BalanceConfig.Update.STEP, pace),
            CONFIG.loss(),
            0,
            CONFIG.freezeAfter(),
            CONFIG.alarm());
    List<Double> bias = List.of(0.0, 0.0, 0.0);
    ExpertBalance balance =
        new ExpertBalance(bias, 0, List.of(), List.of()).after(COLLAPSED, bias, config, 0.5);
    BalanceReport report = BalanceReport.of(COLLAPSED, 2, Double.NaN, balance, config);
    return new BalanceAlarm(config).after(report).get(0);
  }

  @Test
  void aReportHoldsEveryNumber() {
    BalanceReport report = report(COLLAPSED);
    assertThat(report.maxViolation()).isCloseTo(1.8725, Offset.offset(1e-9));
    assertThat(report.maxViolationRun()).isEqualTo(report.maxViolation());
    assertThat(report.maxViolationWithin()).isEqualTo(0.75);
    assertThat(report.gini()).isCloseTo(2 * (375 + 374 + 1.0) / (6 * 400), Offset.offset(1e-9));
    assertThat(report.leastOverMost()).isCloseTo(8.0 / 383, Offset.offset(1e-9));
    assertThat(report.entropy()).isEqualTo(0.5);
    assertThat(report.verdict()).isEqualTo(Verdict.COLLAPSED);
    assertThat(report.deadExperts()).isEmpty();
    assertThat(report.matrix().get("ru").get(0)).isEqualTo(0.95);
    assertThat(report.bias()).isEmpty();
  }
}
