package parrot.jobs.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import parrot.datasets.DataException;
import parrot.model.tensor.Tensor;

final class EncodedImagesTest {
  private final EncodedImages images = new EncodedImages();
  private final List<Integer> encoded = new ArrayList<>();

  private Tensor get(int content) {
    return images.get(
        new byte[] {(byte) content},
        () -> {
          encoded.add(content);
          return Tensor.allocate(1, 1);
        });
  }

  @Test
  void anImageIsEncodedOnceForAllItsQuestions() {
    Tensor first = get(1);

    assertThat(get(1)).isSameAs(first);
    assertThat(get(2)).isNotSameAs(first);
    assertThat(get(1)).isSameAs(first);
    assertThat(encoded).containsExactly(1, 2);
  }

  @Test
  void forgetsWhatWasAskedLongAgo() {
    for (int content = 0; content < 17; content++) {
      get(content);
    }
    get(16);
    get(1);
    assertThat(encoded).hasSize(17);
    get(0);
    assertThat(encoded).hasSize(18);
  }

  @Test
  void keepsNothingOfAnImageThatCannotBeRead() {
    assertThatThrownBy(
            () ->
                images.get(
                    new byte[] {1},
                    () -> {
                      throw new DataException("Cannot decode");
                    }))
        .isInstanceOf(DataException.class);
    get(1);
    assertThat(encoded).containsExactly(1);
  }
}
