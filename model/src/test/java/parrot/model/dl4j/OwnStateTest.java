package parrot.model.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Percentage;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.dataset.MultiDataSet;
import parrot.model.dl4j.updater.RateSchedule;
import parrot.model.kernel.KernelProvider;
import parrot.model.kernel.Precision;
import parrot.model.network.Parameter;
import parrot.model.network.ParameterGroup;
import parrot.model.network.Part;

/** A state in memory of its own is the state in DL4J's vectors, to the last bit. */
class OwnStateTest {
  private static final String CASE = "align-and-instruct";

  private final MultiDataSet data = ReferenceTrainingTest.dataSet(CASE);

  @AfterEach
  void release() {
    ParrotGraph.releaseNetworks();
  }

  private static NetworkSpec network(String kernels, Precision precision, StateFormat state) {
    return new NetworkSpec(
        ReferenceTrainingTest.folder(CASE).toString(),
        EnumSet.of(Part.PROJECTOR, Part.EXPERTS, Part.DECODER),
        kernels,
        precision,
        1,
        false,
        state);
  }

  /** Clips, and cuts the moments into three blocks. */
  private static OptimizerSpec optimizer() {
    return new OptimizerSpec(
        RateSchedule.constant(1e-2),
        Map.of(ParameterGroup.EXPERTS, 1e-3),
        0.1,
        Map.of(ParameterGroup.DECODER, 0.0),
        0.9,
        0.999,
        1e-8,
        0.5);
  }

  @ParameterizedTest
  @CsvSource({"reference, F32", "onednn, F32", "onednn, BF16"})
  void trainsToTheSameBits(String kernels, Precision precision) {
    requireProcessor(kernels, precision);
    ComputationGraph flat =
        ParrotGraph.create(network(kernels, precision, StateFormat.DL4J), optimizer());
    ComputationGraph own =
        ParrotGraph.create(network(kernels, precision, StateFormat.OWN), optimizer());
    ReplicaState first = ParrotGraph.vertex(flat).state();
    ReplicaState second = ParrotGraph.vertex(own).state();
    assertThat(values(second.parameters())).isEqualTo(values(first.parameters()));
    for (int step = 0; step < 3; step++) {
      flat.fit(data);
      own.fit(data);
      assertThat(own.score()).isEqualTo(flat.score());
      assertThat(ParrotGraph.vertex(own).lastGradientNorm())
          .isEqualTo(ParrotGraph.vertex(flat).lastGradientNorm());
    }
    for (Parameter parameter : ParrotGraph.vertex(flat).parameters()) {
      assertThat(second.memory(true).gradients(parameter).toArray())
          .isEqualTo(first.memory(true).gradients(parameter).toArray());
    }
    assertThat(values(second.moments())).isEqualTo(values(first.moments()));
    assertThat(values(second.parameters())).isEqualTo(values(first.parameters()));
    assertThat(own.score(data, false)).isEqualTo(flat.score(data, false));
  }

  /** Bfloat16 loses three digits of a gradient, eight bits nearly all but the first of a moment. */
  @ParameterizedTest
  @CsvSource({
    "reference, F32, false, true",
    "onednn, F32, false, true",
    "onednn, BF16, true, false",
    "onednn, BF16, true, true"
  })
  void learnsAsFastInFewerBits(
      String kernels, Precision precision, boolean roundedGradients, boolean eightBitMoments) {
    requireProcessor(kernels, precision);
    OptimizerSpec optimizer = OptimizerSpec.of(RateSchedule.constant(1e-3));
    StateFormat small = new StateFormat(true, roundedGradients, eightBitMoments);
    ComputationGraph full =
        ParrotGraph.create(network(kernels, precision, StateFormat.OWN), optimizer);
    ComputationGraph less = ParrotGraph.create(network(kernels, precision, small), optimizer);
    full.fit(data);
    less.fit(data);
    double start = full.score();
    assertThat(less.score()).isEqualTo(start);
    for (int step = 1; step < 25; step++) {
      full.fit(data);
      less.fit(data);
    }
    double learned = start - full.score();
    assertThat(learned).isGreaterThan(start / 3);
    assertThat(start - less.score()).isCloseTo(learned, Percentage.withPercentage(5));
    assertThat(values(ParrotGraph.vertex(less).state().parameters()))
        .isNotEqualTo(values(ParrotGraph.vertex(full).state().parameters()));
  }

  /** As executors and checkpoints keep it: float32, in pieces that end anywhere. */
  @ParameterizedTest
  @CsvSource({"reference, F32", "onednn, BF16"})
  void goesOnFromWhatWasReadToTheSameBits(String kernels, Precision precision) {
    requireProcessor(kernels, precision);
    NetworkSpec network = network(kernels, precision, new StateFormat(true, false, true));
    ComputationGraph source = ParrotGraph.create(network, optimizer());
    source.fit(data);
    List<float[]> results = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      ComputationGraph target = ParrotGraph.blank(network, optimizer());
      if (i == 1) {
        target.fit(data); // leaves something behind
      }
      ReplicaState from = ParrotGraph.vertex(source).state();
      ReplicaState to = ParrotGraph.vertex(target).state();
      copy(from.parameters(), to.parameters());
      to.moments().clear();
      copy(from.moments(), to.moments());
      target.getConfiguration().setIterationCount(1);
      target.fit(data);
      results.add(values(to.parameters()));
      results.add(values(to.moments()));
    }
    assertThat(results.get(2)).isEqualTo(results.get(0));
    assertThat(results.get(3)).isEqualTo(results.get(1));
  }

  static void copy(StateVector from, StateVector to) {
    int piece = 1001;
    for (long at = 0; at < from.length(); at += piece) {
      to.write(at, from.read(at, (int) Math.min(piece, from.length() - at)));
    }
  }

  private static void requireProcessor(String kernels, Precision precision) {
    assumeTrue(
        precision == Precision.F32 || KernelProvider.named(kernels).gainsFromBf16(),
        "this processor computes in float32");
  }

  @Test
  void leavesOneParameterToDl4j() {
    ComputationGraph own =
        ParrotGraph.create(network("reference", Precision.F32, StateFormat.OWN), optimizer());
    own.fit(data);
    assertThat(own.params().length()).isEqualTo(1);
    assertThat(own.getUpdater().getStateViewArray().length()).isEqualTo(2);
    assertThat(own.getIterationCount()).isEqualTo(1);
    assertThat(own.params().getFloat(0)).isZero();
  }

  @Test
  void isChosenByTheConfigurationThatTravels() {
    ComputationGraph own =
        ParrotGraph.blank(network("reference", Precision.F32, StateFormat.OWN), optimizer());
    String json = own.getConfiguration().toJson();
    ComputationGraph again = new ComputationGraph(ComputationGraphConfiguration.fromJson(json));
    again.init();
    assertThat(again.params().length()).isEqualTo(1);
    assertThat(values(ParrotGraph.vertex(own).state().parameters())).containsOnly(0);
    assertThat(ParrotGraph.vertex(again).state().parameters().length())
        .isEqualTo(ParrotGraph.vertex(own).state().parameters().length());
  }

  static float[] values(StateVector vector) {
    float[] values = new float[Math.toIntExact(vector.length())];
    vector.read(0, values.length).asFloatBuffer().get(values);
    return values;
  }
}
