package parrot.datasets.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.language.Language;
import parrot.datasets.shard.RowRef;
import parrot.datasets.shard.ShardedDataset;
import parrot.datasets.shard.TrainingExample;

class ExampleOrderTest {
  @TempDir static Path folder;
  private static ShardedDataset large; // 60 rows
  private static ShardedDataset small; // 12 rows

  @BeforeAll
  static void write() throws IOException {
    Random random = new Random(1);
    large = SpokenRows.write(folder.resolve("large"), languages(random, 60));
    small = SpokenRows.write(folder.resolve("small"), languages(random, 12));
  }

  private static List<Language> languages(Random random, int rows) {
    return random.ints(rows, 0, 6).mapToObj(Language.PUBLISHED::get).toList();
  }

  private static ExampleOrder both(OptionalDouble first, OptionalDouble second, long seed)
      throws IOException {
    return new ExampleOrder(
        List.of(large, small), List.of(first, second), Mixture.OF_THE_DATA, seed);
  }

  private static ExampleOrder mixed(Mixture mixture) throws IOException {
    return new ExampleOrder(List.of(large), List.of(OptionalDouble.empty()), mixture, 1);
  }

  /** Rows by language. */
  private static int[] languages(List<RowRef> rows) throws IOException {
    int[] counts = new int[Language.PUBLISHED.size()];
    for (TrainingExample example : large.read(rows)) {
      counts[example.language().index()]++;
    }
    return counts;
  }

  private static ExampleOrder plain(long seed) throws IOException {
    return both(OptionalDouble.empty(), OptionalDouble.empty(), seed);
  }

  private static Map<String, List<RowRef>> rows(ExampleOrder stream, int count, int size) {
    Map<String, List<RowRef>> rows = new HashMap<>();
    for (int left = count; left > 0; left -= size) {
      for (BatchPath path : stream.take(Math.min(size, left)).paths()) {
        rows.computeIfAbsent(path.folder(), f -> new ArrayList<>()).addAll(path.rows());
      }
    }
    return rows;
  }

  @Test
  void anEpochHasEveryRowOfEveryDataSetOnce() throws IOException {
    Map<String, List<RowRef>> rows = rows(plain(7), 72, 5);
    assertThat(rows.get(large.folder().toString())).hasSize(60).doesNotHaveDuplicates();
    assertThat(rows.get(small.folder().toString())).hasSize(12).doesNotHaveDuplicates();
  }

  @Test
  void weightsDecideTheMixtureInEveryStretch() throws IOException {
    ExampleOrder stream = both(OptionalDouble.of(1), OptionalDouble.of(1), 7);
    for (int stretch = 0; stretch < 5; stretch++) {
      Map<String, List<RowRef>> rows = rows(stream, 20, 4);
      assertThat(rows.get(small.folder().toString())).hasSize(10);
    }
  }

  @Test
  void everyMinibatchHasEveryLanguageInItsShare() throws IOException {
    int[] all = languages(rows(mixed(Mixture.OF_THE_DATA), 60, 60).get(large.folder().toString()));
    ExampleOrder stream = mixed(Mixture.OF_THE_DATA);
    for (int i = 0; i < 10; i++) {
      int[] own = languages(stream.take(20).paths().get(0).rows());
      for (int language = 0; language < own.length; language++) {
        assertThat(own[language] - all[language] / 3.0).isBetween(-2.0, 2.0);
      }
    }
  }

  @Test
  void weightsAndTemperatureMixLanguages() throws IOException {
    Map<Language, Double> weights = new TreeMap<>();
    for (Language language : Language.PUBLISHED) {
      weights.put(language, language.equals(Language.PUBLISHED.get(0)) ? 5.0 : 1.0);
    }
    int[] weighed = languages(mixed(new Mixture(1, weights)).take(100).paths().get(0).rows());
    assertThat(weighed).containsExactly(50, 10, 10, 10, 10, 10);
    int[] even = languages(mixed(new Mixture(1e6, Map.of())).take(60).paths().get(0).rows());
    assertThat(even).containsExactly(10, 10, 10, 10, 10, 10);
  }

  @Test
  void languagesBeyondThePublishedAreMixedLikeAnyOther() throws IOException {
    Language french = Language.of("fr");
    Language cantonese = Language.of("zh-yue");
    List<Language> spoken = List.of(french, Language.EN, cantonese, french, french, Language.EN);
    ShardedDataset dataset = SpokenRows.write(folder.resolve("beyond"), spoken);
    Mixture mixture = new Mixture(1, Map.of(french, 1.0, Language.EN, 2.0, cantonese, 1.0));
    ExampleOrder stream =
        new ExampleOrder(List.of(dataset), List.of(OptionalDouble.empty()), mixture, 1);
    assertThat(dataset.read(stream.take(8).paths().get(0).rows()))
        .extracting(TrainingExample::language)
        .containsOnly(french, Language.EN, cantonese)
        .filteredOn(french::equals)
        .hasSize(2);
  }

  @Test
  void weightsNameTheLanguagesOfTheDataAndLeaveSome() {
    Map<Language, Double> none = new TreeMap<>();
    for (Language language : Language.PUBLISHED) {
      none.put(language, 0.0);
    }
    assertThatThrownBy(() -> mixed(new Mixture(1, none)))
        .hasMessageStartingWith("Invalid mixture.weights: no row of ");
    assertThatThrownBy(() -> mixed(new Mixture(1, Map.of(Language.PUBLISHED.get(0), 1.0))))
        .hasMessageStartingWith("Missing mixture.weights.");
  }

  @Test
  void skippingEqualsTaking() throws IOException {
    ExampleOrder taken = plain(3);
    rows(taken, 100, 8);
    ExampleOrder skipped = plain(3);
    skipped.skip(100);
    assertThat(skipped.position()).isEqualTo(100);
    assertThat(skipped.take(30)).isEqualTo(taken.take(30));
  }

  @Test
  void dependsOnTheSeed() throws IOException {
    assertThat(plain(1).take(20)).isEqualTo(plain(1).take(20)).isNotEqualTo(plain(2).take(20));
  }
}
