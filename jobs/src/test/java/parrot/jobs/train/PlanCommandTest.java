package parrot.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.jobs.Main;
import parrot.jobs.config.TrainConfig;
import parrot.jobs.config.TrainConfigReader;
import parrot.model.config.ParrotConfig;
import parrot.model.dl4j.StateSize;
import parrot.model.tensor.ElementType;

class PlanCommandTest {
  @TempDir static Path folder;
  private static SmallWorld world;

  @BeforeAll
  static void make() throws IOException {
    world = new SmallWorld(folder);
  }

  private static RunPlan plan(String... settings) throws IOException {
    TrainConfig config = world.config("run", settings);
    ParrotConfig model = StartingModel.shape(config, new Configuration());
    return RunPlan.of(
        config, model, ElementType.F32, TrainingData.lengths(config, new Configuration()));
  }

  @Test
  void countsWhatReplicasKeepAndSend() throws IOException {
    RunPlan plan = plan();
    assertThat(plan.learns()).isPositive();
    assertThat(plan.trained())
        .isEqualTo(new StateSize(4 * plan.learns(), 0, 4 * plan.learns(), 8 * plan.learns()));
    assertThat(plan.exchanged()).isEqualTo(2 * 12 * plan.learns());
    assertThat(plan.state()).isEqualTo(12 * plan.learns());
    assertThat(plan.step().activations()).isPositive();
    assertThat(plan("updater_state=reset").exchanged()).isEqualTo(2 * 4 * plan.learns());
    assertThat(plan("updater_state=reset").state()).isEqualTo(4 * plan.learns());
    assertThat(plan("outer.momentum=0.5").state()).isEqualTo(16 * plan.learns());
    assertThat(plan("exchange=int8").exchanged()).isLessThan(plan.exchanged() / 2);
    assertThat(plan("exchange=int4", "updater_state=reset").exchanged())
        .isLessThanOrEqualTo(plan("updater_state=reset").exchanged() / 7);
  }

  @Test
  void aStepGrowsWithItsSamplesAndShrinksByRecomputing() throws IOException {
    RunPlan plan = plan();
    RunPlan twice = plan("batch_size=8");
    assertThat(twice.step().operations()).isEqualTo(2 * plan.step().operations());
    assertThat(twice.step().activations()).isGreaterThan(plan.step().activations() * 3 / 2);
    RunPlan frozen = plan("train=[projector]");
    assertThat(frozen.learns()).isLessThan(plan.learns());
    assertThat(frozen.frozen()).isGreaterThan(plan.frozen());
  }

  /** Values in halves are their own copy; DL4J's vectors need one. */
  @Test
  void aStateInFewerBitsTakesFewerBytes() throws IOException {
    StateSize full = plan().trained();
    assertThat(plan("kernels.precision=bf16").trained()).isEqualTo(full);
    assertThat(plan("kernels.precision=bf16", "averaging=dl4j").trained().copies())
        .isBetween(full.values() * 2 / 5, full.values() / 2);
    StateSize small =
        plan("kernels.precision=bf16", "state.gradients=bf16", "state.moments=8bit").trained();
    assertThat(small.values()).isEqualTo(full.values());
    assertThat(small.gradients()).isBetween(full.gradients() / 2, full.gradients());
    assertThat(small.moments()).isBetween(full.moments() / 4, full.moments() * 27 / 100);
  }

  /** Shards say how long samples are; without them the model does. */
  @Test
  void takesLengthsFromTheShards() throws IOException {
    TrainConfig config = world.config("run");
    ParrotConfig model = StartingModel.shape(config, new Configuration());
    int known = plan().positions();
    assertThat(known).isLessThan(model.tokenizerModelMaxLength());
    assertThat(RunPlan.of(config, model, ElementType.F32, Optional.empty()).positions())
        .isEqualTo(model.tokenizerModelMaxLength());
  }

  @Test
  void printsWhereTheBytesGo() throws IOException {
    Path file = folder.resolve("plan.yaml");
    Files.writeString(file, TrainConfigReader.toYaml(world.config("run").resolved()));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();

    int code =
        Main.run(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            "plan",
            file.toString(),
            "--set",
            "batch_size=2");

    assertThat(err.toString()).isEmpty();
    assertThat(code).isZero();
    assertThat(out.toString().lines())
        .anyMatch(
            line -> line.matches("learns      [0-9,]+ parameters: projector, experts, decoder"))
        .anyMatch(line -> line.startsWith("step        2 samples of "))
        .anyMatch(line -> line.matches("  activations +[0-9.]+ GiB  a replica"))
        .anyMatch(line -> line.matches("  its process +[0-9.]+ GiB  with one replica, Java .*"))
        .anyMatch(line -> line.startsWith("at most     "))
        .anyMatch(line -> line.startsWith("fits        this machine has "));
    assertThat(folder.resolve("run")).doesNotExist();
  }

  private static RunPlan changed(String change) {
    try {
      return plan(change);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An embedding that is not tied is kept as it is stored. */
  @Test
  void countsAnEmbeddingInTheTypeThatItIsStoredIn() throws IOException {
    TrainConfig config =
        world.config("run", "train=[projector]", "model.config={tie_word_embeddings: false}");
    ParrotConfig model = StartingModel.shape(config, new Configuration());
    long whole = RunPlan.of(config, model, ElementType.F32, 99).frozen();
    long half = RunPlan.of(config, model, ElementType.BF16, 99).frozen();
    long values = (long) model.decoder().vocabSize() * model.decoder().hiddenSize();
    assertThat(whole - half).isEqualTo(2 * values);
  }

  @Test
  void saysWhatHelpsIfItDoesNotFit() throws IOException {
    StringWriter out = new StringWriter();
    RunPlan plan = plan();
    PlanCommand.advise(
        new PrintWriter(out, true),
        plan,
        change -> changed(change),
        new PlanTable.Memory(plan.frozen(), 1));
    assertThat(out.toString().lines())
        .first()
        .asString()
        .startsWith("too large   for this machine's ");
    assertThat(out.toString()).contains("--set batch_size=1").doesNotContain("NaN");
  }

  @Test
  void aPredictionNeedsExecutorsAndAMeasuredRun() {
    assertThat(refusal("--executors", "4")).contains("Missing --measured (the folder of a run");
    assertThat(refusal("--measured", "run")).contains("Missing --executors (how many");
    assertThat(refusal("--executors", "0", "--measured", "run"))
        .contains("Invalid --executors: 0 (must be at least 1)");
    assertThat(refusal("--executors", "4", "--measured", "run", "--bandwidth", "10GB"))
        .contains("Invalid --bandwidth: 10GB (must be in bits a second, as 10Gb or 800Mb)");
  }

  private static String refusal(String... options) {
    StringWriter said = new StringWriter();
    List<String> all = new ArrayList<>(List.of("plan", folder.resolve("any.yaml").toString()));
    all.addAll(List.of(options));
    int code = Main.run(new PrintWriter(said), new PrintWriter(said), all.toArray(String[]::new));
    assertThat(code).isEqualTo(2);
    return said.toString();
  }
}
