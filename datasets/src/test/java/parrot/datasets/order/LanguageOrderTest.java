package parrot.datasets.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.language.Language;
import parrot.datasets.shard.RowRef;
import parrot.datasets.shard.ShardedDataset;

class LanguageOrderTest {
  private static final long SEED = 5;
  private static final int RUSSIAN_ROWS = 16;

  @TempDir private Path folder;
  private ShardedDataset dataset;

  @BeforeEach
  void write() throws IOException {
    dataset = SpokenRows.byTurns(folder.resolve("set"), 48, Language.EN, Language.RU, Language.ZH);
  }

  @Test
  void thereIsOneForEachLanguageOfTheData() throws IOException {
    Map<Language, LanguageOrder> orders = LanguageOrder.of(dataset, SEED);

    assertThat(orders)
        .containsOnlyKeys(Language.EN, Language.ZH, Language.RU)
        .allSatisfy((language, order) -> assertThat(order.rows()).isEqualTo(16));
  }

  @Test
  void walksTheRowsOfItsLanguageInTheOrderOfTheDataSet() throws IOException {
    LanguageOrder russian = russian();
    DatasetShuffle all = new DatasetShuffle(dataset.manifest(), SEED);
    for (int epoch = 0; epoch < 3; epoch++) {
      List<RowRef> expected = new ArrayList<>();
      for (RowRef row : all.range(epoch, 0, (int) all.rows())) {
        if (dataset.read(List.of(row)).get(0).language().equals(Language.RU)) {
          expected.add(row);
        }
      }
      assertThat(take(russian, RUSSIAN_ROWS)).isEqualTo(expected);
    }
  }

  @Test
  void skippingEqualsTaking() throws IOException {
    LanguageOrder taken = russian();
    LanguageOrder skipped = russian();
    take(taken, 20);
    for (int i = 0; i < 20; i++) {
      skipped.skip();
    }

    assertThat(take(skipped, 20)).isEqualTo(take(taken, 20));
  }

  private LanguageOrder russian() throws IOException {
    return LanguageOrder.of(dataset, SEED).get(Language.RU);
  }

  private static List<RowRef> take(LanguageOrder order, int count) {
    List<RowRef> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(order.next());
    }
    return rows;
  }
}
