package parrot.jobs.preprocess;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.SortedSet;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import parrot.datasets.DataException;
import parrot.datasets.image.DataUri;
import parrot.datasets.shard.ShardLedger;
import parrot.datasets.shard.ShardReader;
import parrot.datasets.shard.TrainingExample;
import parrot.datasets.source.ImageRoot;
import parrot.datasets.source.RawSource;
import parrot.datasets.source.Reject;
import parrot.datasets.source.RejectFile;
import parrot.datasets.source.SourceExample;
import parrot.datasets.source.SourceRows;
import parrot.datasets.storage.UnorderedDigest;
import scala.Tuple2;

/** What an update runs on executors, beside what every run does. */
final class UpdateTasks extends ExecutorTasks {
  private static final long serialVersionUID = 1L;

  UpdateTasks(PreprocessOptions options, Broadcast<SerializableConfiguration> configuration) {
    super(options, configuration);
  }

  /**
   * A checksum of the stamps of all image files that a range names.
   *
   * @return the checksum and the number of the range's file
   */
  Tuple2<String, Long> imageStamps(PreprocessTasks.NumberedRange numbered, String images)
      throws IOException {
    UnorderedDigest digest = new UnorderedDigest();
    String file = numbered.range().file();
    try (ImageRoot root = imageRoot(images);
        SourceRows rows = RawSource.read(files(file), numbered.range(), options.rows())) {
      while (rows.hasNext()) {
        if (rows.next() instanceof SourceExample row
            && row.imagePath().isPresent()
            && !DataUri.is(row.imagePath().get())) {
          String path = row.imagePath().get();
          digest.add(path + "\n" + root.stamp(path));
        }
      }
    }
    return new Tuple2<>(digest.toString(), (long) numbered.file());
  }

  /**
   * A shard of the data set.
   *
   * @param number its place among the shards
   * @param ledger path of its ledger
   */
  record NumberedShard(int number, String path, String ledger) implements Serializable {}

  /** The keys of a shard's rows, each with its details and the number of the shard. */
  Iterator<Tuple2<RowKey, byte[]>> entries(NumberedShard shard) throws IOException {
    ShardLedger.Reader ledger = ledger(shard);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return ledger.hasNext();
      }

      @Override
      public Tuple2<RowKey, byte[]> next() {
        ShardLedger.Row row = ledger.next();
        return new Tuple2<>(key(row), numbers(row.details(), shard.number()));
      }
    };
  }

  private ShardLedger.Reader ledger(NumberedShard shard) throws IOException {
    return closedAtEnd(
        new ShardLedger.Reader(files(shard.ledger()), new Path(shard.ledger())), shard.ledger());
  }

  private RowKey key(ShardLedger.Row row) {
    return RowKey.stored(row.content(), options.seed(), 1, row.label());
  }

  private static byte[] numbers(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Integer.BYTES);
    Arrays.stream(values).forEach(bytes::putInt);
    return bytes.array();
  }

  /** The key of a prepared row with its details. */
  static Tuple2<RowKey, byte[]> detailsOf(Tuple2<RowKey, byte[]> row) {
    return new Tuple2<>(row._1(), numbers(RowCodec.decode(row._2()).details()));
  }

  /**
   * Rejects of a stage.
   *
   * @param sources whose rejects count
   */
  record Rejects(String path, Set<String> sources) implements Serializable {
    private boolean counts(Reject reject) {
      String origin = reject.origin();
      for (int end = origin.indexOf(':'); end >= 0; end = origin.indexOf(':', end + 1)) {
        if (sources.contains(origin.substring(0, end))) {
          return true;
        }
      }
      return false;
    }
  }

  /** Writes one table of the rejects of several stages. */
  Tuple2<String, Long> join(List<Rejects> stages, String folder) throws IOException {
    Iterator<Tuple2<RowKey, byte[]>> rejects =
        stages.stream()
            .flatMap(stage -> read(stage).filter(stage::counts))
            .map(UpdateTasks::encoded)
            .iterator();
    long attempt = TaskContext.get().taskAttemptId();
    Path file = new Path(folder, PreprocessTasks.attemptName(0, attempt));
    PartResult result = new PartWriter(options, files(folder), file).writeRejects(0, rejects);
    return new Tuple2<>(result.toJson(), attempt);
  }

  private Stream<Reject> read(Rejects stage) {
    try {
      RejectFile.Reader reader =
          closedAtEnd(new RejectFile.Reader(new Path(stage.path()), hadoop()), stage.path());
      return StreamSupport.stream(
          Spliterators.spliteratorUnknownSize(reader, Spliterator.ORDERED), false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Tuple2<RowKey, byte[]> encoded(Reject reject) {
    return new Tuple2<>(RowKey.rejected(0, 0, 0), RowCodec.encode(reject));
  }

  /** The rows of a shard, as those that are prepared come. */
  Iterator<Tuple2<RowKey, byte[]>> rows(NumberedShard shard) throws IOException {
    ShardLedger.Reader ledger = ledger(shard);
    ShardReader reader =
        closedAtEnd(new ShardReader(files(shard.path()), new Path(shard.path())), shard.path());
    int groups = reader.rowGroupRows().size();
    return new Iterator<>() {
      private Iterator<TrainingExample> group = List.<TrainingExample>of().iterator();
      private int read;

      @Override
      public boolean hasNext() {
        try {
          while (!group.hasNext() && read < groups) {
            group = reader.read(read++).iterator();
          }
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        return group.hasNext();
      }

      @Override
      public Tuple2<RowKey, byte[]> next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        TrainingExample example = group.next();
        if (!ledger.hasNext()) {
          throw new DataException(
              "Cannot update: "
                  + shard.ledger()
                  + " has fewer rows than "
                  + shard.path()
                  + "; delete the data set and make it anew");
        }
        ShardLedger.Row row = ledger.next();
        SortedSet<String> notes = new TreeSet<>();
        row.notes().lines().forEach(notes::add);
        PreparedRow stored = new PreparedRow(example, null, row.truncated(), notes, new byte[0]);
        return new Tuple2<>(key(row), RowCodec.encode(stored));
      }
    };
  }
}
