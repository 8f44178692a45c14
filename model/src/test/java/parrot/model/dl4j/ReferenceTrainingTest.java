package parrot.model.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.assertj.core.data.Offset;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.dataset.MultiDataSet;
import parrot.model.dl4j.updater.RateSchedule;
import parrot.model.kernel.KernelProvider;
import parrot.model.kernel.Precision;
import parrot.model.layer.Routing;
import parrot.model.network.Batch;
import parrot.model.network.ExpertLoad;
import parrot.model.network.Parameter;
import parrot.model.network.ParameterGroup;
import parrot.model.network.Part;
import parrot.model.network.Tally;
import parrot.model.weights.ModelFolder;
import parrot.model.weights.Safetensors;

/** The DL4J graph learns as the independent implementation did. */
public class ReferenceTrainingTest {
  private static final String INSTRUCT = "align-and-instruct";
  private static final String ALIGN = "projector-only";

  @AfterEach
  void release() {
    ParrotGraph.releaseNetworks();
  }

  @ParameterizedTest
  @CsvSource({
    INSTRUCT + ", reference, F32, false, 1e-4",
    ALIGN + ", reference, F32, false, 1e-4",
    INSTRUCT + ", onednn, F32, true, 1e-4",
    ALIGN + ", onednn, F32, false, 1e-4",
    INSTRUCT + ", onednn, BF16, false, 1e-2",
    INSTRUCT + ", onednn, BF16, true, 1e-2",
    ALIGN + ", onednn, BF16, false, 1e-2"
  })
  void sixStepsOfAdamWLoseWhatTheReferenceLost(
      String name, String kernels, Precision precision, boolean recompute, double tolerance) {
    assumeTrue(
        precision == Precision.F32 || KernelProvider.named("onednn").gainsFromBf16(),
        "this processor computes in float32");
    NetworkSpec spec =
        new NetworkSpec(
            folder(name).toString(),
            trained(name),
            kernels,
            precision,
            1,
            recompute,
            StateFormat.DL4J);
    ComputationGraph graph = ParrotGraph.create(spec, optimizer(Map.of()));
    double[] expected = expected(name, "adamw_losses");
    double[] losses = new double[expected.length];
    for (int step = 0; step < losses.length; step++) {
      graph.fit(dataSet(name));
      losses[step] = graph.score();
    }
    for (int step = 0; step < losses.length; step++) {
      assertThat(losses[step])
          .as("loss before step %d", step)
          .isCloseTo(expected[step], Offset.offset(tolerance * expected[step]));
    }
    assertThat(graph.getIterationCount()).isEqualTo(losses.length);
  }

  @Test
  void gradientsOfTheGraphCarryPublishedNamesAndReferenceValues() {
    OptimizerSpec still = OptimizerSpec.of(RateSchedule.constant(0));
    ComputationGraph graph = ParrotGraph.create(spec(INSTRUCT), still);
    MultiDataSet data = dataSet(INSTRUCT);
    graph.setInputs(data.getFeatures());
    graph.setLabels(data.getLabels());
    graph.computeGradientAndScore();
    ParrotGraphVertex vertex = ParrotGraph.vertex(graph);
    assertThat(vertex.parameters()).isNotEmpty();
    double squares = 0;
    for (Parameter parameter : vertex.parameters()) {
      float[] actual = vertex.state().memory(true).gradients(parameter).toArray();
      double[] expected = expected(INSTRUCT, "grad." + parameter.name());
      double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
      for (int i = 0; i < actual.length; i++) {
        squares += expected[i] * expected[i];
        assertThat((double) actual[i])
            .as("%s[%d]", parameter.name(), i)
            .isCloseTo(expected[i], Offset.offset(1e-4 * largest + 1e-9));
      }
    }
    assertThat(ParrotGraph.vertex(graph).lastGradientNorm())
        .isCloseTo(Math.sqrt(squares), Offset.offset(1e-4 * Math.sqrt(squares)));
    assertThat(graph.score()).isCloseTo(expected(INSTRUCT, "loss")[0], Offset.offset(1e-4));
  }

  @Test
  void survivesJsonAndComputesTheSameOnTheSameVectors() {
    ComputationGraph graph =
        ParrotGraph.create(spec(INSTRUCT), optimizer(Map.of(ParameterGroup.EXPERTS, 1e-2)));
    graph.fit(dataSet(INSTRUCT));
    graph.fit(dataSet(INSTRUCT));
    String json = graph.getConfiguration().toJson();
    assertThat(json).contains("\"kernels\" : \"reference\"", "\"precision\" : \"f32\"");
    ComputationGraphConfiguration conf = ComputationGraphConfiguration.fromJson(json);
    assertThat(conf.getVertices()).isEqualTo(graph.getConfiguration().getVertices());
    assertThat(conf.getIterationCount()).isEqualTo(2);
    ComputationGraph again = new ComputationGraph(conf);
    again.init(graph.params().dup(), false);
    again.getUpdater().getStateViewArray().assign(graph.getUpdater().getStateViewArray());
    for (int step = 0; step < 2; step++) {
      graph.fit(dataSet(INSTRUCT));
      again.fit(dataSet(INSTRUCT));
      assertThat(again.score()).isEqualTo(graph.score());
    }
    assertThat(again.params().data().asFloat()).isEqualTo(graph.params().data().asFloat());
  }

  @Test
  void partsLearnAtTheirOwnRates() {
    Map<ParameterGroup, Double> rates =
        Map.of(ParameterGroup.DECODER, 0.0, ParameterGroup.EXPERTS, 0.0);
    ComputationGraph graph = ParrotGraph.create(spec(INSTRUCT), optimizer(rates));
    float[] before = graph.params().dup().data().asFloat();
    graph.fit(dataSet(INSTRUCT));
    float[] after = graph.params().data().asFloat();
    for (Parameter parameter : ParrotGraph.vertex(graph).parameters()) {
      int from = (int) parameter.offset();
      int to = (int) (from + parameter.size());
      boolean same = Arrays.equals(before, from, to, after, from, to);
      assertThat(same).as(parameter.name()).isEqualTo(parameter.part() != Part.PROJECTOR);
    }
  }

  @Test
  void theRouterMayStayWhileTheExpertsLearn() {
    ComputationGraph graph =
        ParrotGraph.create(spec(INSTRUCT), optimizer(Map.of(ParameterGroup.ROUTER, 0.0)));
    float[] before = graph.params().dup().data().asFloat();
    graph.fit(dataSet(INSTRUCT));
    float[] after = graph.params().data().asFloat();
    assertThat(ParrotGraph.vertex(graph).parameters())
        .filteredOn(
            parameter -> {
              int from = (int) parameter.offset();
              int to = (int) (from + parameter.size());
              return Arrays.equals(before, from, to, after, from, to);
            })
        .extracting(Parameter::name)
        .containsExactly("model.moe_model.gate.weight");
  }

  @Test
  void frozenPartsAreNoParametersOfTheGraph() {
    ComputationGraph graph = ParrotGraph.create(spec(ALIGN), optimizer(Map.of()));
    assertThat(ParrotGraph.vertex(graph).parameters())
        .isNotEmpty()
        .allMatch(parameter -> parameter.name().startsWith("model.mm_projector."));
  }

  @Test
  void startsWithTheWeightsOfTheModelFolder() {
    ComputationGraph graph = ParrotGraph.create(spec(ALIGN), optimizer(Map.of()));
    try (ModelFolder model = ModelFolder.open(folder(ALIGN), new Configuration())) {
      ParrotGraphVertex vertex = ParrotGraph.vertex(graph);
      for (Parameter parameter : vertex.parameters()) {
        assertThat(vertex.state().memory(false).values(parameter).whole().toArray())
            .isEqualTo(model.weights().read(parameter.name()));
      }
    }
  }

  @Test
  void talliesWhatAStepSaw() {
    ComputationGraph graph = ParrotGraph.create(spec(INSTRUCT), optimizer(Map.of()));
    ParrotGraphVertex vertex = ParrotGraph.vertex(graph);
    Batch batch = batch(INSTRUCT);
    int[] languages = new int[batch.samples()];
    languages[1] = 4;
    graph.fit(BatchBridge.dataSet(batch, languages));
    Tally tally = vertex.takeTally();
    assertThat(tally.steps()).isEqualTo(1);
    assertThat(tally.samples()).isEqualTo(batch.samples());
    assertThat(tally.tokens()).isEqualTo(batch.tokenIds().length);
    assertThat(tally.meanLoss()).isCloseTo(graph.score(), Offset.offset(1e-6));
    assertThat(tally.languages().get(4).samples()).isEqualTo(1);
    assertThat(Arrays.stream(tally.languages().get(0).meanRouting()).sum())
        .isCloseTo(1, Offset.offset(1e-6));
    assertThat(vertex.takeTally().samples()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void talliesTheLoadOfTrainingStepsAndOfNothingElse(boolean recompute) {
    NetworkSpec spec =
        new NetworkSpec(
            folder(INSTRUCT).toString(),
            trained(INSTRUCT),
            "reference",
            Precision.F32,
            1,
            recompute,
            StateFormat.DL4J);
    ComputationGraph graph = ParrotGraph.create(spec, optimizer(Map.of()));
    ParrotGraphVertex vertex = ParrotGraph.vertex(graph);
    MultiDataSet data = dataSet(INSTRUCT);
    graph.output(data.getFeatures());
    Tally measured = vertex.takeTally();
    assertThat(measured.languages().get(0).meanRouting()).hasSize(6);
    assertThat(measured.load().images()).isZero();
    graph.fit(data);
    ExpertLoad load = vertex.takeTally().load();
    int images = shownImages(batch(INSTRUCT));
    assertThat(load.images()).isEqualTo(images);
    assertThat(load.selections()).hasSize(6).containsOnly(images);
    assertThat(Arrays.stream(load.probabilities()).sum()).isCloseTo(images, Offset.offset(1e-5));
    assertThat(load.weights()).isEqualTo(load.probabilities());
    assertThat(load.entropy() / images).isBetween(0.1, Math.log(6));
  }

  /** Images but for those that stand beside samples of text. */
  private static int shownImages(Batch batch) {
    boolean[] shows = batch.showsImage();
    int shown = (int) Arrays.stream(batch.imageSamples()).filter(i -> shows[i]).count();
    assertThat(shown).isPositive().isLessThan(batch.images());
    return shown;
  }

  @Test
  void theRouterIsSteeredThroughTheVertex() {
    ComputationGraph graph = ParrotGraph.create(spec(INSTRUCT), optimizer(Map.of()));
    ParrotGraphVertex vertex = ParrotGraph.vertex(graph);
    MultiDataSet data = dataSet(INSTRUCT);
    float[] plain = gradients(graph, data);
    vertex.setRouting(new Routing(List.of(), 1, List.of(0.5, 0.1, 0.1, 0.1, 0.1, 0.1), 0, 0));
    assertThat(gradients(graph, data)).isNotEqualTo(plain);
    vertex.setRouting(null);
    assertThat(gradients(graph, data)).isEqualTo(plain);
    vertex.setRouting(new Routing(List.of(1.0), 0, List.of(), 0, 0));
    assertThatThrownBy(() -> gradients(graph, data))
        .hasMessage("Cannot route: got 1 selection biases, expected 6, one for each expert");
  }

  private static float[] gradients(ComputationGraph graph, MultiDataSet data) {
    graph.setInputs(data.getFeatures());
    graph.setLabels(data.getLabels());
    graph.computeGradientAndScore();
    return ParrotGraph.vertex(graph).getGradientsViewArray().dup().data().asFloat();
  }

  private static NetworkSpec spec(String name) {
    return new NetworkSpec(folder(name).toString(), trained(name), "reference", Precision.F32, 1);
  }

  private static Set<Part> trained(String name) {
    return name.equals(INSTRUCT)
        ? EnumSet.of(Part.PROJECTOR, Part.EXPERTS, Part.DECODER)
        : EnumSet.of(Part.PROJECTOR);
  }

  private static OptimizerSpec optimizer(Map<ParameterGroup, Double> rates) {
    return new OptimizerSpec(
        RateSchedule.constant(1e-3), rates, 0.01, Map.of(), 0.9, 0.999, 1e-8, 1.0);
  }

  public static MultiDataSet dataSet(String name) {
    Batch batch = batch(name);
    return BatchBridge.dataSet(batch, new int[batch.samples()]);
  }

  public static Path folder(String name) {
    return new Path("src/test/resources/reference/network/" + name);
  }

  private static double[] expected(String name, String tensor) {
    try (Safetensors file =
        Safetensors.open(new Path(folder(name), "expected.safetensors"), new Configuration())) {
      float[] values = file.read(tensor);
      double[] wide = new double[values.length];
      Arrays.setAll(wide, i -> values[i]);
      return wide;
    }
  }

  private static Batch batch(String name) {
    try (Safetensors inputs =
        Safetensors.open(new Path(folder(name), "inputs.safetensors"), new Configuration())) {
      long[] ids = inputs.readLongs("input_ids");
      long[] labels = inputs.readLongs("labels");
      long[] lengths = inputs.readLongs("lengths");
      int width = ids.length / lengths.length;
      List<Integer> tokens = new ArrayList<>();
      List<Integer> targets = new ArrayList<>();
      for (int sample = 0; sample < lengths.length; sample++) {
        for (int i = 0; i < lengths[sample]; i++) {
          tokens.add((int) ids[sample * width + i]);
          targets.add((int) labels[sample * width + i]);
        }
      }
      int[] images = new int[lengths.length];
      Arrays.setAll(images, i -> i);
      return new Batch(
          tokens.stream().mapToInt(i -> i).toArray(),
          targets.stream().mapToInt(i -> i).toArray(),
          Arrays.stream(lengths).mapToInt(i -> (int) i).toArray(),
          inputs.read("pixel_values"),
          images);
    }
  }
}
