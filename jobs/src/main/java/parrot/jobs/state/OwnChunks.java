package parrot.jobs.state;

import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.Dependency;
import org.apache.spark.Partition;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkException;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.storage.RDDBlockId;
import org.apache.spark.storage.StorageLevel;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * What replicas keep for themselves until the next round: a block for each number of their {@link
 * Kept} that they use. Tasks store the blocks while their pieces pass, because a piece exists only
 * once, and persisting whole pieces would also keep the part that is only sent.
 */
final class OwnChunks extends RDD<StateChunk> {
  private static final long serialVersionUID = 1L;
  static final StorageLevel LEVEL = StorageLevel.MEMORY_AND_DISK();

  private final int replicas;
  private final int chunks;

  private record Block(int index) implements Partition {}

  /**
   * @param chunks numbers of a replica
   */
  OwnChunks(SparkContext spark, int replicas, int chunks) {
    super(spark, JavaConverters.asScalaBuffer(List.<Dependency<?>>of()).toList(), tag());
    this.replicas = replicas;
    this.chunks = chunks;
    setName("own").persist(LEVEL);
  }

  private static ClassTag<StateChunk> tag() {
    return ClassTag$.MODULE$.apply(StateChunk.class);
  }

  /** Stores blocks in tasks; the RDD itself stays on the driver. */
  record Keeper(int rdd, int chunks) implements Serializable {
    /** Returns the same pieces, and stores what is kept of them as they pass. */
    Iterator<ReplicaPiece> keep(int replica, Iterator<ReplicaPiece> pieces) {
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return pieces.hasNext();
        }

        @Override
        public ReplicaPiece next() {
          ReplicaPiece piece = pieces.next();
          piece.kept().forEach(chunk -> put(replica, chunk));
          return piece;
        }
      };
    }

    /** A repeated task finds its blocks here, with the same bytes. */
    private void put(int replica, StateChunk chunk) {
      SparkEnv.get()
          .blockManager()
          .putIterator(
              new RDDBlockId(rdd, replica * chunks + chunk.index()),
              JavaConverters.asScalaIterator(List.of(chunk).iterator()),
              LEVEL,
              true,
              tag());
    }
  }

  Keeper keeper() {
    return new Keeper(id(), chunks);
  }

  @Override
  public Partition[] getPartitions() {
    Partition[] blocks = new Partition[replicas * chunks];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = new Block(i);
    }
    return blocks;
  }

  /** Called only if the block is gone; the message is that of Spark's own local checkpoints. */
  @Override
  public scala.collection.Iterator<StateChunk> compute(Partition block, TaskContext context) {
    throw unchecked(
        new SparkException("Checkpoint block rdd_" + id() + "_" + block.index() + " not found"));
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> RuntimeException unchecked(Throwable thrown) throws E {
    throw (E) thrown;
  }
}
