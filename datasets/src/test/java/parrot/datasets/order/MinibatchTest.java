package parrot.datasets.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import parrot.datasets.DataException;
import parrot.datasets.shard.RowRef;

class MinibatchTest {
  private static final Minibatch MINIBATCH =
      new Minibatch(
          List.of(
              new BatchPath("hdfs://h/a", List.of(new RowRef(0, 2, 13), new RowRef(1, 0, 7))),
              new BatchPath("hdfs://h/b", List.of(new RowRef(0, 0, 0)))));

  @Test
  void countsTheRowsOfAllItsDataSets() {
    assertThat(MINIBATCH.size()).isEqualTo(3);
  }

  @Test
  void isALineOfTextAndBack() {
    assertThat(MINIBATCH).hasToString("hdfs://h/a#rows=0.2.13,1.0.7\thdfs://h/b#rows=0.0.0");
    assertThat(Minibatch.parse(MINIBATCH.toString())).isEqualTo(MINIBATCH);
  }

  @Test
  void refusesOtherText() {
    assertThatThrownBy(() -> Minibatch.parse("hdfs://h/a"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Invalid batch: hdfs://h/a");
  }
}
