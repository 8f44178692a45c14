package parrot.model.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
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
  void shipsValuesAsBytes() {
    INDArray flat = Nd4j.arange(10).castTo(DataType.FLOAT);
    List<byte[]> bytes = FlatVectors.toBytes(flat);
    INDArray copy = Nd4j.zeros(DataType.FLOAT, 10);
    FlatVectors.fromBytes(copy, bytes);
    assertThat(copy).isEqualTo(flat);
    assertThatThrownBy(() -> FlatVectors.fromBytes(Nd4j.zeros(DataType.FLOAT, 9), bytes))
        .hasMessage("Cannot fill a vector: sizes differ (got 10 values, expected 9)");
  }

  @Test
  void averagesByWeightInTheOrderGiven() {
    INDArray target = Nd4j.zeros(DataType.FLOAT, 37);
    INDArray ones = Nd4j.ones(DataType.FLOAT, 37);
    List<byte[]> first = FlatVectors.toBytes(ones.mul(3));
    List<byte[]> second = FlatVectors.toBytes(ones.mul(-1));
    FlatVectors.average(target, List.of(first, second), new double[] {0.75, 0.25});
    assertThat(target).isEqualTo(ones.mul(2));
    FlatVectors.average(target, List.of(second), new double[] {1});
    assertThat(target).isEqualTo(ones.mul(-1));
    assertThatThrownBy(() -> FlatVectors.average(target, List.of(), new double[0]))
        .hasMessage("Cannot average 0 vectors with 0 weights");
  }

  @Test
  void passesValuesOnInPieces() {
    int size = 150_001;
    INDArray source = Nd4j.arange(size).castTo(DataType.FLOAT);
    INDArray copy = Nd4j.zeros(DataType.FLOAT, size);
    FlatVectors.read(source, FlatVectors.into(copy));
    assertThat(copy).isEqualTo(source);
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
