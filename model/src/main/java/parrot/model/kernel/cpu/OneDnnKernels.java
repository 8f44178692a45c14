package parrot.model.kernel.cpu;

import parrot.model.kernel.Activation;
import parrot.model.kernel.AdamWStep;
import parrot.model.kernel.CheckedKernels;
import parrot.model.kernel.DropMask;
import parrot.model.kernel.EightBit;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.kernel.Segments;
import parrot.model.kernel.Threads;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Master;
import parrot.model.tensor.Tensor;

/**
 * Kernels for the processor: products by oneDNN, the rest by the Vector API on memory off the heap.
 *
 * <p>Work is shared out over threads of this instance. oneDNN has threads of its own, as many as
 * {@code OMP_NUM_THREADS} says. If that is 1, products are cut into blocks here instead, which is
 * faster: no second set of threads waits for work on the same cores, and small products never wait
 * for a thread.
 */
final class OneDnnKernels extends CheckedKernels {
  private final ElementType factorType;
  private final Workers workers;
  private final MatrixProduct matmul;
  private final BlockAttention attention;
  private final OneDnnKernels byRow;

  /**
   * @param precision bf16 for {@link #factorType} bfloat16, if the processor gains from it
   * @param threads that work at the same time, the caller's included
   * @throws IllegalStateException if oneDNN does not work here
   */
  OneDnnKernels(Precision precision, int threads) {
    OneDnn.requireAvailable();
    boolean bf16 = OneDnn.gainsFromBf16();
    factorType = bf16 && precision == Precision.BF16 ? ElementType.BF16 : ElementType.F32;
    workers = new Workers(threads);
    matmul = new MatrixProduct(workers, bf16, Threads.ofOpenMp() == 1);
    attention = new BlockAttention(workers, matmul);
    byRow = new OneDnnKernels(this);
  }

  /** The view whose products go by row: it is its own. */
  private OneDnnKernels(OneDnnKernels whole) {
    factorType = whole.factorType;
    workers = whole.workers;
    matmul = whole.matmul;
    attention = whole.attention;
    byRow = this;
  }

  @Override
  public Kernels byRow() {
    return byRow;
  }

  @Override
  public ElementType factorType() {
    return factorType;
  }

  @Override
  protected void doMatmul(
      Tensor c, Tensor a, boolean transposeA, Tensor b, boolean transposeB, float beta) {
    multiply(c, a, transposeA, b, transposeB, beta, Epilogue.NONE);
  }

  private void multiply(
      Tensor c,
      Tensor a,
      boolean transposeA,
      Tensor b,
      boolean transposeB,
      float beta,
      Epilogue epilogue) {
    if (byRow == this && !transposeA && transposeB) {
      matmul.multiplyByRow(c, a, b, beta, epilogue);
    } else {
      matmul.multiply(c, a, transposeA, b, transposeB, beta, epilogue);
    }
  }

  @Override
  protected void doLinear(
      Tensor y, Tensor x, Tensor weight, Tensor bias, Activation activation, float beta) {
    Epilogue epilogue = new Epilogue(bias, activation);
    boolean finished = MatrixProduct.finishes(x);
    multiply(y, x, false, weight, true, beta, finished ? epilogue : Epilogue.NONE);
    if (!finished) {
      if (bias != null) {
        VectorElementwise.addBias(workers, y, bias);
      }
      if (activation != null) {
        VectorActivations.activate(workers, y, y, activation);
      }
    }
  }

  @Override
  protected void doCopy(Tensor y, Tensor x) {
    VectorElementwise.copy(workers, y, x);
  }

  @Override
  public void fill(Tensor y, float value) {
    y.windows().forEach(window -> VectorElementwise.fill(workers, window, value));
  }

  @Override
  protected void doAdd(Tensor y, Tensor x, float alpha) {
    VectorElementwise.add(workers, y, x, alpha);
  }

  @Override
  protected void doDrop(Tensor y, Tensor x, DropMask mask) {
    VectorElementwise.drop(workers, y, x, mask);
  }

  @Override
  public void scale(Tensor y, float alpha) {
    VectorElementwise.scale(workers, y, alpha);
  }

  @Override
  protected void doAddBias(Tensor x, Tensor bias) {
    VectorElementwise.addBias(workers, x, bias);
  }

  @Override
  protected void doAddBiasBackward(Tensor dbias, Tensor dy) {
    VectorElementwise.addBiasBackward(workers, dbias, dy);
  }

  @Override
  public double sumOfSquares(Tensor x) {
    return VectorElementwise.dot(workers, x, x);
  }

  @Override
  protected double doDot(Tensor x, Tensor y) {
    return VectorElementwise.dot(workers, x, y);
  }

  @Override
  protected void doGather(Tensor y, Tensor table, int[] rows) {
    VectorRows.gather(workers, y, table, rows);
  }

  @Override
  protected void doGatherBackward(Tensor dtable, Tensor dy, int[] rows) {
    VectorRows.gatherBackward(dtable, dy, rows);
  }

  @Override
  protected void doScatter(Tensor y, Tensor x, int[] rows) {
    VectorRows.scatter(workers, y, x, rows);
  }

  @Override
  protected void doActivate(Tensor y, Tensor x, Activation activation) {
    VectorActivations.activate(workers, y, x, activation);
  }

  @Override
  protected void doActivateBackward(Tensor dx, Tensor dy, Tensor x, Activation activation) {
    VectorActivations.activateBackward(workers, dx, dy, x, activation);
  }

  @Override
  protected void doSwiglu(Tensor y, Tensor gate, Tensor up) {
    VectorActivations.swiglu(workers, y, gate, up);
  }

  @Override
  protected void doSwigluBackward(Tensor dgate, Tensor dup, Tensor dy, Tensor gate, Tensor up) {
    VectorActivations.swigluBackward(workers, dgate, dup, dy, gate, up);
  }

  @Override
  protected void doRmsNorm(Tensor y, Tensor inverse, Tensor x, Tensor weight, float epsilon) {
    VectorNorms.rmsNorm(workers, y, inverse, x, weight, epsilon);
  }

  @Override
  protected void doRmsNormBackward(
      Tensor dx, boolean add, Tensor dweight, Tensor dy, Tensor inverse, Tensor x, Tensor weight) {
    VectorNorms.backward(workers, dx, add, dweight, null, dy, null, inverse, x, weight);
  }

  @Override
  protected void doLayerNorm(
      Tensor y, Tensor mean, Tensor inverse, Tensor x, Tensor weight, Tensor bias, float epsilon) {
    VectorNorms.layerNorm(workers, y, mean, inverse, x, weight, bias, epsilon);
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
    VectorNorms.backward(workers, dx, add, dweight, dbias, dy, mean, inverse, x, weight);
  }

  @Override
  protected void doRotate(
      Tensor x, Tensor cosine, Tensor sine, int[] positions, int headSize, boolean inverse) {
    VectorRows.rotate(workers, x, cosine, sine, positions, headSize, inverse);
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
    VectorSoftmax.softmax(workers, x);
  }

  @Override
  protected void doSoftmaxBackward(Tensor dx, Tensor dp, Tensor p) {
    VectorSoftmax.softmaxBackward(workers, dx, dp, p);
  }

  @Override
  protected void doCrossEntropy(
      Tensor losses, Tensor dlogits, Tensor logits, int[] targets, float scale) {
    VectorSoftmax.crossEntropy(workers, losses, dlogits, logits, targets, scale);
  }

  @Override
  protected void doPack(EightBit y, Tensor x) {
    workers.split(y.blocks(), 4 * EightBit.BLOCK, (from, to) -> y.pack(from, to, x.buffer()));
  }

  @Override
  protected void doUnpack(Tensor y, EightBit x) {
    workers.split(x.blocks(), 2 * EightBit.BLOCK, (from, to) -> x.unpack(from, to, y.buffer()));
  }

  @Override
  protected void doAdamW(
      Master parameters, Tensor gradients, Tensor first, Tensor second, AdamWStep step) {
    VectorAdamW.update(workers, parameters, gradients, first, second, step);
  }

  @Override
  protected void doPatches(Tensor patches, Tensor pixels, int size, int patch) {
    VectorRows.patches(workers, patches, pixels, size, patch);
  }

  /** Stops the helper threads and frees compiled products. No use afterwards. */
  @Override
  public void close() {
    workers.close();
    matmul.close();
  }
}
