package parrot.jobs.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.jobs.report.Chromium;

final class SweepPageTest {
  private static String html;

  @BeforeAll
  static void render() throws IOException {
    html = new LargeSweep().page();
  }

  @Test
  void refersToNothingOutsideItselfAndStaysSmall() {
    assertThat(html).doesNotContainPattern("https?://");
    assertThat(html).doesNotContain("@import", "<link", "url(", "<script src", "<iframe");
    assertThat(html.getBytes(StandardCharsets.UTF_8).length).isBetween(1 << 20, 5_000_000);
  }

  @Test
  void showsScoresIntervalsFailuresAndVersions() {
    assertThat(html)
        .contains("MMMB, plain", "40.0 <small>35.0–45.0</small>", "400 clusters")
        .contains("title=\"Cannot read MMMB_ru.tsv line 3: one column\">failed")
        .contains("step 5500: not evaluated", "Cannot open &lt;model&gt;: no weights")
        .contains("attribute_recognition_19")
        .contains("instruct-with-a-rather-long-name</b>, MMMB, plain, percent")
        .contains("SHA-256 0000");
  }

  @Test
  void neverTakesAnAnswerForMarkup() {
    assertThat(html.split("</script>")).hasSize(3);
  }

  @Test
  @Tag("slow")
  void fitsEveryWidthAndFiltersInABrowser(@TempDir Path folder) throws Exception {
    List<JsonNode> pages =
        Chromium.run(
            folder,
            html,
            List.of(360, 1200, 1920),
            """
            const d = page.document, form = d.getElementById('filters');
            const all = () => [...d.querySelectorAll('#shown article')];
            const count = () => parseInt(d.getElementById('count').textContent);
            const pick = (name, value) => {
              form.elements[name].value = value;
              form.dispatchEvent(new page.Event('change'));
            };
            const result = {overflow: d.documentElement.scrollWidth - d.documentElement.clientWidth,
              shown: all().length, all: count()};
            pick('language', 'ar');
            result.arabic = count();
            result.direction = page.getComputedStyle(d.querySelector('#shown .question')).direction;
            pick('category', 'category 3');
            result.category = count();
            pick('category', '');
            for (const outcome of ['right', 'wrong', 'refused', 'unparsable', 'missing', 'not-right']) {
              pick('outcome', outcome);
              result[outcome] = count();
            }
            pick('outcome', 'right');
            result.verdicts = [...new Set([...d.querySelectorAll('#shown .verdict')].map(v => v.textContent))];
            pick('outcome', '');
            pick('other', '1');
            result.disagree = count();
            result.both = d.querySelectorAll('#shown article')[0].querySelectorAll('.said').length;
            pick('other', '');
            d.getElementById('more').click();
            result.more = all().length;
            result.overflowAfter = d.documentElement.scrollWidth - d.documentElement.clientWidth;
            return result;
            """);

    assertThat(pages).hasSize(3);
    for (JsonNode page : pages) {
      assertThat(page.has("error")).as(page.toString()).isFalse();
      assertThat(page.get("overflow").asInt()).as(page.toString()).isZero();
      assertThat(page.get("overflowAfter").asInt()).isZero();
      assertThat(page.get("shown").asInt()).isEqualTo(20);
      assertThat(page.get("more").asInt()).isEqualTo(40);
      assertThat(page.get("arabic").asInt() * 6).isEqualTo(page.get("all").asInt());
      assertThat(page.get("direction").asText()).isEqualTo("rtl");
      assertThat(page.get("category").asInt()).isPositive().isLessThan(20);
      assertThat(page.get("verdicts").toString()).isEqualTo("[\"✓ right\"]");
      int not =
          page.get("wrong").asInt()
              + page.get("refused").asInt()
              + page.get("unparsable").asInt()
              + page.get("missing").asInt();
      assertThat(page.get("not-right").asInt()).isEqualTo(not);
      assertThat(not + page.get("right").asInt()).isEqualTo(page.get("arabic").asInt());
      assertThat(page.get("refused").asInt()).isPositive();
      assertThat(page.get("disagree").asInt()).isBetween(1, page.get("arabic").asInt() - 1);
      assertThat(page.get("both").asInt()).isEqualTo(2);
    }
  }
}
