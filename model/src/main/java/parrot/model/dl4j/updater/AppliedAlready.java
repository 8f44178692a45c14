package parrot.model.dl4j.updater;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.StepFunction;
import org.deeplearning4j.optimize.solvers.accumulation.GradientsAccumulator;
import org.deeplearning4j.optimize.solvers.accumulation.IndexedTail;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What DL4J asks for how to apply an update: here it has been applied, by the updater itself. DL4J
 * would subtract the gradient vector from the parameters otherwise.
 */
public final class AppliedAlready implements GradientsAccumulator {
  private static final long serialVersionUID = 1L;

  private AppliedAlready() {}

  /**
   * Makes a graph's optimizer leave parameters alone.
   *
   * @throws IllegalStateException if updates of the graph are shared in another way
   */
  public static void of(ComputationGraph graph) {
    GradientsAccumulator present = graph.getOptimizer().getGradientsAccumulator();
    if (present == null) {
      graph.setGradientsAccumulator(new AppliedAlready());
    } else if (!(present instanceof AppliedAlready)) {
      throw new IllegalStateException(
          "Cannot train with "
              + present.getClass().getName()
              + ": the parameters are updated in place (use parameter averaging)");
    }
  }

  @Override
  public void applyUpdate(
      StepFunction function, INDArray parameters, INDArray updates, boolean isFinalStep) {}

  @Override
  public void applyUpdate(
      StepFunction function, INDArray parameters, INDArray updates, double alpha) {}

  @Override
  public void storeUpdate(INDArray update, int iteration, int epoch) {}

  @Override
  public void receiveUpdate(INDArray update) {
    throw new UnsupportedOperationException("Cannot receive updates of other graphs");
  }

  @Override
  public void setExternalSource(IndexedTail source) {
    throw new UnsupportedOperationException("Cannot receive updates of other graphs");
  }

  @Override
  public IndexedTail getExternalSource() {
    return null;
  }

  @Override
  public void markExternalUpdates(boolean updatesAvailable) {}

  @Override
  public void reset() {}

  @Override
  public void touch() {}

  @Override
  public boolean hasAnything() {
    return false;
  }
}
