package parrot.model.dl4j;

/**
 * What a replica trains: n parameters, their gradients and moments, float32. DL4J's flat vectors
 * hold it, or memory of its own, which has no largest size. Both hold the same values in the same
 * order.
 */
public interface ReplicaState {
  /** The trained tensors, one after the other, [n]. */
  FloatVector parameters();

  /** Of the last training step, in the order of the parameters, [n]. */
  FloatVector gradients();

  /** Of AdamW, [2 n], as {@link ParameterBlock} cuts them; zero before the first step. */
  FloatVector moments();
}
