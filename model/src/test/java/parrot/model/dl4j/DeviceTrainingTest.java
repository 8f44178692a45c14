package parrot.model.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.dataset.MultiDataSet;
import parrot.model.dl4j.updater.RateSchedule;
import parrot.model.kernel.Precision;
import parrot.model.kernel.cuda.EmulatedDevice;
import parrot.model.kernel.cuda.EmulatedProvider;
import parrot.model.kernel.cuda.Emulator;
import parrot.model.network.Parameter;
import parrot.model.network.ParameterGroup;
import parrot.model.network.Part;

/** A replica that trains on a card: emulated, through DL4J's graph. */
class DeviceTrainingTest {
  private static final String CASE = "align-and-instruct";

  private final EmulatedProvider provider = new EmulatedProvider();
  private final MultiDataSet data = ReferenceTrainingTest.dataSet(CASE);

  @BeforeAll
  static void needsTheEmulator() {
    Emulator.assumeWorks();
  }

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

  private NetworkSpec emulated(Precision precision, StateFormat state) {
    NetworkSpec spec = network(EmulatedProvider.NAME, precision, state);
    NetworkPool.use(spec, provider);
    return spec;
  }

  /** Clips, and cuts the moments into three blocks. */
  private static OptimizerSpec optimizer() {
    return new OptimizerSpec(
        RateSchedule.constant(1e-3),
        Map.of(ParameterGroup.EXPERTS, 1e-4),
        0.1,
        Map.of(ParameterGroup.DECODER, 0.0),
        0.9,
        0.999,
        1e-8,
        0.5);
  }

  @Test
  void losesWhatTheReferenceLosesAndEndsWithItsParameters() {
    ComputationGraph there =
        ParrotGraph.create(emulated(Precision.F32, StateFormat.OWN), optimizer());
    ComputationGraph here =
        ParrotGraph.create(network("reference", Precision.F32, StateFormat.OWN), optimizer());
    for (int step = 0; step < 3; step++) {
      there.fit(data);
      here.fit(data);
      assertThat(there.score()).isCloseTo(here.score(), Percentage.withPercentage(0.01));
      assertThat(ParrotGraph.vertex(there).lastGradientNorm())
          .isCloseTo(ParrotGraph.vertex(here).lastGradientNorm(), Percentage.withPercentage(0.01));
    }
    float[] expected = OwnStateTest.values(ParrotGraph.vertex(here).state().parameters());
    float[] actual = OwnStateTest.values(ParrotGraph.vertex(there).state().parameters());
    double far = 0;
    for (int i = 0; i < expected.length; i++) {
      far = Math.max(far, Math.abs(expected[i] - actual[i]));
    }
    // Adam's step is as long for a gradient next to zero, whose sign may differ.
    assertThat(far).isLessThan(3 * 1e-3);
    for (Parameter parameter : ParrotGraph.vertex(there).parameters()) {
      assertThat(ParrotGraph.vertex(there).state().memory(true).values(parameter).memory().isHost())
          .as(parameter.name())
          .isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({"F32, false, false", "BF16, false, false", "BF16, true, true"})
  void goesOnElsewhereFromWhatWasReadToTheSameBits(
      Precision precision, boolean roundedGradients, boolean eightBitMoments) {
    NetworkSpec network =
        emulated(precision, new StateFormat(true, roundedGradients, eightBitMoments));
    ComputationGraph source = ParrotGraph.create(network, optimizer());
    source.fit(data);
    double start = source.score();
    ReplicaState from = ParrotGraph.vertex(source).state();
    List<float[]> results = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      ComputationGraph target = ParrotGraph.blank(network, optimizer());
      if (i == 1) {
        target.fit(data); // leaves something behind
      }
      ReplicaState to = ParrotGraph.vertex(target).state();
      OwnStateTest.copy(from.parameters(), to.parameters());
      to.moments().clear();
      OwnStateTest.copy(from.moments(), to.moments());
      target.getConfiguration().setIterationCount(1);
      target.fit(data);
      assertThat(target.score()).isLessThan(start);
      assertThat(to.parameters().isFinite()).isTrue();
      results.add(OwnStateTest.values(to.parameters()));
      results.add(OwnStateTest.values(to.moments()));
    }
    if (!eightBitMoments) { // these are rounded once more where they are written in pieces
      source.fit(data);
      results.add(OwnStateTest.values(from.parameters()));
      results.add(OwnStateTest.values(from.moments()));
    }
    for (int i = 2; i < results.size(); i++) {
      assertThat(results.get(i)).isEqualTo(results.get(i % 2));
    }
  }

  @Test
  void aStepAllocatesNothingAndWaitsOnce() {
    ComputationGraph graph =
        ParrotGraph.create(emulated(Precision.BF16, StateFormat.OWN), optimizer());
    graph.fit(data);
    graph.fit(data);
    EmulatedDevice device = provider.newest();
    device.takeAsked();
    graph.fit(data);
    EmulatedDevice.Asked third = device.takeAsked();
    assertThat(third.allocations()).isZero();
    assertThat(third.waits()).isEqualTo(1);
    assertThat(third.launches()).containsKeys("adamW", "crossEntropy", "addDoubles");
    graph.fit(data);
    assertThat(device.takeAsked()).isEqualTo(third);
  }

  @Test
  void refusesDl4jsVectors() {
    NetworkSpec network = emulated(Precision.F32, StateFormat.DL4J);
    assertThatThrownBy(() -> ParrotGraph.blank(network, optimizer()))
        .hasMessage("Cannot train on a device in DL4J's vectors");
  }

  @Test
  void measuresWithoutLearning() {
    ComputationGraph graph =
        ParrotGraph.create(emulated(Precision.F32, StateFormat.OWN), optimizer());
    ComputationGraph here =
        ParrotGraph.create(network("reference", Precision.F32, StateFormat.OWN), optimizer());
    assertThat(graph.score(data, false)).isCloseTo(here.score(data, false), Offset.offset(1e-4));
  }
}
