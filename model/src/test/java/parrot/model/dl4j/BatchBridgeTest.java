package parrot.model.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.dataset.MultiDataSet;
import parrot.model.network.Batch;

class BatchBridgeTest {
  @Test
  void carriesRaggedSamplesAndTheirImagesUnchanged() {
    Batch batch =
        new Batch(
            new int[] {-200, 7, 8, 9, 1, -200, 2},
            new int[] {-100, -100, 8, 9, 1, -100, 2},
            new int[] {4, 1, 2},
            new float[] {1, 2, 3, 4, 5, 6},
            new int[] {0, 2});
    MultiDataSet data = BatchBridge.dataSet(batch, new int[] {5, 0, 3});
    Batch back = BatchBridge.batch(data.getFeatures());
    assertSame(back, batch);
    assertThat(BatchBridge.languages(data.getFeatures())).containsExactly(5, 0, 3);
    assertThat(data.getLabels(0).shape()).containsExactly(3, 1);
  }

  @Test
  void carriesTextAlone() {
    Batch batch = Batch.ofText(new int[] {1, 2, 3}, new int[] {-100, 2, 3}, new int[] {1, 2});
    Batch back = BatchBridge.batch(BatchBridge.dataSet(batch, new int[2]).getFeatures());
    assertSame(back, batch);
  }

  @Test
  void refusesABatchWithoutSamples() {
    Batch empty = Batch.ofText(new int[0], new int[0], new int[0]);
    assertThatThrownBy(() -> BatchBridge.dataSet(empty, new int[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Cannot carry a batch: 0 samples");
  }

  private static void assertSame(Batch actual, Batch expected) {
    assertThat(actual).usingRecursiveComparison().ignoringFields("pixels").isEqualTo(expected);
    assertThat(actual.pixels().rows()).isEqualTo(expected.pixels().rows());
    assertThat(actual.pixels().toArray()).isEqualTo(expected.pixels().toArray());
  }
}
