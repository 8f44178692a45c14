package parrot.jobs.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.datasets.UsageException;
import parrot.datasets.benchmark.MatchingRule;
import parrot.datasets.language.Language;
import parrot.jobs.evaluate.AnsweringOptions;
import parrot.model.kernel.Kernels;

final class SweepConfigTest {
  private static final String SMALLEST =
      """
      out: scores
      models: [runs/instruct]
      benchmarks: MMMB/
      """;

  @Test
  void aModelABenchmarkAndAFolderAreEnough() {
    SweepConfig config = SweepConfig.read(SMALLEST);

    assertThat(config.models())
        .singleElement()
        .satisfies(
            model -> {
              assertThat(model.name()).isEqualTo("instruct");
              assertThat(model.checkpoints()).isEmpty();
            });
    assertThat(config.settings())
        .extracting(SweepConfig.Setting::options)
        .containsExactly(AnsweringOptions.defaults());
    assertThat(config.baseline()).isEqualTo("instruct");
    assertThat(config.matching()).isEqualTo(MatchingRule.PUBLISHED_2024);
  }

  @Test
  void aCardIsTakenIfThereIsOneUnlessASettingSaysOtherwise() {
    String settings =
        "settings: [{name: usual}, {name: own, kernels: reference}, {name: host, device: cpu}]\n";

    assertThat(SweepConfig.read(SMALLEST + settings).on(true).settings())
        .extracting(one -> one.options().kernels())
        .containsExactly("cuda", "reference", Kernels.defaultName());
    assertThat(SweepConfig.read(SMALLEST + settings).on(false).settings().get(0).options())
        .isEqualTo(AnsweringOptions.defaults());
    assertThat(SweepConfig.read(SMALLEST + "settings: [{name: card, device: cuda}]\n").settings())
        .extracting(one -> one.options().kernels())
        .containsExactly("cuda");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "device: gpu|Invalid device: gpu (must be auto, cpu, cuda)",
        "device: cuda, kernels: reference|Invalid kernels: reference computes on the processor"
      })
  void refusesADeviceThatCannotBe(String keys, String message) {
    String settings = "settings: [{name: one, %s}]\n".formatted(keys);

    assertThatThrownBy(() -> SweepConfig.read(SMALLEST + settings))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(message);
  }

  @Test
  void readsEverythingThatIsThere() {
    SweepConfig config =
        SweepConfig.read(
            """
            out: scores
            models:
              - {path: runs/a/model, name: first, checkpoints: every 500}
              - runs/b
            benchmarks: [MMMB/, MMBench_DEV_EN.tsv]
            language: en
            languages: [en, zh, pt-BR]
            settings:
              - {name: usual}
              - {name: blind, blank: true, max_new_tokens: 64, precision: bf16}
            matching: multilingual
            circular: true
            limit: 200
            baseline: b
            """);

    assertThat(config.models()).extracting(SweepConfig.Model::name).containsExactly("first", "b");
    assertThat(config.languages()).containsExactly(Language.EN, Language.ZH, Language.of("pt-BR"));
    assertThat(config.settings().get(1).options().blank()).isTrue();
    assertThat(config.settings().get(1).options().maxNewTokens()).isEqualTo(64);
    assertThat(config.baseline()).isEqualTo("b");
    assertThat(config.limit()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          out: x                                                       | Missing out
          models: []                                                   | Invalid models: nothing
          models: [a/m, b/m]                                           | Invalid models[1].name: m
          models: [{path: a, chekpoints: all}]                         | Unknown key models[0].chekpoints
          models: [{path: a, checkpoints: every}]                      | all, last, or every N steps
          models: [{path: a, name: 'a/b'}]                             | Invalid models[0].name: a/b
          benchmark: MMMB                                              | benchmarks
          languages: [english please]                                  | tags of languages
          settings: [{name: a}, {name: a}]                             | Invalid settings[1].name: a
          settings: [{name: a, max_new_tokens: 0}]                     | settings[0].max_new_tokens
          baseline: other                                              | Invalid baseline: other
          matching: best                                               | Invalid matching: best
          limit: -1                                                    | limit
          """)
  void refusesWhatItDoesNotUnderstand(String line, String message) {
    String key = line.substring(0, line.indexOf(':'));
    String rest =
        SMALLEST
            .lines()
            .filter(one -> !one.startsWith(key + ":"))
            .reduce("", (a, b) -> a + b + "\n");
    String yaml = line.equals("out: x") ? rest : rest + line + "\n";

    assertThatThrownBy(() -> SweepConfig.read(yaml))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(message);
  }

  @Test
  void readsTheRecipe() throws IOException {
    String yaml = Files.readString(Path.of("../recipes/sweeps/checkpoints.yaml"));

    assertThat(SweepConfig.read(yaml).models()).hasSize(2);
  }

  @Test
  void namesTheKeyThatWasProbablyMeant() {
    assertThatThrownBy(() -> SweepConfig.read(SMALLEST + "languges: [en]\n"))
        .hasMessageContaining("Unknown key languges in the sweep's file")
        .hasMessageContaining("languages");
  }
}
