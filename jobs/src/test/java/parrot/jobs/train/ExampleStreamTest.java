package parrot.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.shard.BatchPath;
import parrot.datasets.shard.RowRef;
import parrot.datasets.shard.ShardedDataset;
import parrot.datasets.storage.FileSystems;

class ExampleStreamTest {
  @TempDir static Path folder;
  private static ShardedDataset large; // 60 rows
  private static ShardedDataset small; // 12 rows

  @BeforeAll
  static void write() throws IOException {
    SmallWorld world = new SmallWorld(folder);
    large = open(world.path("train"));
    small = open(world.path("held-out"));
  }

  private static ShardedDataset open(String path) throws IOException {
    org.apache.hadoop.fs.Path data = new org.apache.hadoop.fs.Path(path);
    return ShardedDataset.open(FileSystems.of(data, new Configuration()), data);
  }

  private static ExampleStream both(OptionalDouble first, OptionalDouble second, long seed) {
    return new ExampleStream(List.of(large, small), List.of(first, second), seed);
  }

  private static ExampleStream plain(long seed) {
    return both(OptionalDouble.empty(), OptionalDouble.empty(), seed);
  }

  private static Map<String, List<RowRef>> rows(ExampleStream stream, int count, int size) {
    Map<String, List<RowRef>> rows = new HashMap<>();
    for (int left = count; left > 0; left -= size) {
      for (BatchPath path : stream.take(Math.min(size, left)).paths()) {
        rows.computeIfAbsent(path.folder(), f -> new ArrayList<>()).addAll(path.rows());
      }
    }
    return rows;
  }

  @Test
  void anEpochHasEveryRowOfEveryDataSetOnce() {
    Map<String, List<RowRef>> rows = rows(plain(7), 72, 5);
    assertThat(rows.get(large.folder().toString())).hasSize(60).doesNotHaveDuplicates();
    assertThat(rows.get(small.folder().toString())).hasSize(12).doesNotHaveDuplicates();
  }

  @Test
  void weightsDecideTheMixtureInEveryStretch() {
    ExampleStream stream = both(OptionalDouble.of(1), OptionalDouble.of(1), 7);
    for (int stretch = 0; stretch < 5; stretch++) {
      Map<String, List<RowRef>> rows = rows(stream, 20, 4);
      assertThat(rows.get(small.folder().toString())).hasSize(10);
    }
  }

  @Test
  void skippingEqualsTaking() {
    ExampleStream taken = plain(3);
    rows(taken, 100, 8);
    ExampleStream skipped = plain(3);
    skipped.skip(100);
    assertThat(skipped.position()).isEqualTo(100);
    assertThat(skipped.take(30)).isEqualTo(taken.take(30));
  }

  @Test
  void dependsOnTheSeed() {
    assertThat(plain(1).take(20)).isEqualTo(plain(1).take(20)).isNotEqualTo(plain(2).take(20));
  }

  @Test
  void dealsMinibatchesInTurnAndCarriesThemAsText() {
    ExampleStream stream = plain(1);
    List<Minibatch> minibatches = List.of(stream.take(3), stream.take(30), stream.take(2));
    List<ReplicaPlan> plans = ReplicaPlan.deal(minibatches, 2);
    assertThat(plans).hasSize(2);
    assertThat(plans.get(0).minibatches())
        .containsExactly(minibatches.get(0).toString(), minibatches.get(2).toString());
    for (ReplicaPlan plan : plans) {
      assertThat(ReplicaPlan.parse(plan.toString())).isEqualTo(plan);
    }
    assertThat(Minibatch.parse(minibatches.get(1).toString())).isEqualTo(minibatches.get(1));
    ReplicaPlan idle = ReplicaPlan.deal(minibatches, 5).get(4);
    assertThat(ReplicaPlan.parse(idle.toString())).isEqualTo(idle);
    assertThat(idle.minibatches()).isEmpty();
  }
}
