package parrot.model.dl4j.updater;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.solvers.accumulation.BasicGradientsAccumulator;
import org.deeplearning4j.optimize.solvers.accumulation.LocalHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import parrot.model.dl4j.FloatVector;
import parrot.model.dl4j.NetworkSpec;
import parrot.model.dl4j.OptimizerSpec;
import parrot.model.dl4j.ParrotGraph;
import parrot.model.dl4j.ParrotGraphVertex;
import parrot.model.dl4j.ReferenceTrainingTest;
import parrot.model.kernel.KernelProvider;
import parrot.model.kernel.Precision;
import parrot.model.network.Parameter;
import parrot.model.network.ParameterGroup;
import parrot.model.network.Part;

/** What DL4J's optimizer does to the parameters: nothing that the updater has not done. */
class AppliedAlreadyTest {
  private static final String CASE = "align-and-instruct";
  private static final double RATE = 1e-2;
  private static final double DECAY = 0.1;

  private final MultiDataSet data = ReferenceTrainingTest.dataSet(CASE);

  @AfterEach
  void release() {
    ParrotGraph.releaseNetworks();
  }

  private static NetworkSpec network(String kernels, Precision precision) {
    return new NetworkSpec(
        ReferenceTrainingTest.folder(CASE).toString(),
        EnumSet.of(Part.PROJECTOR, Part.EXPERTS, Part.DECODER),
        kernels,
        precision,
        1);
  }

  private static OptimizerSpec optimizer(
      Map<ParameterGroup, Double> rates, Map<ParameterGroup, Double> decays, double clipNorm) {
    return new OptimizerSpec(
        RateSchedule.constant(RATE), rates, DECAY, decays, 0.9, 0.999, 1e-8, clipNorm);
  }

  private static float[] parameters(ComputationGraph graph) {
    return graph.params().dup().data().asFloat();
  }

  /** A second subtraction would take the gradient, or the step, off once more. */
  @Test
  void twoStepsAreThoseOfTheTextbook() {
    double clipNorm = 0.5;
    ComputationGraph graph =
        ParrotGraph.create(
            network("reference", Precision.F32), optimizer(Map.of(), Map.of(), clipNorm));
    double[] expected = graph.params().dup().data().asDouble();
    double[] m = new double[expected.length];
    double[] v = new double[expected.length];
    for (int step = 1; step <= 2; step++) {
      graph.fit(data);
      ParrotGraphVertex vertex = ParrotGraph.vertex(graph);
      double norm = vertex.lastGradientNorm();
      assertThat(norm).isGreaterThan(clipNorm);
      double[] gradient = vertex.getGradientsViewArray().dup().data().asDouble();
      assertThat(Math.sqrt(Arrays.stream(gradient).map(x -> x * x).sum()))
          .isCloseTo(norm, Offset.offset(1e-6 * norm)); // as it was computed, still unclipped
      for (int i = 0; i < expected.length; i++) {
        double clipped = gradient[i] * clipNorm / (norm + 1e-6);
        m[i] = 0.9 * m[i] + 0.1 * clipped;
        v[i] = 0.999 * v[i] + 0.001 * clipped * clipped;
        double corrected = m[i] / (1 - Math.pow(0.9, step));
        double root = Math.sqrt(v[i] / (1 - Math.pow(0.999, step)));
        expected[i] -= RATE * DECAY * expected[i] + RATE * corrected / (root + 1e-8);
      }
      assertClose(parameters(graph), expected, 1e-5);
    }
    float[] state = graph.getUpdater().getStateViewArray().dup().data().asFloat();
    assertClose(Arrays.copyOf(state, m.length), m, 1e-7);
    assertClose(Arrays.copyOfRange(state, m.length, 2 * m.length), v, 1e-7);
  }

  private static void assertClose(float[] actual, double[] expected, double tolerance) {
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i])
          .as("value %d", i)
          .isCloseTo(expected[i], Offset.offset(tolerance));
    }
  }

  @Test
  void partsWithRatesAndDecaysOfTheirOwnUpdateOnlyThemselves() {
    ComputationGraph alike =
        ParrotGraph.create(network("reference", Precision.F32), optimizer(Map.of(), Map.of(), 0));
    ComputationGraph apart =
        ParrotGraph.create(
            network("reference", Precision.F32),
            optimizer(Map.of(ParameterGroup.DECODER, 0.0), Map.of(ParameterGroup.EXPERTS, 0.7), 0));
    float[] start = parameters(alike);
    assertThat(parameters(apart)).isEqualTo(start);
    alike.fit(data);
    apart.fit(data);
    float[] same = parameters(alike);
    float[] other = parameters(apart);
    for (Parameter parameter : ParrotGraph.vertex(alike).parameters()) {
      int from = (int) parameter.offset();
      int to = (int) (from + parameter.size());
      switch (parameter.part()) {
        case DECODER ->
            assertThat(Arrays.copyOfRange(other, from, to))
                .as(parameter.name())
                .isEqualTo(Arrays.copyOfRange(start, from, to));
        case EXPERTS -> {
          for (int i = from; i < to; i++) {
            // The first step is as long whatever the gradient; only the decay differs.
            assertThat(other[i] - same[i])
                .as("%s, value %d", parameter.name(), i - from)
                .isCloseTo((float) (RATE * (DECAY - 0.7) * start[i]), Offset.offset(1e-6f));
          }
        }
        default ->
            assertThat(Arrays.copyOfRange(other, from, to))
                .as(parameter.name())
                .isEqualTo(Arrays.copyOfRange(same, from, to))
                .isNotEqualTo(Arrays.copyOfRange(start, from, to));
      }
    }
  }

  @Test
  void refusesAGraphWhoseUpdatesAreSharedInAnotherWay() {
    ComputationGraph graph =
        ParrotGraph.create(network("reference", Precision.F32), optimizer(Map.of(), Map.of(), 0));
    float[] start = parameters(graph);
    graph.setGradientsAccumulator(new BasicGradientsAccumulator(1, new LocalHandler()));
    assertThatThrownBy(() -> graph.fit(data))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "Cannot train with org.deeplearning4j.optimize.solvers.accumulation"
                + ".BasicGradientsAccumulator: the parameters are updated in place (use parameter"
                + " averaging)");
    assertThat(parameters(graph)).isEqualTo(start);
  }

  /** An average, a checkpoint: both are written over the vector, which products see rounded. */
  @Test
  void roundedProductsSeeParametersThatAreWrittenOverTheGraphs() {
    assumeTrue(
        KernelProvider.named("onednn").gainsFromBf16(), "this processor computes in float32");
    ComputationGraph graph =
        ParrotGraph.create(network("onednn", Precision.BF16), optimizer(Map.of(), Map.of(), 0));
    double before = graph.score(data, false);
    graph.fit(data);
    graph.fit(data);
    INDArray learned = graph.params().dup();
    double after = graph.score(data, false);
    assertThat(after).isLessThan(before);

    ComputationGraph other =
        ParrotGraph.create(network("onednn", Precision.BF16), optimizer(Map.of(), Map.of(), 0));
    assertThat(other.score(data, false)).isEqualTo(before);
    INDArray start = other.params().dup();
    other.setParams(learned);
    assertThat(other.score(data, false)).isEqualTo(after);
    overwrite(other.params(), start);
    assertThat(other.score(data, false)).isEqualTo(before);
    other.fit(data);
    overwrite(other.params(), learned);
    assertThat(other.score(data, false)).isEqualTo(after);
    assertThat(graph.score(data, false)).isEqualTo(after);
  }

  /** Writes to memory, of which DL4J hears nothing. */
  private static void overwrite(INDArray target, INDArray source) {
    int length = Math.toIntExact(source.length());
    FloatVector.of(target).write(0, FloatVector.of(source).read(0, length));
  }
}
