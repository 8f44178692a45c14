package parrot.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import parrot.model.tensor.ElementType;

class GemmTest {
  @Test
  void namesTheStatusAndTheSizesOfAFailedProduct() {
    assertThatThrownBy(
            () -> new F32Gemm().sizes(2, 3, -1).left(0, 1).right(0, 3).into(ElementType.F32, 0, 3))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "Cannot multiply 2 x -1 by -1 x 3: oneDNN reports status 2 (invalid arguments)");
  }
}
