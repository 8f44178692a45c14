package parrot.jobs.report.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LineChartTest {
  private static String chart(double... values) {
    List<LineChart.Point> points = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      points.add(new LineChart.Point(i, values[i]));
    }
    return LineChart.svg("d", "step", List.of(new LineChart.Series("loss", "ink", points)));
  }

  private static String tick(String label) {
    return "text-anchor=\"end\">" + label + "</text>";
  }

  @Test
  void leavesOutPointsThatAreNotFinite() {
    String svg = chart(Double.NaN, 0.5, Double.POSITIVE_INFINITY);

    assertThat(svg).doesNotContain("NaN", "Infinity").contains("0.50");
  }

  @Test
  void startsAtZeroWhereTheDifferencesShowThere() {
    assertThat(chart(2.0, 1.9)).contains(tick("0.0"), tick("2.0")).doesNotContain("not at 0");
  }

  @Test
  void coversCurvesInANarrowBandAloneAndSaysSo() {
    assertThat(chart(3.02, 2.98, 2.95))
        .contains(">starts at 2.94, not at 0</text>", tick("2.94"), tick("3.02"))
        .doesNotContain(tick("0.00"));
    assertThat(chart(3.0012, 3.0001)).contains("starts at 3.0000, not at 0", ">3.0001</tspan>");
  }

  @Test
  void startsAtZeroIfThereIsNoDifferenceToShow() {
    assertThat(chart(3, 3, 3)).contains(tick("0")).doesNotContain("not at 0");
    assertThat(chart(3, 3 + 1e-9)).doesNotContain("not at 0");
    assertThat(chart(-2, -2.01)).doesNotContain("not at 0");
  }
}
