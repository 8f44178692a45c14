package parrot.jobs.train;

import java.util.List;
import parrot.jobs.spark.ShippedClasses;
import parrot.model.dl4j.Tally;

/** What training sends. */
public final class TrainShippedClasses implements ShippedClasses {
  @Override
  public List<Class<?>> classes() {
    return List.of(ReplicaState.class, ReplicaResult.class, Tally.class);
  }
}
