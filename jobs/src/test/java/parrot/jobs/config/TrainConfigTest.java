package parrot.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.UsageException;
import parrot.datasets.language.Language;
import parrot.datasets.order.Mixture;
import parrot.jobs.balance.BalanceConfig;
import parrot.model.config.Adapters;
import parrot.model.exchange.OuterSchedule;
import parrot.model.exchange.OuterStep;
import parrot.model.network.ParameterGroup;
import parrot.model.network.Part;

class TrainConfigTest {
  private static final String BASE =
      """
      stage: instruct
      out: run
      model: {folder: start}
      data: [shards]
      """;

  private static TrainConfig read(String... settings) {
    return TrainConfigReader.read(BASE, List.of(settings));
  }

  @Test
  void stagesChooseWhatLearnsAndWhetherExpertsAreUsed() {
    TrainConfig instruct = read();
    assertThat(instruct.train())
        .containsExactlyInAnyOrder(Part.PROJECTOR, Part.EXPERTS, Part.DECODER);
    assertThat(instruct.useMoe()).contains(true);
    assertThat(instruct.optimizer().learningRate().peak()).isEqualTo(2e-5);
    TrainConfig align = read("stage=align");
    assertThat(align.train()).containsExactly(Part.PROJECTOR);
    assertThat(align.useMoe()).contains(false);
    assertThat(align.optimizer().learningRate().peak()).isEqualTo(1e-3);
    TrainConfig without = read("use_moe=false");
    assertThat(without.useMoe()).contains(false);
    assertThat(without.train()).containsExactlyInAnyOrder(Part.PROJECTOR, Part.DECODER);
  }

  @Test
  void rowsAreChosenByColumns() {
    TrainConfig.Choice none = read().data().choice();
    assertThat(none.where().conditions()).isEmpty();
    assertThat(none.limits()).isEmpty();
    assertThat(read().resolved().has("where")).as("old runs go on").isFalse();

    TrainConfig config =
        read(
            "where=[quality > 0.5, near_rank = 0]",
            "limits=[{per: language, rows: 10}, {per: file, share: 0.5, take: first}]",
            "hold_out=0.1");
    TrainConfig.Choice choice = config.data().choice();
    assertThat(choice.where()).hasToString("quality > 0.5 and near_rank = 0");
    assertThat(choice.limits())
        .hasToString("[10 rows of each language, random, 0.5 of the rows of each file, first]");
    assertThat(choice.holdOut()).isEqualTo(0.1);
    String yaml = TrainConfigReader.toYaml(config.resolved());
    assertThat(TrainConfigReader.read(yaml, List.of())).isEqualTo(config);
    assertThatThrownBy(() -> read("limits=[{per: file}]"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("limits[0].rows");
  }

  @Test
  void adaptersLearnInsteadOfTheDecoder() {
    TrainConfig config = read("adapters.rank=8", "adapters.on=[v_proj, q_proj]");
    assertThat(config.train())
        .containsExactlyInAnyOrder(Part.PROJECTOR, Part.EXPERTS, Part.ADAPTERS);
    assertThat(config.adapters()).contains(new Adapters(8, 16, List.of("q_proj", "v_proj")));
    String yaml = TrainConfigReader.toYaml(config.resolved());
    assertThat(TrainConfigReader.read(yaml, List.of())).isEqualTo(config);

    assertThat(read("adapters={}").adapters()).contains(new Adapters(64, 128, Adapters.LAYERS));
    assertThat(read("adapters.rank=2", "train=[adapters]").train()).containsExactly(Part.ADAPTERS);
    assertThat(read("adapters.dropout=0.05").adapters())
        .contains(new Adapters(64, 128, Adapters.LAYERS, 0.05));
    TrainConfig without = read();
    assertThat(without.adapters()).isEmpty();
    assertThat(without.resolved().has("adapters")).isFalse();
  }

  /** As PEFT's word, and the parts that have some do not learn whole. */
  @Test
  void adaptersMayBeOnAnyLinearLayer() {
    TrainConfig all = read("adapters.on=all-linear");
    assertThat(all.train()).containsExactly(Part.ADAPTERS);
    assertThat(all.adapters().orElseThrow().on()).isEqualTo(Adapters.ALL);
    assertThat(TrainConfigReader.read(TrainConfigReader.toYaml(all.resolved()), List.of()))
        .isEqualTo(all);
    assertThat(read("adapters.on=[q_proj, projector]").train())
        .containsExactlyInAnyOrder(Part.EXPERTS, Part.ADAPTERS);
    assertThatThrownBy(() -> read("adapters.on=[vision.fc1]", "train=[vision, adapters]"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(
            "vision and adapters (must be one of both: adapters leave the vision");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "adapters.rank=0 | Invalid adapters.rank: 0 (must be at least 1)",
        "adapters.on=[q_proj, lm_head] | Invalid adapters.on: [q_proj, lm_head] (must be a list of",
        "adapters.on=[vision] | Invalid adapters.on: [vision] (must be a list of",
        "adapters.dropout=1 | Invalid adapters.dropout: 1.0 (must be at least 0 and below 1)",
        "adapters.ranks=4 | Unknown key adapters.ranks",
        "train=[adapters] | Missing adapters (train names them: set adapters.rank",
        "train=[projector, decoder, adapters] | Invalid train: decoder and adapters (must be one",
        "model.initialize=[adapters] | Invalid model.initialize: adapters (must be among vision",
        "model.adapters=there | Unknown key model.adapters"
      })
  void refusesAdaptersThatAreNotTrained(String setting, String message) {
    assertThatThrownBy(() -> read(setting))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(message);
  }

  @Test
  void adaptersMustLearn() {
    assertThatThrownBy(() -> read("adapters.rank=4", "train=[projector]"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("Invalid train: [projector] (must be with adapters in it");
  }

  @Test
  void flagsWinOverTheFileAndTheFileOverDefaults() {
    TrainConfig config = read("optimizer.rates.projector=1e-4", "out=elsewhere", "epochs=2.5");
    assertThat(config.out()).isEqualTo("elsewhere");
    assertThat(config.optimizer().learningRate().byGroup())
        .containsEntry(ParameterGroup.PROJECTOR, 1e-4);
    assertThat(config.length().epochs()).isEqualTo(OptionalDouble.of(2.5));
    assertThat(config.rounds().batchSize()).isEqualTo(8);
  }

  @Test
  void theResolvedConfigurationHoldsDefaultsAndReadsBackTheSame() {
    TrainConfig config = read("optimizer.rates.projector=1e-4", "data=[{folder: a, weight: 2}]");
    String yaml = TrainConfigReader.toYaml(config.resolved());
    assertThat(yaml).contains("average_every: 8", "beta2: 0.999", "train:\n- \"projector\"");
    TrainConfig again = TrainConfigReader.read(yaml, List.of());
    assertThat(again).isEqualTo(config);
  }

  @ParameterizedTest
  @ValueSource(strings = {"defaults", "everything"})
  void storedConfigurationsKeepTheirBytes(String name) throws IOException {
    String yaml = name.equals("defaults") ? BASE : resource("everything-given.yaml");
    assertThat(TrainConfigReader.toYaml(TrainConfigReader.read(yaml, List.of()).resolved()))
        .isEqualTo(resource(name + "-resolved.yaml"));
  }

  private static String resource(String name) throws IOException {
    try (InputStream file = TrainConfigTest.class.getResourceAsStream(name)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void activationsAreKeptUnlessTheyAreToBeRecomputed() {
    assertThat(read().compute().recompute()).isFalse();
    assertThat(read("recompute=true").compute().recompute()).isTrue();
  }

  @Test
  void expertsAreBalancedAsTheFileSays() {
    BalanceConfig usual = read().balance();
    assertThat(usual.bias().givenRate()).isEmpty();
    assertThat(usual.bias().rate()).isEqualTo(0.5);
    assertThat(usual.bias().update()).isEqualTo(BalanceConfig.Update.SOLVE);
    assertThat(usual.bias().pace()).isEqualTo(0.1);
    assertThat(read("balance.update_rate=0").balance().bias().pace()).isZero();
    assertThat(read("balance={update_rate: 0, within_round: 0.2}").balance().bias().pace())
        .isEqualTo(0.2);
    assertThat(read("balance.within_round=0").balance().bias().pace()).isZero();
    assertThat(usual.loss().weight()).isZero();
    assertThat(usual.freezeAfter()).isEqualTo(1);
    BalanceConfig given =
        read(
                "balance={update_rate: 0.001, update: step, loss_weight: 0.02}",
                "balance.alarm_violation=0.5")
            .balance();
    assertThat(given.bias().rate()).isEqualTo(0.001);
    assertThat(given.loss().maxWeight()).isEqualTo(0.2);
    assertThat(given.alarm().violation()).isEqualTo(0.5);
    TrainConfig config = read("balance.update_rate=0.001");
    String yaml = TrainConfigReader.toYaml(config.resolved());
    assertThat(TrainConfigReader.read(yaml, List.of())).isEqualTo(config);
  }

  @Test
  void outerMomentumIsCorrectedAndEndsIfTheFileSaysSo() {
    TrainConfig usual = read("outer.momentum=0.5");
    assertThat(usual.rounds().averaging().outer())
        .isEqualTo(OuterSchedule.constant(new OuterStep(1, 0.5)));
    assertThat(TrainConfigReader.toYaml(usual.resolved()))
        .doesNotContain("bias_correction", "momentum_until");
    TrainConfig given = read("outer={momentum: 0.5, bias_correction: true, momentum_until: 0.67}");
    assertThat(given.rounds().averaging().outer())
        .isEqualTo(new OuterSchedule(new OuterStep(1, 0.5), true, 0.67));
  }

  @Test
  void theRouterHasARateAndAZLossIfTheFileSaysSo() {
    TrainConfig usual = read();
    assertThat(usual.balance().zLoss()).isZero();
    assertThat(TrainConfigReader.toYaml(usual.resolved())).doesNotContain("z_loss", "router");
    TrainConfig given =
        read("balance.z_loss=1e-3", "optimizer.rates={experts: 1e-2, router: 1e-3}");
    assertThat(given.balance().zLoss()).isEqualTo(1e-3);
    assertThat(given.optimizer().spec(10).learningRates())
        .containsExactly(
            Map.entry(ParameterGroup.EXPERTS, 1e-2), Map.entry(ParameterGroup.ROUTER, 1e-3));
    String yaml = TrainConfigReader.toYaml(given.resolved());
    assertThat(TrainConfigReader.read(yaml, List.of())).isEqualTo(given);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rates", "weight_decays"})
  void settingsOfARouterThatDoesNotLearnAreRefused(String key) {
    TrainConfig.Optimizer optimizer = read("optimizer." + key + "={router: 0.5}").optimizer();
    optimizer.requireFit(true);
    read().optimizer().requireFit(false);
    assertThatThrownBy(() -> optimizer.requireFit(false))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "Invalid optimizer."
                + key
                + ".router: 0.5 (must be absent if use_moe is false or experts are not among"
                + " train: no router learns)");
  }

  @Test
  void languagesMayBeMixedByWeightOrTemperature() {
    assertThat(read().data().mixture()).isEqualTo(Mixture.OF_THE_DATA);
    assertThat(read("mixture.temperature=2").data().mixture().temperature()).isEqualTo(2);
    assertThat(read("mixture.weights={en: 2, cn: 1}").data().mixture().weights())
        .isEqualTo(Map.of(Language.of("en"), 2.0, Language.of("zh"), 1.0));
    assertThat(read("mixture.weights={en-US: 2, Swahili: 1}").data().mixture().weights())
        .isEqualTo(Map.of(Language.of("en"), 2.0, Language.of("sw"), 1.0));
    assertThatThrownBy(() -> read("mixture.weights={zh: 2, zh-TW: 1}"))
        .hasMessageContaining("zh-TW")
        .hasMessageContaining("(must be once for each language)");
    assertThatThrownBy(() -> read("mixture={weights: {en: 1}, temperature: 2}"))
        .hasMessageStartingWith("Invalid mixture.temperature");
    assertThatThrownBy(() -> read("mixture.weights={xx: 1}"))
        .hasMessageContaining("xx")
        .hasMessageContaining("(must be");
  }

  @Test
  void dataMayHaveWeights() {
    TrainConfig config = read("data=[{folder: a, weight: 3}, {folder: b, weight: 1}]");
    assertThat(config.data().sources())
        .extracting(source -> source.weight().getAsDouble())
        .containsExactly(3.0, 1.0);
    assertThatThrownBy(() -> read("data=[{folder: a, weight: 3}, b]"))
        .hasMessage(
            "Invalid data: some folders have a weight (must be weighted all or not at all)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          optimizer.learning_rat=1 | Unknown key optimizer.learning_rat; did you mean learning_rate?
          optimizer.warmup_step=1  | Unknown key optimizer.warmup_step; did you mean warmup_steps?
          max_step=1               | Unknown key max_step; did you mean max_steps?
          replcas=2                | Unknown key replcas; did you mean replicas?
          data=[{folder: a, wieght: 1}] | Unknown key data[0].wieght; did you mean weight?
          data=[{foldr: a}]        | Missing data[0].folder (set it in the file, or with --set data[0].folder=VALUE)
          replicas=0               | Invalid replicas: 0 (must be at least 1)
          updater_state=sometimes  | Invalid updater_state: sometimes (must be one of average, reset)
          updater_state={first: 0} | Invalid updater_state.first: 0 (must be at least 1)
          updater_state={frist: 3} | Unknown key updater_state.frist; did you mean first?
          overlap.steps=8          | Invalid overlap.steps: 8 (must be below average_every, 8)
          overlap.step=1           | Unknown key overlap.step; did you mean steps?
          replicas=two             | Invalid replicas: "two" (must be a whole number)
          batch_size=1.5           | Invalid batch_size: 1.5 (must be a whole number)
          epochs=0                 | Invalid epochs: 0.0 (must be a positive number)
          epochs=.nan              | Invalid epochs: ".nan" (must be a positive number)
          optimizer.beta2=1        | Invalid optimizer.beta2: 1.0 (must be at least 0 and below 1)
          optimizer.schedule=cosin | Invalid optimizer.schedule: cosin (must be one of cosine, constant; did you mean cosine?)
          stage=alignn             | Invalid stage: alignn (must be one of align, instruct; did you mean align?)
          train=[head]             | Invalid train: head (must be among vision, projector, experts, decoder, adapters)
          recompute=1              | Invalid recompute: 1 (must be true or false)
          use_moe=1                | Invalid use_moe: 1 (must be true or false)
          kernels.precision=fp16   | Invalid kernels.precision: fp16 (must be one of f32, bf16; did you mean bf16?)
          balance.updaterate=1     | Unknown key balance.updaterate; did you mean update_rate?
          balance.update_rate=-1   | Invalid balance.update_rate: -1.0 (must be 0 or a positive number)
          balance.within_round=-1  | Invalid balance.within_round: -1.0 (must be 0 or a positive number)
          outer.bias_correction=true | Invalid outer.bias_correction: true (must be absent without outer.momentum)
          outer.momentum_until=0.5 | Invalid outer.momentum_until: 0.5 (must be absent without outer.momentum)
          balance.z_loss=-1        | Invalid balance.z_loss: -1.0 (must be 0 or a positive number)
          optimizer.rates={gate: 1} | Invalid optimizer.rates: gate (must be among vision, projector, experts, router, decoder, adapters)
          balance.freeze_after=90  | Invalid balance.freeze_after: 90.0 (must be between 0 and 1)
          balance={loss_weight: 2, max_loss_weight: 1} | Invalid balance.max_loss_weight: 1.0 (must be at least loss_weight, 2.0)
          optimizer=fast           | Invalid optimizer: "fast" (must be a mapping of keys to values)
          data=[]                  | Missing data (must name at least one folder made by preprocess)
          seed                     | Invalid --set seed (must be KEY=VALUE, as seed=1 or data[0].weight=2)
          optimizer.minimum_rate=1 | Invalid optimizer.minimum_rate: 1.0 (must be at most learning_rate, 2.0E-5)
          """)
  void refusesWhatIsWrongNamingKeyValueAndRule(String setting, String message) {
    assertThatThrownBy(() -> read(setting)).isInstanceOf(UsageException.class).hasMessage(message);
  }

  @Test
  void refusesTwoLengths() {
    assertThatThrownBy(() -> read("epochs=1", "max_steps=5"))
        .hasMessage(
            "Invalid epochs: given with max_steps or max_examples (must be the only one of them)");
  }

  @Test
  void refusesAFileThatIsNoMapping() {
    assertThatThrownBy(() -> TrainConfigReader.read("just text", List.of()))
        .hasMessage("Invalid configuration: \"just text\" (must be a mapping of keys to values)");
    assertThatThrownBy(() -> TrainConfigReader.read("out: [a", List.of()))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("Cannot read the configuration, line ");
    assertThatThrownBy(() -> TrainConfigReader.read("out: a\nout: b\n", List.of()))
        .hasMessageContaining("duplicate key out");
  }

  @Test
  void asksForWhatIsMissing() {
    assertThatThrownBy(() -> TrainConfigReader.read("stage: align\ndata: [a]", List.of()))
        .hasMessage("Missing out (set it in the file, or with --set out=VALUE)");
    assertThatThrownBy(() -> TrainConfigReader.read("out: a", List.of()))
        .hasMessageStartingWith("Missing stage (must be align or instruct; or name the parts");
  }

  @Test
  void anEarlyStopNeedsHeldOutRowsAndKeepsTheBestCheckpoint() {
    String heldOut = "held_out.data=[held-out]";
    assertThat(read().length().patience()).isEmpty();
    assertThat(read().resolved().has("stop")).isFalse();
    assertThat(read(heldOut).checkpoints().keepBest()).isZero();
    TrainConfig stops = read(heldOut, "stop={patience: 10, on: held_out}");
    assertThat(stops.length().patience()).contains(10);
    assertThat(stops.checkpoints().keepBest()).isEqualTo(1);
    assertThat(read(heldOut, "stop.patience=9", "checkpoints.keep_best=0").checkpoints().keepBest())
        .isZero();

    assertThatThrownBy(() -> read(heldOut, "stop.on=held_out"))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("Missing stop.patience (how many measurements");
    assertThatThrownBy(() -> read("stop.patience=10"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "Invalid stop.patience: 10 (must be absent without held_out.data or hold_out, on which losses are"
                + " measured)");
    assertThatThrownBy(() -> read("checkpoints.keep_best=1"))
        .hasMessageStartingWith("Invalid checkpoints.keep_best: 1 (must be absent without");
    assertThatThrownBy(() -> read(heldOut, "stop.patience=10", "average_last=3"))
        .hasMessageStartingWith("Invalid average_last: 3 (must be absent beside stop");
    assertThatThrownBy(() -> read(heldOut, "stop={patience: 3, on: loss}"))
        .hasMessage("Invalid stop.on: loss (must be held_out)");
  }
}
