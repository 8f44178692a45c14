package parrot.jobs.preprocess;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import parrot.datasets.near.TextPrint;
import scala.Tuple2;

/**
 * Rows that say nearly the same, about images that look alike if they have any; and the images that
 * do.
 *
 * @param images groups of images, by {@link ImageNumber}
 * @param rows groups of rows, by {@link RowKey#place}; those in front have the smaller numbers
 */
record NearRows(NearGroups images, NearGroups rows) implements Serializable {
  private static final NearRows NONE = new NearRows(NearGroups.NONE, NearGroups.NONE);

  /** Of rows that are sorted by shard and content, if asked for. Equal contents count once. */
  static NearRows find(
      JavaSparkContext spark, JavaPairRDD<RowKey, byte[]> sorted, NearDuplicates asked) {
    if (asked == NearDuplicates.KEEP) {
      return NONE;
    }
    JavaPairRDD<Long, byte[]> prints =
        sorted.mapPartitionsToPair(NearRows::prints).persist(StorageLevel.MEMORY_AND_DISK_SER());
    try {
      NearGroups images =
          NearPairs.groups(
              prints
                  .filter(print -> image(print._2()) != 0)
                  .mapToPair(print -> new Tuple2<>(image(print._2()), signature(print._2())))
                  .reduceByKey((one, same) -> one),
              Likeness.IMAGES);
      Broadcast<NearGroups> shared = spark.broadcast(images);
      try {
        NearGroups rows =
            NearPairs.groups(
                prints.mapToPair(
                    print -> new Tuple2<>(print._1(), text(print._2(), shared.value()))),
                Likeness.TEXTS);
        return new NearRows(images, rows);
      } finally {
        shared.destroy();
      }
    } finally {
      prints.unpersist();
    }
  }

  /** By place: the number of the image, 0 for none, the text's print and the image's signature. */
  private static Iterator<Tuple2<Long, byte[]>> prints(Iterator<Tuple2<RowKey, byte[]>> sorted) {
    List<Tuple2<Long, byte[]>> prints = new ArrayList<>();
    RowKey last = null;
    while (sorted.hasNext()) {
      Tuple2<RowKey, byte[]> row = sorted.next();
      if (row._1().isRejected() || row._1().sameContent(last)) {
        continue;
      }
      last = row._1();
      PreparedRow prepared = RowCodec.decode(row._2());
      byte[] own = prepared.prints();
      byte[] pixels = prepared.example().pixels();
      byte[] print =
          ByteBuffer.allocate(Long.BYTES + own.length)
              .putLong(pixels == null ? 0 : ImageNumber.of(pixels))
              .put(own)
              .array();
      prints.add(new Tuple2<>(row._1().place(), print));
    }
    return prints.iterator();
  }

  private static long image(byte[] print) {
    return ByteBuffer.wrap(print).getLong();
  }

  private static byte[] signature(byte[] print) {
    return Arrays.copyOfRange(print, Long.BYTES + TextPrint.BYTES, print.length);
  }

  private static byte[] text(byte[] print, NearGroups images) {
    byte[] text = Arrays.copyOf(print, Long.BYTES + TextPrint.BYTES);
    ByteBuffer.wrap(text).putLong(images.first(image(print)));
    return text;
  }
}
