package parrot.model.weights;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

class FiniteTest {
  @ParameterizedTest
  @EnumSource(ElementType.class)
  void findsASpecialValueAtAnyPlace(ElementType type) {
    for (int columns = 1; columns < 12; columns++) {
      Tensor tensor = Tensor.allocate(type, 1, columns);
      for (int place = 0; place < columns; place++) {
        for (float value : new float[] {0, -1.5f, 0x1p127f, -0x1p-126f}) {
          tensor.set(0, place, value);
          assertThat(Finite.all(tensor)).isTrue();
          assertThat(Finite.all(tensor.toArray(), columns)).isTrue();
        }
        for (float value : new float[] {Float.NaN, 1 / 0f, -1 / 0f}) {
          tensor.set(0, place, value);
          assertThat(Finite.all(tensor)).isFalse();
          assertThat(Finite.all(tensor.toArray(), columns)).isFalse();
          assertThat(Finite.all(tensor.toArray(), place)).isTrue();
        }
        tensor.set(0, place, 1);
      }
    }
  }
}
