package parrot.jobs.state;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.Dependency;
import org.apache.spark.Partition;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkException;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.storage.BlockId;
import org.apache.spark.storage.RDDBlockId;
import org.apache.spark.storage.StorageLevel;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * What the replicas of a round remember for the next, a block for each. Tasks put their block while
 * their pieces pass by: pieces come into being once, and to persist them all would keep what is
 * only sent, three times as much.
 */
final class Memories extends RDD<ReplicaPiece> {
  private static final long serialVersionUID = 1L;
  private static final StorageLevel LEVEL = StorageLevel.MEMORY_AND_DISK();
  private static final double[] NO_LOAD = {};

  private final int replicas;

  private record Block(int index) implements Partition {}

  Memories(SparkContext spark, int replicas) {
    super(spark, JavaConverters.asScalaBuffer(List.<Dependency<?>>of()).toList(), tag());
    this.replicas = replicas;
    setName("memories").persist(LEVEL);
  }

  private static ClassTag<ReplicaPiece> tag() {
    return ClassTag$.MODULE$.apply(ReplicaPiece.class);
  }

  /** What tasks put blocks with. Not the RDD itself, which stays on the driver. */
  record Keeper(int rdd) implements java.io.Serializable {
    /** The pieces as they are sent, which keeps what they remember once the last has passed. */
    Iterator<ReplicaPiece> keep(int replica, Iterator<ReplicaPiece> pieces) {
      List<ReplicaPiece> kept = new ArrayList<>();
      return new Iterator<>() {
        private boolean isPut;

        @Override
        public boolean hasNext() {
          boolean more = pieces.hasNext();
          if (!more && !isPut) {
            put(new RDDBlockId(rdd, replica), kept);
            isPut = true;
          }
          return more;
        }

        @Override
        public ReplicaPiece next() {
          ReplicaPiece piece = pieces.next();
          if (piece.lost() == null) {
            return piece;
          }
          kept.add(
              new ReplicaPiece(
                  piece.chunk(), piece.replica(), 0, null, NO_LOAD, piece.lost(), null));
          return piece.withoutMemory();
        }
      };
    }

    private static void put(BlockId block, List<ReplicaPiece> kept) {
      SparkEnv.get()
          .blockManager()
          .putIterator(block, JavaConverters.asScalaIterator(kept.iterator()), LEVEL, true, tag());
    }
  }

  Keeper keeper() {
    return new Keeper(id());
  }

  @Override
  public Partition[] getPartitions() {
    Partition[] blocks = new Partition[replicas];
    for (int i = 0; i < replicas; i++) {
      blocks[i] = new Block(i);
    }
    return blocks;
  }

  /** Asked only where the block is gone; the words are those of Spark's own local checkpoints. */
  @Override
  public scala.collection.Iterator<ReplicaPiece> compute(Partition block, TaskContext context) {
    throw sneaky(
        new SparkException("Checkpoint block rdd_" + id() + "_" + block.index() + " not found"));
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> RuntimeException sneaky(Throwable thrown) throws E {
    throw (E) thrown;
  }
}
