package parrot.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;
import parrot.jobs.report.ReportData.Role;
import parrot.jobs.report.chart.Markup;

final class ReportPageTest {
  private static String html;

  @BeforeAll
  static void render() throws IOException {
    html = ReportPage.render(SampleReport.create());
  }

  @Test
  void refersToNothingOutsideItself() {
    assertThat(html).doesNotContainPattern("https?://");
    assertThat(html).doesNotContain("@import", "<link", "url(", "<script", "<iframe");
    Matcher sources = Pattern.compile("(?:src|href)=\"([^\"]{0,12})").matcher(html);
    assertThat(sources.results().map(match -> match.group(1)).collect(Collectors.toSet()))
        .allSatisfy(source -> assertThat(source).matches("(data:image/p|#[a-z]+).*"));
  }

  @Test
  void isWellFormed() throws Exception {
    String xml = html.replace("<!DOCTYPE html>", "").replaceAll("<(meta|img)([^>]*)>", "<$1$2/>");

    var document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(xml)));

    assertThat(document.getDocumentElement().getTagName()).isEqualTo("html");
    assertThat(document.getElementsByTagName("svg").getLength()).isGreaterThanOrEqualTo(7);
  }

  @Test
  void setsMemoryBesideWhatWasPlanned() {
    assertThat(html)
        .contains(
            "An executor took at most 18.00 GiB of memory (planned: 19.00 GiB);"
                + " in the end 3.00 GiB of its own and 15.00 GiB of mapped files.");
  }

  @Test
  void laysOutArabicFromTheRight() {
    assertThat(html).contains("<div lang=\"ar\" dir=\"rtl\"><div class=\"question\">");
    assertThat(html).contains("<bdi lang=\"ar\" dir=\"rtl\">");
    assertThat(html).contains("<div lang=\"ru\" dir=\"ltr\">");
  }

  @Test
  void neverTakesAnAnswerForMarkup() {
    assertThat(html).contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
    assertThat(html).contains("синий &lt;круг&gt;");
  }

  @Test
  void showsIntervalsCountsChanceAndFailures() {
    assertThat(html)
        .contains("English: 78.0 % (95 % interval 73.9 to 82.1, n = 400)")
        .contains("chance: 25.0 %")
        .contains("Russian failed: Cannot read MMMB_ru.tsv line 3")
        .contains("no clear difference")
        .contains("7 not a picture, 3 missing");
  }

  @Test
  void countsRefusedAnswersBesideUnparsableAndMissingOnes() {
    assertThat(html)
        .contains("<th>Unparsable</th><th>Refused</th><th>Missing</th>")
        .contains("<td>3</td><td>2</td><td>0</td></tr>");
  }

  @Test
  void showsTheIntervalOfTheMean() {
    assertThat(html)
        .contains("<tr class=\"average\"><td>Mean</td><td>400</td>")
        .contains("<small>71–79</small>")
        .contains("The n of the mean counts clusters");
  }

  @Test
  void neverMixesMetricsOrBenchmarksInOneTable() {
    Map<String, ReportData.Accuracy> few =
        Map.of("en", new ReportData.Accuracy(10, .5, .2, .8, .25, 0, 0, 0, ""));
    Map<String, ReportData.Accuracy> many =
        Map.of("en", new ReportData.Accuracy(40, .4, .3, .5, .0625, 0, 0, 0, ""));
    Markup markup = new Markup();
    new AccuracySection(
            new ReportData(
                "",
                "",
                List.of(),
                List.of(
                    evaluation("ours", Role.MAIN, "MMMB", "plain", few),
                    evaluation("theirs", Role.BASELINE, "MMMB", "plain", many),
                    evaluation("ours", Role.MAIN, "MMBench", "circular", many),
                    evaluation("ours", Role.MAIN, "MMBench_TEST", "circular", Map.of())),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                Map.of(),
                List.of(),
                List.of()))
        .write(markup);

    assertThat(markup.toString().split("<h3>"))
        .hasSize(4)
        .satisfies(
            parts -> {
              assertThat(parts[1])
                  .startsWith("MMMB, plain</h3>")
                  .contains("<td>10</td><td>25.0 %</td>", "<small>30–50, n 40</small>");
              assertThat(parts[2])
                  .startsWith("MMBench, circular</h3>")
                  .contains("<td>40</td><td>6.3 %</td>")
                  .doesNotContain("theirs", "25.0 %");
              assertThat(parts[3]).doesNotContain("<svg", "<table");
            });
  }

  private static ReportData.Evaluation evaluation(
      String name,
      Role role,
      String benchmark,
      String metric,
      Map<String, ReportData.Accuracy> languages) {
    return new ReportData.Evaluation(
        name, role, benchmark, metric, Optional.empty(), languages, Map.of(), List.of());
  }

  @Test
  void keepsTheAccuracyTableNarrow() {
    assertThat(html)
        .contains("<table class=\"accuracy\">", "<td>78.0 % <small>74–82</small></td>")
        .contains(".accuracy td small { display: block;")
        .contains("th, td:first-child, td.left { white-space: normal;");
  }

  @Test
  void marksAnswersAsRightAndWrong() {
    assertThat(html).contains("✓ right", "✗ wrong", "which names no option");
    assertThat(html).contains("question 17: right in 2 of 6 languages");
  }

  @Test
  void showsTheLoadOfExpertsOverTimeAndSaysWhatItMeans() {
    assertThat(html)
        .contains("Stage 2, instruct: in the last round, the router is specialised: the load is in")
        .contains("The most loaded expert gets 1.09 times its fair share")
        .contains("it says 60 %.")
        .contains("Maximum violation, load of the most loaded expert over its fair share, less 1")
        .contains("aria-label=\"Turkish, share of its load by expert\"")
        .contains("expert 6: 0.080 at the end");
  }

  @Test
  void showsWhereTheTimeOfRoundsWent() {
    assertThat(html)
        .contains("<a href=\"#rounds\">Rounds</a>")
        .contains("round 40: plan 0.050 s, compute ", "checkpoint 0.800 s")
        .contains("A replica waits")
        .contains("round 39, replica 0 on executor 0 of worker-a 2.60 s", ", done")
        .contains("<b>The last 3 rounds</b>", ">replica 1</text>")
        .contains("out: 3.000 at the end", "in: 2.000 at the end");
    assertThat(html.split("<h2>Rounds</h2>")[1]).doesNotContain("<h3>Stage 1, align</h3>");
  }

  @Test
  void rendersWithNothingToShow() {
    ReportData nothing =
        new ReportData(
            "Empty", "", List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), Map.of(),
            Map.of(), List.of(), List.of());

    assertThat(ReportPage.render(nothing))
        .contains("<h1>Empty</h1>")
        .doesNotContain("NaN", "id=\"rounds\"");
  }
}
