package parrot.model.dl4j;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.LossLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The score is the sum of its input, each sample's share of the mean loss; the gradient of a sum is
 * one everywhere.
 */
final class LossOutputLayer extends LossLayer {
  private static final long serialVersionUID = 1L;

  LossOutputLayer(NeuralNetConfiguration conf, DataType type) {
    super(conf, type);
  }

  @Override
  public double computeScore(
      double regularization, boolean training, LayerWorkspaceMgr workspaces) {
    score = input.sumNumber().doubleValue() + regularization;
    return score;
  }

  @Override
  public INDArray computeScoreForExamples(double regularization, LayerWorkspaceMgr workspaces) {
    return workspaces.dup(ArrayType.ACTIVATIONS, input).addi(regularization);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    INDArray ones =
        workspaces.createUninitialized(
            ArrayType.ACTIVATION_GRAD, DataType.FLOAT, input.size(0), input.size(1));
    return new Pair<>(new DefaultGradient(), ones.assign(1));
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    return workspaces.dup(ArrayType.ACTIVATIONS, input);
  }

  /**
   * DL4J counts the parameters of layers alone, not those of vertices, and silently trains nothing
   * if it finds none.
   */
  @Override
  public long numParams(boolean backwards) {
    return 1;
  }

  /** The stock layer frees the labels here, which belong to the data set. */
  @Override
  public void clear() {
    labels = null;
    super.clear();
  }
}
