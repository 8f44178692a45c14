package parrot.model.dl4j;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.BaseGraphVertex;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.Regularization;
import parrot.model.dl4j.updater.AppliedAlready;
import parrot.model.dl4j.updater.InPlace;
import parrot.model.dl4j.updater.InPlaceParameters;
import parrot.model.kernel.AdamWStep;
import parrot.model.kernel.Readout;
import parrot.model.layer.Routing;
import parrot.model.network.Batch;
import parrot.model.network.ExpertLoad;
import parrot.model.network.FlatMemory;
import parrot.model.network.Parameter;
import parrot.model.network.ParrotNetwork;
import parrot.model.network.StepResult;
import parrot.model.network.Tally;
import parrot.model.network.TrainedMemory;
import parrot.model.tensor.Memory;

/**
 * The network inside a DL4J graph. DL4J sees all parameters as one; the arithmetic is the network's
 * own.
 *
 * <p>A training pass computes loss and gradients together in the forward call, because the network
 * keeps nothing between calls. The updater then changes the parameters in place.
 */
public final class ParrotGraphVertex extends BaseGraphVertex implements InPlaceParameters {
  /** What {@code torch.nn.utils.clip_grad_norm_} adds to the norm. */
  private static final double CLIP_EPSILON = 1e-6;

  /** DL4J's name of all parameters. It cuts names at the last underscore to find the vertex. */
  private static final String ALL = "all";

  private final ParrotVertex config;
  private final NetworkPool pool;
  private final InPlace updater = new InPlace(this);
  private final List<ParameterBlock> blocks;
  private final NetworkPool.Lease kept; // on a device; else null
  private final ReplicaState state;
  private final INDArray parameters; // DL4J's vector
  private INDArray gradients; // DL4J's vector, null before training
  private Tally tally = new Tally();
  private Routing routing; // null for the model's own
  private DoubleSupplier squaredGradients; // of the last training pass
  private double lastGradientNorm = Double.NaN;
  private int momentsBegan;

  ParrotGraphVertex(
      ParrotVertex config,
      ComputationGraph graph,
      String name,
      int index,
      INDArray parameters,
      boolean initialize,
      DataType type) {
    super(graph, name, index, null, null, type);
    this.config = config;
    this.parameters = parameters;
    this.pool = NetworkPool.of(config.network());
    this.blocks = ParameterBlock.of(config.optimizer(), pool.parameters());
    this.kept = pool.onDevice() ? pool.keep() : null;
    boolean complete = false;
    try {
      this.state = newState(config.network().state());
      if (initialize) {
        try (NetworkPool.Lease lease = borrow(false)) {
          lease.network.initialize();
        }
      }
      complete = true;
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  private ReplicaState newState(StateFormat format) {
    if (format.own()) {
      Memory memory = kept == null ? Memory.HOST : kept.kernels.memory();
      return new OwnState(blocks, format, pool.factorType(), memory);
    }
    if (kept != null) {
      throw new IllegalArgumentException("Cannot train on a device in DL4J's vectors");
    }
    return new FlatState();
  }

  private NetworkPool.Lease borrow(boolean learns) {
    TrainedMemory memory = state.memory(learns);
    return kept == null ? pool.borrow(memory) : kept.on(memory);
  }

  /** Frees what the graph keeps on a device; it cannot compute afterwards. */
  public void close() {
    if (kept != null) {
      kept.free();
    }
  }

  /** DL4J's own vectors. */
  private final class FlatState implements ReplicaState {
    @Override
    public FloatVector parameters() {
      return FloatVector.of(parameters);
    }

    @Override
    public Moments moments() {
      return new FloatMoments(FloatVector.of(graph.getUpdater(true).getStateViewArray()));
    }

    @Override
    public TrainedMemory memory(boolean learns) {
      long gradientsAt = learns ? FloatVector.of(gradients).address() : 0;
      return new FlatMemory(
          parameters().address(), gradientsAt, Arrays.asList(parameters, gradients));
    }

    @Override
    public DoubleSupplier squaredGradients(Readout readout) {
      return new FloatGradients(FloatVector.of(gradients)).squares(readout);
    }
  }

  /** What the graph trains. */
  public ReplicaState state() {
    return state;
  }

  /** Sums since the last call of {@link #takeTally}. */
  public Tally takeTally() {
    Tally taken = tally;
    tally = new Tally();
    return taken;
  }

  /** What steps have asked of the experts since the last call of {@link #takeTally}. */
  public ExpertLoad load() {
    return tally.load();
  }

  /**
   * Steers the router from the next step on.
   *
   * @param routing null for what the model's configuration says
   */
  public void setRouting(Routing routing) {
    this.routing = routing;
  }

  /**
   * Says that the moments are zero before a step, so that Adam's correction counts from there.
   *
   * @param iteration steps before that one; 0 if they have seen all
   */
  public void setMomentsBegan(int iteration) {
    momentsBegan = iteration;
  }

  /**
   * What the router is steered by, with the bias as it is after the last step; null for what the
   * model's configuration says.
   */
  public Routing routing() {
    return routing;
  }

  /** Norm of the last step's gradient over all trained tensors, before clipping. */
  public double lastGradientNorm() {
    return lastGradientNorm;
  }

  /** The trained tensors in flat order. */
  public List<Parameter> parameters() {
    return pool.parameters();
  }

  @Override
  public INDArray doForward(boolean training, LayerWorkspaceMgr workspaces) {
    Batch batch = BatchBridge.batch(inputs);
    if (training && gradients == null) {
      graph.initGradientsView();
    }
    if (training) {
      AppliedAlready.of(graph);
    }
    StepResult result;
    try (NetworkPool.Lease lease = borrow(training)) {
      result = training ? learn(lease.network, batch) : measure(lease.network, batch);
    }
    int[] languages = BatchBridge.languages(inputs);
    tally.add(batch, languages, result);
    if (training) {
      tally.addLoad(batch, languages, result);
    }
    int samples = batch.samples();
    int supervised = Math.max(1, result.supervisedTokens());
    INDArray shares =
        workspaces.createUninitialized(ArrayType.ACTIVATIONS, DataType.FLOAT, samples, 1);
    for (int i = 0; i < samples; i++) {
      shares.putScalar(i, 0, result.sampleLoss()[i] / supervised);
    }
    return shares;
  }

  private StepResult learn(ParrotNetwork network, Batch batch) {
    network.steer(routing);
    StepResult result =
        network.forwardBackward(
            batch,
            graph.getIterationCount(),
            readout -> squaredGradients = state.squaredGradients(readout));
    routing = routing == null ? null : network.steering();
    return result;
  }

  private StepResult measure(ParrotNetwork network, Batch batch) {
    network.steer(routing == null ? null : routing.still());
    return network.forward(batch);
  }

  /** The forward call has computed the gradients. */
  @Override
  public Pair<Gradient, INDArray[]> doBackward(boolean truncated, LayerWorkspaceMgr workspaces) {
    lastGradientNorm = Math.sqrt(squaredGradients.getAsDouble());
    tally.countStep(lastGradientNorm);
    Gradient gradient = new DefaultGradient();
    gradient.gradientForVariable().put(ALL, gradients);
    return new Pair<>(gradient, new INDArray[inputs.length]);
  }

  /** With clipped gradients. */
  @Override
  public void update(int iteration, int epoch) {
    Moments moments = state.moments();
    try (NetworkPool.Lease lease = borrow(true)) {
      for (ParameterBlock block : blocks) {
        AdamWStep step = block.adamW().step(iteration, epoch, momentsBegan, clipping());
        for (Parameter parameter : block.parameters()) {
          moments.change(
              block,
              parameter,
              lease.kernels,
              (from, first, second) -> lease.network.update(parameter, from, first, second, step));
        }
      }
    }
  }

  private double clipping() {
    double limit = config.optimizer().clipNorm();
    return limit > 0 ? Math.min(1, limit / (lastGradientNorm + CLIP_EPSILON)) : 1;
  }

  @Override
  public void setBackpropGradientsViewArray(INDArray view) {
    gradients = view;
  }

  @Override
  public INDArray getGradientsViewArray() {
    return gradients;
  }

  @Override
  public Map<String, INDArray> paramTable(boolean backpropOnly) {
    return Map.of(ALL, parameters);
  }

  @Override
  public INDArray params() {
    return parameters;
  }

  @Override
  public long numParams() {
    return parameters.length();
  }

  /** The gradient is that of the mean already. */
  @Override
  public boolean updaterDivideByMinibatch(String parameter) {
    return false;
  }

  @Override
  public TrainingConfig getConfig() {
    return new Training();
  }

  @Override
  public boolean hasLayer() {
    return false;
  }

  @Override
  public Layer getLayer() {
    return null;
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArrays(
      INDArray[] masks, MaskState state, int minibatchSize) {
    return null;
  }

  @Override
  public String toString() {
    return "ParrotGraphVertex["
        + pool.parameterCount()
        + " parameters in "
        + pool.parameters().size()
        + "]";
  }

  /** How DL4J's updater treats each tensor. */
  private final class Training implements TrainingConfig {
    @Override
    public String getLayerName() {
      return getVertexName();
    }

    @Override
    public List<Regularization> getRegularizationByParam(String parameter) {
      return List.of(); // the updater decays
    }

    @Override
    public boolean isPretrainParam(String parameter) {
      return false;
    }

    @Override
    public IUpdater getUpdaterByParam(String parameter) {
      return updater;
    }

    @Override
    public GradientNormalization getGradientNormalization() {
      return GradientNormalization.None;
    }

    @Override
    public double getGradientNormalizationThreshold() {
      return 1;
    }

    @Override
    public void setDataType(DataType type) {}
  }
}
