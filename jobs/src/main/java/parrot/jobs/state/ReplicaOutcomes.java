package parrot.jobs.state;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.SimpleFutureAction;
import org.apache.spark.SparkContext;
import org.apache.spark.rdd.RDD;
import scala.Tuple2;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.concurrent.Await;
import scala.concurrent.duration.Duration;
import scala.runtime.AbstractFunction0;
import scala.runtime.AbstractFunction1;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/** A job that runs the replicas and tells how they fared, without waiting for any average. */
final class ReplicaOutcomes {
  private final List<ReplicaOutcome> outcomes;
  private final SimpleFutureAction<BoxedUnit> job;

  private ReplicaOutcomes(List<ReplicaOutcome> outcomes, SimpleFutureAction<BoxedUnit> job) {
    this.outcomes = outcomes;
    this.job = job;
  }

  /** Reads outcomes from pieces of the first chunk, with which they go. */
  private static final class Read
      extends AbstractFunction1<Iterator<Tuple2<Integer, ReplicaPiece>>, ChunkOutcome>
      implements Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public ChunkOutcome apply(Iterator<Tuple2<Integer, ReplicaPiece>> pieces) {
      List<ReplicaOutcome> found = new ArrayList<>();
      while (pieces.hasNext()) {
        ReplicaOutcome outcome = pieces.next()._2().outcome();
        if (outcome != null) {
          found.add(outcome);
        }
      }
      return new ChunkOutcome(found, 0, 0, 0);
    }
  }

  /** Starts the job. */
  static ReplicaOutcomes submit(SparkContext spark, RDD<Tuple2<Integer, ReplicaPiece>> pieces) {
    List<ReplicaOutcome> outcomes = new ArrayList<>();
    SimpleFutureAction<BoxedUnit> job =
        spark.submitJob(
            pieces,
            new Read(),
            JavaConverters.asScalaBuffer(List.<Object>of(0)).toSeq(),
            new AbstractFunction2<Object, ChunkOutcome, BoxedUnit>() {
              @Override
              public BoxedUnit apply(Object partition, ChunkOutcome found) {
                outcomes.addAll(found.replicas());
                return BoxedUnit.UNIT;
              }
            },
            new AbstractFunction0<BoxedUnit>() {
              @Override
              public BoxedUnit apply() {
                return BoxedUnit.UNIT;
              }
            });
    return new ReplicaOutcomes(outcomes, job);
  }

  /** Waits for all replicas; their outcomes in order, and the bytes that they have sent. */
  ChunkOutcome get() throws Exception {
    Await.result(job, Duration.Inf());
    outcomes.sort(Comparator.comparingInt(ReplicaOutcome::replica));
    long bytes = outcomes.stream().mapToLong(ReplicaOutcome::bytesOut).sum();
    return new ChunkOutcome(outcomes, bytes, 0, 0);
  }
}
