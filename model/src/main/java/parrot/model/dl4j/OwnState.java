package parrot.model.dl4j;

/** Memory of a vertex. Gradients and moments take none before training. */
final class OwnState implements ReplicaState {
  private final FloatVector parameters;
  private FloatVector gradients;
  private FloatVector moments;

  /**
   * @param count of parameters
   */
  OwnState(long count) {
    parameters = FloatVector.allocate(count);
  }

  @Override
  public FloatVector parameters() {
    return parameters;
  }

  @Override
  public FloatVector gradients() {
    if (gradients == null) {
      gradients = FloatVector.allocate(parameters.length());
    }
    return gradients;
  }

  @Override
  public FloatVector moments() {
    if (moments == null) {
      moments = FloatVector.allocate(2 * parameters.length());
    }
    return moments;
  }
}
