package parrot.datasets.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import parrot.datasets.DataException;
import parrot.datasets.shard.Manifest;
import parrot.datasets.shard.RowRef;
import parrot.datasets.shard.ShardFile;
import parrot.datasets.shard.Totals;

class DatasetShuffleTest {
  private static final Manifest MANIFEST =
      manifest(List.of(List.of(16, 16, 16, 3), List.of(16, 16), List.of(9)));

  @Test
  void givesEveryRowOncePerEpochTailIncluded() {
    DatasetShuffle order = new DatasetShuffle(MANIFEST, 7);
    assertThat(order.rows()).isEqualTo(92);
    for (int epoch = 0; epoch < 3; epoch++) {
      List<RowRef> seen = new ArrayList<>();
      for (int first = 0; first < 92; first += 10) {
        seen.addAll(order.range(epoch, first, Math.min(10, 92 - first)));
      }
      assertThat(seen).hasSize(92);
      assertThat(new HashSet<>(seen)).hasSize(92);
      assertThat(seen).isEqualTo(order.range(epoch, 0, 92));
    }
  }

  @Test
  void dependsOnSeedAndEpochAlone() {
    DatasetShuffle order = new DatasetShuffle(MANIFEST, 7);
    List<RowRef> later = order.range(2, 8, 8);
    order.range(0, 24, 8);
    assertThat(new DatasetShuffle(MANIFEST, 7).range(2, 8, 8)).isEqualTo(later);
    assertThat(order.range(2, 8, 8)).isEqualTo(later);
    assertThat(order.range(1, 0, 92)).isNotEqualTo(order.range(0, 0, 92));
    assertThat(new DatasetShuffle(MANIFEST, 8).range(0, 0, 92)).isNotEqualTo(order.range(0, 0, 92));
    // Ranges of another size walk through the same rows: the number of replicas changes nothing.
    List<RowRef> small = new ArrayList<>();
    for (int first = 0; first < 16; first += 2) {
      small.addAll(order.range(0, first, 2));
    }
    assertThat(small).isEqualTo(order.range(0, 0, 16));
  }

  @Test
  void staysTheSameFromVersionToVersion() {
    List<RowRef> rows = new DatasetShuffle(MANIFEST, 1).range(0, 0, 4);
    assertThat(new BatchPath("x", rows)).hasToString("x#rows=0.1.6,1.0.14,1.0.13,0.1.9");
  }

  @Test
  void takesRowsFromAWindowOfFewRowGroups() {
    List<RowRef> epoch = new DatasetShuffle(MANIFEST, 3, 2).range(0, 0, 92);
    Set<String> open = new HashSet<>();
    Set<String> closed = new HashSet<>();
    TreeMap<String, Integer> left = new TreeMap<>();
    epoch.forEach(row -> left.merge(group(row), 1, Integer::sum));
    for (RowRef row : epoch) {
      assertThat(closed).doesNotContain(group(row));
      open.add(group(row));
      assertThat(open).hasSizeLessThanOrEqualTo(2);
      if (left.merge(group(row), -1, Integer::sum) == 0) {
        open.remove(group(row));
        closed.add(group(row));
      }
    }
    assertThat(closed).hasSize(7);
  }

  @Test
  void mixesTheRowsOfAWindow() {
    List<RowRef> epoch =
        new DatasetShuffle(manifest(List.of(List.of(500, 500))), 3).range(0, 0, 1000);
    int neighbours = 0;
    for (int i = 1; i < epoch.size(); i++) {
      if (epoch.get(i).row() == epoch.get(i - 1).row() + 1) {
        neighbours++;
      }
    }
    assertThat(neighbours).isLessThan(10);
  }

  @Test
  void refusesAnEmptySetAndBadSizes() {
    Manifest empty = manifest(List.of());
    assertThatThrownBy(() -> new DatasetShuffle(empty, 1))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot train on a data set without rows");
    assertThatThrownBy(() -> new DatasetShuffle(MANIFEST, 1, 0))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Invalid window: 0");
  }

  @Test
  void describesABatchAsAPath() {
    BatchPath path =
        new BatchPath("hdfs://h:1/a#b", List.of(new RowRef(0, 2, 13), new RowRef(10, 0, 7)));
    assertThat(path).hasToString("hdfs://h:1/a#b#rows=0.2.13,10.0.7");
    assertThat(BatchPath.parse(path.toString())).isEqualTo(path);
    for (String bad : List.of("hdfs://h/a", "x#rows=", "x#rows=1.2", "x#rows=a.b.c")) {
      assertThatThrownBy(() -> BatchPath.parse(bad))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("Invalid batch: " + bad);
    }
  }

  private static String group(RowRef row) {
    return row.shard() + "." + row.rowGroup();
  }

  private static Manifest manifest(List<List<Integer>> groups) {
    List<ShardFile> files = new ArrayList<>();
    for (List<Integer> rows : groups) {
      files.add(new ShardFile("part-" + files.size(), rows, 1, "00"));
    }
    long rows = files.stream().mapToLong(ShardFile::rows).sum();
    return new Manifest(
        1,
        "t",
        8,
        new Totals(rows, rows, 0, 0),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        "",
        files);
  }
}
