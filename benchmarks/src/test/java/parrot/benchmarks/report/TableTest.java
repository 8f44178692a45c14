package parrot.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static parrot.benchmarks.report.Table.column;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void hasARowForEachItem() {
    Table table =
        Table.of(
            List.of("one", "three"),
            column("word", word -> word),
            column("length", String::length));
    assertThat(table.markdown())
        .isEqualTo("| word | length |\n|---|---:|\n| one | 3 |\n| three | 5 |\n");
  }
}
