package parrot.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import parrot.datasets.UsageException;

/** What a configuration's YAML may be, and how what it may not be is told. */
class ConfigTextTest {
  private static final String BASE =
      """
      stage: align
      out: o
      model: {folder: m}
      """;

  private static TrainConfig read(String yaml, String... settings) {
    return TrainConfigReader.read(BASE + yaml, List.of(settings));
  }

  private static List<String> folders(TrainConfig config) {
    return config.data().sources().stream().map(TrainConfig.DataSource::folder).toList();
  }

  @Test
  void followsAliases() {
    TrainConfig config =
        read("data: &c [shards/x, shards/y]\nheld_out: {data: *c, every: &n 7}\nbatch_size: *n\n");

    assertThat(config.data().heldOut().folders()).containsExactly("shards/x", "shards/y");
    assertThat(config.rounds().batchSize()).isEqualTo(7);
  }

  @Test
  void followsMergesOfWhichTheNearestWins() {
    TrainConfig config =
        read(
            """
            data: [d]
            optimizer: &usual {learning_rate: 0.5, beta1: 0.8, beta2: 0.7}
            outer: {learning_rate: 0.9}
            """);
    assertThat(config.optimizer().adam().beta1()).isEqualTo(0.8);

    TrainConfig merged =
        TrainConfigReader.read(
            """
            stage: align
            out: o
            model: &m {folder: m}
            data:
            - &first {folder: a, weight: 2}
            - {<<: *first, folder: b}
            - {<<: [{weight: 5}, *first], folder: c}
            """,
            List.of());
    assertThat(folders(merged)).containsExactly("a", "b", "c");
    assertThat(merged.data().sources().stream().map(source -> source.weight().getAsDouble()))
        .containsExactly(2.0, 2.0, 5.0);
  }

  @Test
  void keysThatBeginWithXHoldWhatIsReferredTo() {
    TrainConfig config =
        read(
            """
            x-usual: &usual {beta1: 0.8, clip_norm: 2}
            x-fast: &fast {beta1: 0.7}
            data: [d]
            optimizer: {<<: [*fast, *usual], learning_rate: 0.5}
            """);

    assertThat(config.optimizer().adam().beta1()).isEqualTo(0.7);
    assertThatThrownBy(() -> read("usual: &usual {beta1: 0.8}\ndata: [d]\n"))
        .hasMessageContaining("Unknown key usual");
    assertThatThrownBy(() -> read("data: [d]\noptimizer: {x-usual: 1}\n"))
        .hasMessageContaining("Unknown key optimizer.x-usual");
  }

  @Test
  void refusesWhatIsNotTextInUtf8() {
    for (String other : List.of("data: [caf\uFFFD]\n", "d\0a\0t\0a\0:\0 \0d\0\n\0")) {
      assertThatThrownBy(() -> read(other))
          .hasMessage(
              "Cannot read the configuration, line 4: it is not text in UTF-8 (save the file as"
                  + " UTF-8)");
    }
  }

  @Test
  void readsScalarsAsBefore() {
    TrainConfig config =
        read("data: [nobody, 2024-05-01, \"8\", hdfs://h:1/x, 1:30]\nseed: 010\n", "epochs=2");

    assertThat(folders(config))
        .containsExactly("nobody", "2024-05-01", "8", "hdfs://h:1/x", "1:30");
  }

  @Test
  void callsATabATabWithItsLine() {
    assertThatThrownBy(() -> read("data: [d]\noptimizer:\n\tbeta1: 0.8\n"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "Cannot read the configuration, line 6: it is indented with a tab (YAML takes spaces"
                + " alone)");
    assertThatThrownBy(() -> read("data: [d]\noptimizer:\n  beta1: 0.8\n \tbeta2: 0.8\n"))
        .hasMessageContaining("line 7: it is indented with a tab");
  }

  @Test
  void namesTheLineOfWhatCannotBeRead() {
    assertThatThrownBy(() -> read("data: *c\n"))
        .hasMessage("Cannot read the configuration, line 4: found undefined alias c");
    assertThatThrownBy(() -> read("data: [d]\ndata: [e]\n"))
        .hasMessage("Cannot read the configuration, line 5: duplicate key data");
    assertThatThrownBy(() -> read("data: &a [*a]\n"))
        .hasMessageContaining("an alias stands inside what it names");
    assertThatThrownBy(() -> read("<<: 5\ndata: [d]\n"))
        .hasMessageContaining("line 4: << takes a mapping");
    assertThatThrownBy(() -> read("data: [d]\n---\nseed: 1\n"))
        .hasMessageContaining("line 5: a second document begins");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "learning_rate: 1 | optimizer.learning_rate or outer.learning_rate",
        "beta2: 0.9 | optimizer.beta2",
        "bata2: 0.9 | optimizer.beta2",
        "warmup_steps: 3 | optimizer.warmup_steps",
        "folder: m | model.folder",
        "optimizer: {batch_size: 4} | batch_size",
        "bach_size: 4 | batch_size",
      })
  void tellsAKeyItsPlace(String yaml, String place) {
    assertThatThrownBy(() -> read("data: [d]\n" + yaml + "\n"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("Unknown key ")
        .hasMessageContaining("did you mean ")
        .hasMessageContaining(place);
  }

  @Test
  void tellsHowToNestAKeyWithDots() {
    assertThatThrownBy(() -> read("data: [d]\noptimizer.beta2: 0.9\n"))
        .hasMessage("Unknown key optimizer.beta2; nest it, as optimizer: {beta2: ...}");
  }

  @Test
  void setsElementsOfLists() {
    String[] yamls = {"data: a", "data: [a]", "data: [{folder: a}]"};
    for (String yaml : yamls) {
      assertThat(folders(read(yaml, "data[0].folder=b"))).containsExactly("b");
      assertThat(folders(read(yaml, "data[0]=b", "data[1]=c"))).containsExactly("b", "c");
      TrainConfig weighted = read(yaml, "data[0].weight=3");
      assertThat(folders(weighted)).containsExactly("a");
      assertThat(weighted.data().sources().get(0).weight()).hasValue(3);
    }
    assertThat(read("data: [d]", "held_out.data[0]=h").data().heldOut().folders())
        .containsExactly("h");
  }

  @Test
  void refusesSettingsThatNameNothing() {
    for (String wrong : Arrays.asList("data[2]=x", "data[x]=y", "data[0=x", "seed", "=1")) {
      assertThatThrownBy(() -> read("data: [a]", wrong))
          .isInstanceOf(UsageException.class)
          .hasMessageStartingWith("Invalid --set " + wrong);
    }
  }
}
