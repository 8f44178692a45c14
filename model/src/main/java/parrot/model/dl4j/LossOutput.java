package parrot.model.dl4j;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Configuration of {@link LossOutputLayer}, the layer that a DL4J graph must end with. */
public final class LossOutput extends LossLayer {
  private static final long serialVersionUID = 1L;

  public LossOutput() {
    super(new Builder(LossFunctions.LossFunction.MSE)); // named because DL4J asks; never evaluated
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int index,
      INDArray parameters,
      boolean initialize,
      DataType type) {
    LossOutputLayer layer = new LossOutputLayer(conf, type);
    layer.setListeners(listeners);
    layer.setIndex(index);
    layer.setParamTable(initializer().init(conf, parameters, initialize));
    return layer;
  }
}
