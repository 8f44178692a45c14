package parrot.model.dl4j.updater;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Parameters that {@link AdamW} changes in place. */
public interface InPlaceParameters {

  /**
   * One step of some of the parameters.
   *
   * @param gradients [n], a view of the vector of all gradients, which says whose they are
   * @param first moments, [n], updated
   * @param second moments, [n], updated
   * @param iteration steps before this one
   */
  void update(
      AdamW adamW, INDArray gradients, INDArray first, INDArray second, int iteration, int epoch);
}
