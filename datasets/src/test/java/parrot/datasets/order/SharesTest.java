package parrot.datasets.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SharesTest {
  private final Shares<String> shares = new Shares<>();

  @Test
  void takesTurnsInTheProportionOfTheShares() {
    shares.add("a", 3);
    shares.add("b", 1);

    assertThat(turns(8)).isEqualTo("aabaaaba");
  }

  @Test
  void everyStretchHasTheSharesOfTheWhole() {
    shares.add("a", 0.5);
    shares.add("b", 0.3);
    shares.add("c", 0.2);

    for (int stretch = 0; stretch < 20; stretch++) {
      String turns = turns(10);
      assertThat(turns.chars().filter(c -> c == 'a').count()).isBetween(4L, 6L);
      assertThat(turns.chars().filter(c -> c == 'b').count()).isBetween(2L, 4L);
      assertThat(turns.chars().filter(c -> c == 'c').count()).isBetween(1L, 3L);
    }
  }

  @Test
  void theFirstOfEqualsIsNext() {
    shares.add("a", 1);
    shares.add("b", 1);

    assertThat(turns(4)).isEqualTo("abab");
  }

  @Test
  void sharesNeedNotAddUpToOne() {
    assertThat(shares.isEmpty()).isTrue();
    shares.add("a", 40);
    shares.add("b", 2);

    assertThat(shares.isEmpty()).isFalse();
    assertThat(shares.total()).isEqualTo(42);
  }

  private String turns(int count) {
    return IntStream.range(0, count).mapToObj(i -> shares.next()).collect(Collectors.joining());
  }
}
