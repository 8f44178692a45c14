package parrot.jobs.state;

import java.util.concurrent.ExecutionException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;

/**
 * Makes a state's chunks from pieces that have been sent, beside the steps of the next round. Tasks
 * of that round that need a chunk before it is made, make it themselves: the bytes are the same.
 */
final class Reduction {
  private final JavaRDD<StateChunk> chunks;
  private final JavaPairRDD<Integer, ReplicaPiece> pieces;
  private ExecutorState before; // the state that the pieces came from; null if others free it
  private JavaFutureAction<Long> job;

  Reduction(JavaRDD<StateChunk> chunks, JavaPairRDD<Integer, ReplicaPiece> pieces) {
    this.chunks = chunks;
    this.pieces = pieces;
  }

  /** Takes over the state that the pieces came from, to free it when it is no longer needed. */
  void thenFree(ExecutorState state) {
    before = state;
  }

  void start() {
    if (job == null) {
      job = chunks.countAsync();
    }
  }

  /** Waits for the last chunk, and frees what the chunks were made from. */
  Void finish() throws Exception {
    start();
    try {
      job.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
    chunks.rdd().doCheckpoint(); // cuts the lineage, as the end of a waiting job does
    free();
    return null;
  }

  void close() {
    if (job != null) {
      job.cancel(true);
    }
    free();
  }

  private void free() {
    if (before != null) {
      before.close();
    }
    pieces.rdd().cleanShuffleDependencies(false);
  }
}
