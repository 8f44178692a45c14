package parrot.jobs.preprocess;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import scala.Tuple2;

/**
 * Finds prints that are alike without comparing all with all: prints are sorted by each of their
 * places, and each is compared with the few before it that share a word. Work and memory grow with
 * the number of prints, however many share a word.
 */
final class NearPairs {
  /** Prints before one that it is compared with, in each of its places. */
  private static final int WINDOW = 16;

  private NearPairs() {}

  /**
   * The groups of prints that are alike.
   *
   * @param prints by number, each once
   */
  static NearGroups groups(JavaPairRDD<Long, byte[]> prints, Likeness likeness) {
    int partitions = prints.getNumPartitions();
    JavaPairRDD<Long, Long> candidates =
        prints
            .flatMapToPair(print -> keys(print, likeness))
            .repartitionAndSortWithinPartitions(new HashPartitioner(partitions))
            .mapPartitionsToPair(NearPairs::neighbours)
            .distinct(partitions);
    List<long[]> links =
        candidates
            .join(prints, partitions)
            .mapToPair(
                pair -> new Tuple2<>(pair._2()._1(), new Tuple2<>(pair._1(), pair._2()._2())))
            .join(prints, partitions)
            .filter(pair -> likeness.areAlike(pair._2()._1()._2(), pair._2()._2()))
            .mapToPair(pair -> new Tuple2<>(pair._2()._1()._1(), pair._1()))
            .mapPartitions(alike -> List.of(links(alike)).iterator())
            .collect();
    NearGroups.Pairs pairs = new NearGroups.Pairs();
    links.forEach(pairs::addAll);
    return pairs.groups();
  }

  /** What the driver needs to know of a partition, whose pairs may be many more than its prints. */
  private static long[] links(Iterator<Tuple2<Long, Long>> alike) {
    NearGroups.Pairs pairs = new NearGroups.Pairs();
    alike.forEachRemaining(pair -> pairs.add(pair._1(), pair._2()));
    return pairs.groups().links();
  }

  private static Iterator<Tuple2<NearKey, Boolean>> keys(
      Tuple2<Long, byte[]> print, Likeness likeness) {
    return likeness.places(print._2()).stream()
        .map(place -> new NearKey(place.word(), place.order(), print._1()))
        .map(key -> new Tuple2<>(key, true))
        .iterator();
  }

  private static Iterator<Tuple2<Long, Long>> neighbours(
      Iterator<Tuple2<NearKey, Boolean>> sorted) {
    Deque<Long> window = new ArrayDeque<>();
    return new Iterator<>() {
      private final Deque<Tuple2<Long, Long>> pairs = new ArrayDeque<>();
      private long word;

      @Override
      public boolean hasNext() {
        while (pairs.isEmpty() && sorted.hasNext()) {
          add(sorted.next()._1());
        }
        return !pairs.isEmpty();
      }

      private void add(NearKey key) {
        if (key.word() != word) {
          window.clear();
          word = key.word();
        }
        for (long before : new ArrayList<>(window)) {
          pairs.add(new Tuple2<>(Math.min(before, key.id()), Math.max(before, key.id())));
        }
        window.addLast(key.id());
        if (window.size() > WINDOW) {
          window.removeFirst();
        }
      }

      @Override
      public Tuple2<Long, Long> next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        return pairs.removeFirst();
      }
    };
  }
}
