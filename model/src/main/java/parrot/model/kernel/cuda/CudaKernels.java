package parrot.model.kernel.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import parrot.model.kernel.Activation;
import parrot.model.kernel.AdamWStep;
import parrot.model.kernel.CheckedKernels;
import parrot.model.kernel.DropMask;
import parrot.model.kernel.EightBit;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Readout;
import parrot.model.kernel.Segments;
import parrot.model.kernel.cuda.Device.Grid;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Master;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

/**
 * Kernels on a card. Sums have a fixed order and no atomics take part, so the same inputs give the
 * same bits on every card of a kind.
 */
public final class CudaKernels extends CheckedKernels {
  /** Bands of rows whose sums over columns are taken side by side. */
  private static final int BANDS = 256;

  private final Launcher launcher;
  private final ElementType factorType;
  private final CudaAttention attention;
  private final boolean byRow;

  /**
   * @param device closed with these kernels
   * @param factorType of activations and weights that enter products
   */
  public CudaKernels(Device device, ElementType factorType) {
    this(new Launcher(device), factorType, false);
  }

  private CudaKernels(Launcher launcher, ElementType factorType, boolean byRow) {
    this.launcher = launcher;
    this.factorType = factorType;
    this.byRow = byRow;
    attention = new CudaAttention(launcher);
  }

  @Override
  public Memory memory() {
    return launcher.device.memory();
  }

  @Override
  public ElementType factorType() {
    return factorType;
  }

  @Override
  public Kernels byRow() {
    return new CudaKernels(launcher, factorType, true);
  }

  @Override
  protected void doMatmul(
      Tensor c, Tensor a, boolean transposeA, Tensor b, boolean transposeB, float beta) {
    launcher.requireHere(c, a, b);
    if (c.size() == 0) {
      return;
    }
    if ((transposeA ? a.rows() : a.columns()) == 0) {
      launcher.launch("scale", Launcher.cells(c), c, beta);
    } else if (byRow && !transposeA && transposeB) {
      launcher.launch("productByRow", Launcher.threads(32L * c.columns()), c, a, b, beta);
    } else {
      launcher.product(Product.of(c, a, transposeA, b, transposeB, beta));
    }
  }

  @Override
  protected void doLinear(
      Tensor y, Tensor x, Tensor weight, Tensor bias, Activation activation, float beta) {
    int function = code(activation);
    if (bias == null && activation == null) {
      doMatmul(y, x, false, weight, true, beta);
    } else if (y.type() == ElementType.F32) {
      doMatmul(y, x, false, weight, true, beta);
      launcher.launch("finish", Launcher.cells(y), y, y, bias, 0f, function);
    } else {
      // Through float32, so that the result is rounded once.
      Tensor exact = scratch(y.rows(), y.columns());
      doMatmul(exact, x, false, weight, true, 0);
      launcher.launch("finish", Launcher.cells(y), y, exact, bias, beta, function);
    }
  }

  private Tensor scratch(int rows, int columns) {
    long at = launcher.scratch.take(Float.BYTES * Math.max(1, (long) rows * columns));
    return Tensor.view(memory(), ElementType.F32, at, rows, columns, launcher.scratch);
  }

  private static int code(Activation activation) {
    if (activation == null) {
      return 0;
    }
    return switch (activation) {
      case GELU -> 1;
      case QUICK_GELU -> 2;
      case TANH_GELU -> 3;
    };
  }

  @Override
  protected void doCopy(Tensor y, Tensor x) {
    launcher.launch("copy", Launcher.cells(y), y, x);
  }

  @Override
  public void fill(Tensor y, float value) {
    launcher.launch("fill", Launcher.cells(y), y, value);
  }

  @Override
  protected void doAdd(Tensor y, Tensor x, float alpha) {
    launcher.launch("add", Launcher.cells(y), y, x, alpha);
  }

  @Override
  protected void doDrop(Tensor y, Tensor x, DropMask mask) {
    launcher.launch("drop", Launcher.cells(y), y, x, mask.seed(), mask.below(), mask.scale());
  }

  @Override
  public void scale(Tensor y, float alpha) {
    launcher.launch("scale", Launcher.cells(y), y, alpha);
  }

  @Override
  protected void doAddBias(Tensor x, Tensor bias) {
    launcher.launch("finish", Launcher.cells(x), x, x, bias, 0f, code(null));
  }

  @Override
  protected void doAddBiasBackward(Tensor dbias, Tensor dy) {
    int bands = bands(dy.rows());
    Tensor partial = scratch(bands, dy.columns());
    Grid grid = Launcher.rows(bands, dy.columns());
    launcher.launch("columnSums", grid, partial.address(), dy, band(dy.rows()));
    addPartials(dbias, partial);
  }

  private void addPartials(Tensor sums, Tensor partial) {
    if (partial.rows() > 0) {
      Grid grid = Launcher.threads(sums.columns());
      launcher.launch("addPartials", grid, sums, partial.address(), partial.rows());
    }
  }

  /** Rows of a band. */
  private static int band(int rows) {
    return (rows + BANDS - 1) / BANDS;
  }

  private static int bands(int rows) {
    return rows == 0 ? 0 : (rows + band(rows) - 1) / band(rows);
  }

  @Override
  protected void doScaleBlocks(Tensor y, Tensor x, Tensor factors) {
    launcher.launch("scaleBlocks", Launcher.cells(y), y, x, factors, y.rows() / factors.rows());
  }

  @Override
  protected void doDotBlocks(Tensor products, Tensor x, Tensor y) {
    int rows = x.rows() / products.rows();
    Grid grid = new Grid(products.rows(), 1, 256, 0);
    launcher.launch("dotBlocks", grid, products, x, y, rows);
  }

  @Override
  public Readout readout() {
    return new CudaReadout(launcher);
  }

  @Override
  public double sumOfSquares(Tensor x) {
    return doDot(x, x);
  }

  @Override
  protected double doDot(Tensor x, Tensor y) {
    if (x.size() == 0) {
      return 0;
    }
    long answer = launcher.answers.take(Double.BYTES);
    CudaReadout.sum(launcher, answer, x, y);
    ByteBuffer sum = ByteBuffer.allocateDirect(Double.BYTES).order(ByteOrder.nativeOrder());
    memory().read(sum.duplicate(), answer);
    return sum.getDouble(0);
  }

  @Override
  protected void doGather(Tensor y, Tensor table, int[] rows) {
    launcher.launch("gather", Launcher.cells(y), y, table, launcher.numbers.upload(rows));
  }

  @Override
  protected void doGather(Tensor y, Master halves, int[] rows) {
    long at = launcher.numbers.upload(rows);
    launcher.launch("gatherHalves", Launcher.cells(y), y, halves.high(), halves.low(), at);
  }

  /** Equal rows are sorted here, so that one block adds them in order. */
  @Override
  protected void doGatherBackward(Tensor dtable, Tensor dy, int[] rows) {
    SortedMap<Integer, Integer> counts = new TreeMap<>();
    IntStream.of(rows).filter(row -> row >= 0).forEach(row -> counts.merge(row, 1, Integer::sum));
    int targets = counts.size();
    int[] numbers = new int[2 * targets + 1 + rows.length];
    int[] next = new int[targets];
    int place = 0;
    int start = 0;
    for (var entry : counts.entrySet()) {
      numbers[place] = entry.getKey();
      numbers[targets + place] = start;
      next[place++] = start;
      start += entry.getValue();
      entry.setValue(place - 1);
    }
    numbers[2 * targets] = start;
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] >= 0) {
        numbers[2 * targets + 1 + next[counts.get(rows[i])]++] = i;
      }
    }
    long at = launcher.numbers.upload(numbers);
    long starts = at + Integer.BYTES * (long) targets;
    long order = starts + Integer.BYTES * (targets + 1L);
    Grid grid = Launcher.rows(targets, dtable.columns());
    launcher.launch("gatherBackward", grid, dtable, dy, at, starts, order);
  }

  @Override
  protected void doScatter(Tensor y, Tensor x, int[] rows) {
    launcher.launch("scatter", Launcher.cells(x), y, x, launcher.numbers.upload(rows));
  }

  @Override
  protected void doActivate(Tensor y, Tensor x, Activation activation) {
    launcher.launch("finish", Launcher.cells(y), y, x, null, 0f, code(activation));
  }

  @Override
  protected void doActivateBackward(Tensor dx, Tensor dy, Tensor x, Activation activation) {
    launcher.launch("activateBackward", Launcher.cells(dx), dx, dy, x, code(activation));
  }

  @Override
  protected void doSwiglu(Tensor y, Tensor gate, Tensor up) {
    launcher.launch("swiglu", Launcher.cells(y), y, gate, up);
  }

  @Override
  protected void doSwigluBackward(Tensor dgate, Tensor dup, Tensor dy, Tensor gate, Tensor up) {
    launcher.launch("swigluBackward", Launcher.cells(dy), dgate, dup, dy, gate, up);
  }

  @Override
  protected void doRmsNorm(Tensor y, Tensor inverse, Tensor x, Tensor weight, float epsilon) {
    Grid grid = Launcher.rows(x.rows(), x.columns());
    launcher.launch("rmsNorm", grid, y, inverse, x, weight, epsilon);
  }

  @Override
  protected void doRmsNormBackward(
      Tensor dx, boolean add, Tensor dweight, Tensor dy, Tensor inverse, Tensor x, Tensor weight) {
    normBackward(dx, add, dweight, null, dy, null, inverse, x, weight);
  }

  @Override
  protected void doLayerNorm(
      Tensor y, Tensor mean, Tensor inverse, Tensor x, Tensor weight, Tensor bias, float epsilon) {
    Grid grid = Launcher.rows(x.rows(), x.columns());
    launcher.launch("layerNorm", grid, y, mean, inverse, x, weight, bias, epsilon);
  }

  @Override
  protected void doLayerNormBackward(
      Tensor dx,
      boolean add,
      Tensor dweight,
      Tensor dbias,
      Tensor dy,
      Tensor mean,
      Tensor inverse,
      Tensor x,
      Tensor weight) {
    normBackward(dx, add, dweight, dbias, dy, mean, inverse, x, weight);
  }

  private void normBackward(
      Tensor dx,
      boolean add,
      Tensor dweight,
      Tensor dbias,
      Tensor dy,
      Tensor mean,
      Tensor inverse,
      Tensor x,
      Tensor weight) {
    int bands = bands(x.rows());
    Tensor partial = scratch(2 * bands, x.columns());
    Tensor ofWeight = partial.rows(0, bands);
    Tensor ofBias = partial.rows(bands, 2 * bands);
    launcher.launch(
        "normBackward",
        Launcher.rows(bands, x.columns()),
        dx,
        add ? 1 : 0,
        dweight == null ? 0L : ofWeight.address(),
        dbias == null ? 0L : ofBias.address(),
        dy,
        mean,
        inverse,
        x,
        weight,
        band(x.rows()));
    if (dweight != null) {
      addPartials(dweight, ofWeight);
    }
    if (dbias != null) {
      addPartials(dbias, ofBias);
    }
  }

  @Override
  protected void doRotate(
      Tensor x, Tensor cosine, Tensor sine, int[] positions, int headSize, boolean inverse) {
    Grid grid = Launcher.threads(x.size() / 2);
    long at = launcher.numbers.upload(positions);
    float direction = inverse ? -1 : 1;
    launcher.launch("rotate", grid, x, cosine, sine, at, headSize / 2, direction);
  }

  @Override
  protected void doAttention(
      Tensor out, Tensor logSum, Tensor q, Tensor k, Tensor v, Segments segments) {
    attention.forward(out, logSum, q, k, v, segments);
  }

  @Override
  protected void doAttentionBackward(
      Tensor dq,
      Tensor dk,
      Tensor dv,
      Tensor dout,
      Tensor out,
      Tensor logSum,
      Tensor q,
      Tensor k,
      Tensor v,
      Segments segments) {
    attention.backward(dq, dk, dv, dout, out, logSum, q, k, v, segments);
  }

  @Override
  protected void doSoftmax(Tensor x) {
    launcher.launch("softmax", Launcher.rows(x.rows(), x.columns()), x);
  }

  @Override
  protected void doSoftmaxBackward(Tensor dx, Tensor dp, Tensor p) {
    launcher.launch("softmaxBackward", Launcher.rows(p.rows(), p.columns()), dx, dp, p);
  }

  /** On the host: what is chosen decides what the host asks for next. */
  @Override
  protected int[][] doLargest(Tensor x, double[] bias, int count) {
    return super.doLargest(x.in(Memory.HOST), bias, count);
  }

  @Override
  protected void doCrossEntropy(
      Tensor losses, Tensor dlogits, Tensor logits, int[] targets, float scale) {
    Grid grid = Launcher.rows(logits.rows(), logits.columns());
    long at = launcher.numbers.upload(targets);
    launcher.launch("crossEntropy", grid, losses, dlogits, logits, at, scale);
  }

  @Override
  protected void doAdamW(
      Master parameters, Tensor gradients, Tensor first, Tensor second, AdamWStep step) {
    launcher.launch(
        "adamW",
        Launcher.cells(first),
        parameters.whole(),
        parameters.high(),
        parameters.low(),
        gradients,
        first,
        second,
        (float) step.gradientScale(),
        (float) step.beta1(),
        (float) (1 - step.beta1()),
        (float) step.beta2(),
        (float) (1 - step.beta2()),
        (float) step.kept(),
        (float) step.correctedRate(),
        (float) step.correction2(),
        (float) step.epsilon());
  }

  @Override
  protected void doPack(EightBit y, Tensor x) {
    launcher.launch(
        "pack8",
        new Grid(y.blocks(), 1, EightBit.BLOCK, 0),
        y.codes(),
        y.scales(),
        x,
        upload(y.levels().borders()),
        y.levels().borders().length,
        y.levels().isSigned() ? 1 : 0);
  }

  @Override
  protected void doUnpack(Tensor y, EightBit x) {
    Grid grid = new Grid(x.blocks(), 1, EightBit.BLOCK, 0);
    long levels = upload(x.levels().byCode());
    launcher.launch("unpack8", grid, y, x.codes(), x.scales(), levels);
  }

  private long upload(float[] values) {
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
    return launcher.numbers.upload(bits);
  }

  @Override
  protected void doPatches(Tensor patches, Tensor pixels, int size, int patch) {
    launcher.launch("patches", Launcher.cells(patches), patches, pixels, size, patch);
  }

  @Override
  public void close() {
    if (!byRow) {
      launcher.close();
    }
  }
}
