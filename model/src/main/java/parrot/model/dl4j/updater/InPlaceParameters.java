package parrot.model.dl4j.updater;

/** Parameters that change in place. */
@FunctionalInterface
public interface InPlaceParameters {

  /**
   * One step of all parameters.
   *
   * @param iteration steps before this one
   */
  void update(int iteration, int epoch);
}
