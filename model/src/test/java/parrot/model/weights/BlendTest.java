package parrot.model.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import parrot.model.ModelException;

class BlendTest {
  private final Map<String, float[]> a = Map.of("w", new float[] {1, -0.0f, 3, 4, 5});
  private final Map<String, float[]> b = Map.of("w", new float[] {3, 2, 0, -4, 1e30f});

  @Test
  void mixesTensorByTensorWhateverThePiecesTheyComeIn() {
    for (int piece : new int[] {1, 2, 5}) {
      Blend half = new Blend(new Some(a, piece), new Some(b, 3), 0.25);
      assertThat(half.read("w")).containsExactly(2.5f, 1.5f, 0.75f, -2, 1.25f + 0.75f * 1e30f);
    }
  }

  @Test
  void isOneOfThemToTheLastBitAtTheEnds() {
    assertThat(new Blend(new Some(a, 2), new Some(b, 2), 1).read("w")).isEqualTo(a.get("w"));
    assertThat(new Blend(new Some(a, 2), new Some(b, 2), 0).read("w")).isEqualTo(b.get("w"));
  }

  @Test
  void refusesModelsOfDifferentShapes() {
    Map<String, float[]> other = new LinkedHashMap<>();
    other.put("w", new float[] {1, 2});
    other.put("v", new float[] {1});
    assertThatThrownBy(() -> new Blend(new Some(a, 2), new Some(other, 2), 0.5))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "Cannot blend models of different shapes: w ([5] and [2]), v (in one of them only)");
  }

  /** Vectors in memory, passed on in pieces. */
  private record Some(Map<String, float[]> values, int piece) implements Weights {
    @Override
    public Set<String> names() {
      return values.keySet();
    }

    @Override
    public int[] shape(String name) {
      return new int[] {values.get(name).length};
    }

    @Override
    public void read(String name, FloatSink sink) {
      float[] all = values.get(name);
      for (int from = 0; from < all.length; from += piece) {
        int to = Math.min(all.length, from + piece);
        sink.accept(from, Arrays.copyOfRange(all, from, to), to - from);
      }
    }

    @Override
    public void close() {}
  }
}
