package parrot.model.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.EnumSet;
import java.util.Map;
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
import parrot.model.network.Part;

/** A state in memory of its own is the state in DL4J's vectors, to the last bit. */
class OwnStateTest {
  private static final String CASE = "align-and-instruct";

  private final MultiDataSet data = ReferenceTrainingTest.dataSet(CASE);

  @AfterEach
  void release() {
    ParrotGraph.releaseNetworks();
  }

  private static NetworkSpec network(String kernels, Precision precision, boolean ownState) {
    return new NetworkSpec(
        ReferenceTrainingTest.folder(CASE).toString(),
        EnumSet.of(Part.PROJECTOR, Part.EXPERTS, Part.DECODER),
        kernels,
        precision,
        1,
        false,
        ownState);
  }

  /** Clips, and cuts the moments into three blocks. */
  private static OptimizerSpec optimizer() {
    return new OptimizerSpec(
        RateSchedule.constant(1e-2),
        Map.of(Part.EXPERTS, 1e-3),
        0.1,
        Map.of(Part.DECODER, 0.0),
        0.9,
        0.999,
        1e-8,
        0.5);
  }

  @ParameterizedTest
  @CsvSource({"reference, F32", "onednn, F32", "onednn, BF16"})
  void trainsToTheSameBits(String kernels, Precision precision) {
    assumeTrue(
        precision == Precision.F32 || KernelProvider.named(kernels).gainsFromBf16(),
        "this processor computes in float32");
    ComputationGraph flat = ParrotGraph.create(network(kernels, precision, false), optimizer());
    ComputationGraph own = ParrotGraph.create(network(kernels, precision, true), optimizer());
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
    assertThat(values(second.gradients())).isEqualTo(values(first.gradients()));
    assertThat(values(second.moments())).isEqualTo(values(first.moments()));
    assertThat(values(second.parameters())).isEqualTo(values(first.parameters()));
    assertThat(own.score(data, false)).isEqualTo(flat.score(data, false));
  }

  @Test
  void leavesOneParameterToDl4j() {
    ComputationGraph own =
        ParrotGraph.create(network("reference", Precision.F32, true), optimizer());
    own.fit(data);
    assertThat(own.params().length()).isEqualTo(1);
    assertThat(own.getUpdater().getStateViewArray().length()).isEqualTo(2);
    assertThat(own.getIterationCount()).isEqualTo(1);
    assertThat(own.params().getFloat(0)).isZero();
  }

  @Test
  void isChosenByTheConfigurationThatTravels() {
    ComputationGraph own =
        ParrotGraph.blank(network("reference", Precision.F32, true), optimizer());
    String json = own.getConfiguration().toJson();
    ComputationGraph again = new ComputationGraph(ComputationGraphConfiguration.fromJson(json));
    again.init();
    assertThat(again.params().length()).isEqualTo(1);
    assertThat(values(ParrotGraph.vertex(own).state().parameters())).containsOnly(0);
    assertThat(ParrotGraph.vertex(again).state().parameters().length())
        .isEqualTo(ParrotGraph.vertex(own).state().parameters().length());
  }

  private static float[] values(FloatVector vector) {
    return vector.window(0, Math.toIntExact(vector.length())).toArray();
  }
}
