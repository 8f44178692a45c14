package parrot.model.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import parrot.model.tensor.Tensor;

class FlatVectorsTest {
  @Test
  void viewsTheMemoryOfAPartWithoutACopy() {
    INDArray flat = Nd4j.arange(10).castTo(DataType.FLOAT);
    INDArray part = FlatVectors.interval(flat, 3, 7);
    INDArray partOfPart = FlatVectors.interval(part, 1, 3);
    Tensor window = FlatVectors.window(partOfPart, 0, 2);
    assertThat(window.toArray()).containsExactly(4, 5);
    window.set(0, 1, -1);
    assertThat(flat.getFloat(5)).isEqualTo(-1);
  }

  @Test
  void tellsNumbersFromOthers() {
    INDArray flat = Nd4j.ones(DataType.FLOAT, 5);
    assertThat(FlatVectors.isFinite(flat)).isTrue();
    flat.putScalar(4, Float.POSITIVE_INFINITY);
    assertThat(FlatVectors.isFinite(flat)).isFalse();
    flat.putScalar(4, Float.NaN);
    assertThat(FlatVectors.isFinite(flat)).isFalse();
  }

  @Test
  void refusesMemoryThatIsNotDenseFloats() {
    assertThatThrownBy(() -> FlatVectors.address(Nd4j.zeros(DataType.DOUBLE, 3)))
        .hasMessage("Cannot view an array of DOUBLE as memory (expected FLOAT)");
    INDArray gaps = Nd4j.zeros(DataType.FLOAT, 4, 4).get(NDArrayIndex.all(), NDArrayIndex.point(1));
    assertThatThrownBy(() -> FlatVectors.address(gaps))
        .hasMessage("Cannot view an array with gaps as memory");
  }
}
