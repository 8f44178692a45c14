package parrot.jobs.train;

import java.util.List;
import parrot.jobs.checkpoint.CheckpointFile;
import parrot.jobs.checkpoint.CheckpointManifest;
import parrot.jobs.round.ReplicaPlan;
import parrot.jobs.spark.ShippedClasses;
import parrot.jobs.state.ChunkOutcome;
import parrot.jobs.state.ReplicaPiece;
import parrot.jobs.state.StateChunk;
import parrot.model.network.Tally;

/** What training sends. */
public final class TrainShippedClasses implements ShippedClasses {
  @Override
  public List<Class<?>> classes() {
    return List.of(
        ReplicaPlan.class,
        ChunkOutcome.class,
        CheckpointFile.class,
        CheckpointManifest.Entry.class,
        Tally.class);
  }

  /** They write their bytes themselves. */
  @Override
  public List<Class<?>> small() {
    return List.of(StateChunk.class, ReplicaPiece.class);
  }
}
