package parrot.model.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import parrot.model.network.Parameter;
import parrot.model.network.Part;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

class FloatVectorTest {
  @Test
  void viewsTheMemoryOfAPartWithoutACopy() {
    INDArray flat = Nd4j.arange(10).castTo(DataType.FLOAT);
    INDArray part = flat.get(NDArrayIndex.interval(3, 7));
    Tensor window = FloatVector.of(part).part(1, 2).window(0, 2);
    assertThat(window.toArray()).containsExactly(4, 5);
    window.set(0, 1, -1);
    assertThat(flat.getFloat(5)).isEqualTo(-1);
  }

  @Test
  void tellsNumbersFromOthers() {
    INDArray flat = Nd4j.ones(DataType.FLOAT, 5);
    assertThat(FloatVector.of(flat).isFinite()).isTrue();
    flat.putScalar(4, Float.POSITIVE_INFINITY);
    assertThat(FloatVector.of(flat).isFinite()).isFalse();
    flat.putScalar(4, Float.NaN);
    assertThat(FloatVector.of(flat).isFinite()).isFalse();
  }

  @Test
  void refusesMemoryThatIsNotDenseFloats() {
    assertThatThrownBy(() -> FloatVector.of(Nd4j.zeros(DataType.DOUBLE, 3)))
        .hasMessage("Cannot view an array of DOUBLE as memory (expected FLOAT)");
    INDArray gaps = Nd4j.zeros(DataType.FLOAT, 4, 4).get(NDArrayIndex.all(), NDArrayIndex.point(1));
    assertThatThrownBy(() -> FloatVector.of(gaps))
        .hasMessage("Cannot view an array with gaps as memory");
  }

  @Test
  void ownMemoryIsZeroAndCanBeClearedAgain() {
    FloatVector own = FloatVector.allocate(Memory.HOST, 1000);
    assertThat(own.window(0, 1000).toArray()).containsOnly(0).hasSize(1000);
    own.window(900, 100).set(0, 99, 3);
    assertThat(own.part(990, 10).window(0, 10).toArray()).endsWith(3);
    own.clear();
    assertThat(own.window(0, 1000).toArray()).containsOnly(0);
  }

  /** Of addresses alone: nothing lies there. */
  @Test
  void reachesBeyondTheRangeOfAnInt() {
    long length = 3_000_000_000L;
    FloatVector vector = new FloatVector(Memory.HOST, 64, length, null);
    FloatVector part = vector.part(2_500_000_000L, 400_000_000);
    assertThat(part.address()).isEqualTo(64 + 4 * 2_500_000_000L);
    assertThat(part.window(399_999_999, 1).address()).isEqualTo(64 + 4 * 2_899_999_999L);
    assertThat(vector.windowStarts().map(start -> vector.windowFrom(start).size()).sum())
        .isEqualTo(length);
    Parameter last = new Parameter("last", Part.DECODER, 10, 100, length - 1000, false);
    assertThat(vector.tensor(last).address()).isEqualTo(64 + 4 * (length - 1000));
  }

  @Test
  void refusesAStretchThatEndsBeyondIt() {
    FloatVector own = FloatVector.allocate(Memory.HOST, 10);
    assertThatThrownBy(() -> own.read(8, 3)).hasMessage("Cannot view values 8 to 11 of 10");
    assertThatThrownBy(() -> own.part(-1, 3)).hasMessage("Cannot view values -1 to 2 of 10");
  }
}
