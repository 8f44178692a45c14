package parrot.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.Test;
import parrot.jobs.cli.ExitCode;

/**
 * The files of {@code cluster-config/watching}, by the structure that Prometheus 2 and Grafana 10
 * document. {@code PrometheusGaugesTest} holds the metrics that they ask for.
 */
class WatchingTest {
  private static final Path FOLDER = Path.of("../cluster-config/watching");

  private static JsonNode yaml(String file) throws IOException {
    return StrictYaml.only(Files.readString(FOLDER.resolve(file)));
  }

  @Test
  void eachAlarmHasAnExpressionAndASectionThatSaysWhatToDo() throws IOException {
    String operations = Files.readString(Path.of("../docs/operations.md"));
    Set<String> names = new HashSet<>();
    for (JsonNode group : yaml("alerts.yml").path("groups")) {
      assertThat(group.path("name").asText()).isNotEmpty();
      for (JsonNode rule : group.path("rules")) {
        String name = rule.path("alert").asText();
        assertThat(names.add(name)).as(name).isTrue();
        assertThat(rule.fieldNames())
            .toIterable()
            .containsExactlyInAnyOrder("alert", "expr", "for", "labels", "annotations");
        assertThat(rule.path("for").asText()).matches("\\d+[smhd]");
        assertThat(rule.path("labels").path("severity").asText()).isIn("warning", "critical");
        assertThat(rule.path("annotations").path("summary").asText()).contains("$labels.instance");
        assertBalanced(rule.path("expr").asText());
        assertThat(operations).contains("\n### " + name + "\n");
      }
    }
    assertThat(names).isNotEmpty();
  }

  @Test
  void operationsSayWhatEachExitCodeMeans() throws IOException {
    String operations = Files.readString(Path.of("../docs/operations.md"));
    for (ExitCode code : ExitCode.values()) {
      assertThat(operations).contains("\n| " + code.code() + " | ");
    }
  }

  @Test
  void pagesAreReadAtTheAddressesOfTheProfiles() throws IOException {
    Properties profile = new Properties();
    try (var in = Files.newBufferedReader(FOLDER.resolve("../kubernetes.conf"))) {
      profile.load(in);
    }
    String drivers = profile.getProperty("spark.metrics.conf.driver.sink.prometheusServlet.path");
    JsonNode prometheus = yaml("prometheus.yml");
    for (JsonNode file : prometheus.path("rule_files")) {
      assertThat(FOLDER.resolve(file.asText())).exists();
    }
    Set<String> jobs = new HashSet<>();
    for (JsonNode job : prometheus.path("scrape_configs")) {
      assertThat(jobs.add(job.path("job_name").asText())).isTrue();
      assertThat(job.path("metrics_path").asText())
          .isIn(drivers + "/", "/metrics/executors/prometheus/");
      assertThat(job.has("static_configs") || job.has("kubernetes_sd_configs")).isTrue();
    }
    assertThat(jobs).isNotEmpty();
  }

  @Test
  void panelsOfTheDashboardHaveAQueryAUnitAndAPlace() throws IOException {
    JsonNode dashboard = yaml("grafana-dashboard.json");
    Set<String> variables = new HashSet<>();
    dashboard
        .path("templating")
        .path("list")
        .forEach(variable -> variables.add(variable.path("name").asText()));
    assertThat(variables).containsExactlyInAnyOrder("datasource", "driver");
    Set<String> places = new HashSet<>();
    Set<Integer> ids = new HashSet<>();
    for (JsonNode panel : dashboard.path("panels")) {
      String title = panel.path("title").asText();
      assertThat(ids.add(panel.path("id").asInt())).as(title).isTrue();
      assertThat(places.add(panel.path("gridPos").toString())).as(title).isTrue();
      assertThat(panel.path("fieldConfig").path("defaults").path("unit").asText()).isNotEmpty();
      assertThat(panel.path("datasource").path("uid").asText()).isEqualTo("${datasource}");
      assertThat(panel.path("targets")).as(title).isNotEmpty();
      for (JsonNode target : panel.path("targets")) {
        assertThat(target.path("expr").asText()).contains("{instance=~\"$driver\"}");
        assertBalanced(target.path("expr").asText());
      }
    }
    assertThat(ids).isNotEmpty();
  }

  private static void assertBalanced(String expression) {
    String brackets = expression.replaceAll("\"[^\"]*\"", "").replaceAll("[^\\[\\](){}]", "");
    for (int before = -1; before != brackets.length(); ) {
      before = brackets.length();
      brackets = brackets.replaceAll("\\(\\)|\\[]|\\{}", "");
    }
    assertThat(brackets).as(expression).isEmpty();
  }
}
