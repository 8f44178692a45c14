package parrot.model.kernel.cpu;

import parrot.model.kernel.Activation;
import parrot.model.kernel.AdamWStep;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.kernel.Segments;
import parrot.model.kernel.Shapes;
import parrot.model.kernel.Threads;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * Kernels for the processor: products by oneDNN, the rest by the Vector API on memory off the heap.
 *
 * <p>Work is shared out over threads of this instance. oneDNN has threads of its own, as many as
 * {@code OMP_NUM_THREADS} says. Where that is 1, products are cut into blocks here instead, which
 * is faster: no second set of threads waits for work on the same cores, and small products never
 * wait for a thread.
 */
final class OneDnnKernels implements Kernels {
  private final ElementType factorType;
  private final Workers workers;
  private final OneDnnMatmul matmul;
  private final BlockAttention attention;

  /**
   * @param precision bf16 for {@link #factorType} bfloat16, where the processor gains from it
   * @param threads that work at the same time, the caller's included
   * @throws IllegalStateException if oneDNN does not work here
   */
  OneDnnKernels(Precision precision, int threads) {
    OneDnn.requireAvailable();
    boolean bf16 = OneDnn.gainsFromBf16();
    factorType = bf16 && precision == Precision.BF16 ? ElementType.BF16 : ElementType.F32;
    workers = new Workers(threads);
    matmul = new OneDnnMatmul(workers, bf16, Threads.ofOpenMp() == 1);
    attention = new BlockAttention(workers, matmul);
  }

  @Override
  public ElementType factorType() {
    return factorType;
  }

  @Override
  public void matmul(
      Tensor c, Tensor a, boolean transposeA, Tensor b, boolean transposeB, float beta) {
    Shapes.matmul(c, a, transposeA, b, transposeB, beta);
    matmul.multiply(c, a, transposeA, b, transposeB, beta, Epilogue.NONE);
  }

  @Override
  public void linear(
      Tensor y, Tensor x, Tensor weight, Tensor bias, Activation activation, float beta) {
    Shapes.matmul(y, x, false, weight, true, beta);
    if (bias != null) {
      Shapes.vector("add a bias", bias, y);
      Shapes.floats("add a bias", bias);
    }
    Epilogue epilogue = new Epilogue(bias, activation);
    boolean finished = OneDnnMatmul.finishes(x);
    matmul.multiply(y, x, false, weight, true, beta, finished ? epilogue : Epilogue.NONE);
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
  public void copy(Tensor y, Tensor x) {
    Shapes.same("copy", y, x);
    VectorElementwise.copy(workers, y, x);
  }

  @Override
  public void fill(Tensor y, float value) {
    VectorElementwise.fill(workers, y, value);
  }

  @Override
  public void add(Tensor y, Tensor x, float alpha) {
    Shapes.same("add", y, x);
    VectorElementwise.add(workers, y, x, alpha);
  }

  @Override
  public void scale(Tensor y, float alpha) {
    VectorElementwise.scale(workers, y, alpha);
  }

  @Override
  public void addBias(Tensor x, Tensor bias) {
    Shapes.vector("add a bias", bias, x);
    VectorElementwise.addBias(workers, x, bias);
  }

  @Override
  public void addBiasBackward(Tensor dbias, Tensor dy) {
    Shapes.vector("add a bias", dbias, dy);
    VectorElementwise.addBiasBackward(workers, dbias, dy);
  }

  @Override
  public double sumOfSquares(Tensor x) {
    return VectorElementwise.dot(workers, x, x);
  }

  @Override
  public double dot(Tensor x, Tensor y) {
    Shapes.same("multiply", x, y);
    return VectorElementwise.dot(workers, x, y);
  }

  @Override
  public void gather(Tensor y, Tensor table, int[] rows) {
    Shapes.indexed("gather", table, y, rows);
    VectorRows.gather(workers, y, table, rows);
  }

  @Override
  public void gatherBackward(Tensor dtable, Tensor dy, int[] rows) {
    Shapes.indexed("gather", dtable, dy, rows);
    Shapes.floats("gather", dtable, dy);
    VectorRows.gatherBackward(dtable, dy, rows);
  }

  @Override
  public void scatter(Tensor y, Tensor x, int[] rows) {
    Shapes.indexed("scatter", y, x, rows);
    VectorRows.scatter(workers, y, x, rows);
  }

  @Override
  public void activate(Tensor y, Tensor x, Activation activation) {
    Shapes.same("activate", y, x);
    VectorActivations.activate(workers, y, x, activation);
  }

  @Override
  public void activateBackward(Tensor dx, Tensor dy, Tensor x, Activation activation) {
    Shapes.same("activate", x, dx, dy);
    VectorActivations.activateBackward(workers, dx, dy, x, activation);
  }

  @Override
  public void swiglu(Tensor y, Tensor gate, Tensor up) {
    Shapes.same("apply swiglu", y, gate, up);
    VectorActivations.swiglu(workers, y, gate, up);
  }

  @Override
  public void swigluBackward(Tensor dgate, Tensor dup, Tensor dy, Tensor gate, Tensor up) {
    Shapes.same("apply swiglu", dy, dgate, dup, gate, up);
    VectorActivations.swigluBackward(workers, dgate, dup, dy, gate, up);
  }

  @Override
  public void rmsNorm(Tensor y, Tensor inverse, Tensor x, Tensor weight, float epsilon) {
    Shapes.same("normalise", y, x);
    Shapes.perRow("normalise", inverse, x);
    Shapes.vector("normalise", weight, x);
    VectorNorms.rmsNorm(workers, y, inverse, x, weight, epsilon);
  }

  @Override
  public void rmsNormBackward(
      Tensor dx, boolean add, Tensor dweight, Tensor dy, Tensor inverse, Tensor x, Tensor weight) {
    Shapes.same("normalise", x, dx, dy);
    Shapes.floats("normalise", dx, dy, x);
    Shapes.perRow("normalise", inverse, x);
    Shapes.vector("normalise", weight, x);
    Shapes.vector("normalise", dweight, x);
    VectorNorms.backward(workers, dx, add, dweight, null, dy, null, inverse, x, weight);
  }

  @Override
  public void layerNorm(
      Tensor y, Tensor mean, Tensor inverse, Tensor x, Tensor weight, Tensor bias, float epsilon) {
    Shapes.same("normalise", y, x);
    Shapes.perRow("normalise", mean, x);
    Shapes.perRow("normalise", inverse, x);
    Shapes.vector("normalise", weight, x);
    Shapes.vector("normalise", bias, x);
    VectorNorms.layerNorm(workers, y, mean, inverse, x, weight, bias, epsilon);
  }

  @Override
  public void layerNormBackward(
      Tensor dx,
      boolean add,
      Tensor dweight,
      Tensor dbias,
      Tensor dy,
      Tensor mean,
      Tensor inverse,
      Tensor x,
      Tensor weight) {
    Shapes.same("normalise", x, dx, dy);
    Shapes.floats("normalise", dx, dy, x);
    Shapes.perRow("normalise", mean, x);
    Shapes.perRow("normalise", inverse, x);
    Shapes.vector("normalise", weight, x);
    Shapes.vector("normalise", dweight, x);
    Shapes.vector("normalise", dbias, x);
    VectorNorms.backward(workers, dx, add, dweight, dbias, dy, mean, inverse, x, weight);
  }

  @Override
  public void rotate(
      Tensor x, Tensor cosine, Tensor sine, int[] positions, int headSize, boolean inverse) {
    Shapes.rotate(x, cosine, sine, positions, headSize);
    VectorRows.rotate(workers, x, cosine, sine, positions, headSize, inverse);
  }

  @Override
  public void attention(
      Tensor out, Tensor logSum, Tensor q, Tensor k, Tensor v, Segments segments) {
    Shapes.attention(logSum, q, k, v, segments);
    Shapes.same("attend", q, out);
    Shapes.oneType("attend", q, out);
    attention.forward(out, logSum, q, k, v, segments);
  }

  @Override
  public void attentionBackward(
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
    Shapes.attention(logSum, q, k, v, segments);
    Shapes.same("attend", q, dq, dout, out);
    Shapes.same("attend", k, dk, dv);
    Shapes.oneType("attend", q, out, dout, dq, dk, dv);
    attention.backward(dq, dk, dv, dout, out, logSum, q, k, v, segments);
  }

  @Override
  public void softmax(Tensor x) {
    Shapes.floats("apply softmax", x);
    VectorSoftmax.softmax(workers, x);
  }

  @Override
  public void softmaxBackward(Tensor dx, Tensor dp, Tensor p) {
    Shapes.same("apply softmax", p, dx, dp);
    Shapes.floats("apply softmax", dx, dp, p);
    VectorSoftmax.softmaxBackward(workers, dx, dp, p);
  }

  @Override
  public void crossEntropy(
      Tensor losses, Tensor dlogits, Tensor logits, int[] targets, float scale) {
    Shapes.crossEntropy(losses, dlogits, logits, targets);
    Shapes.floats("compute cross-entropy", losses, logits);
    VectorSoftmax.crossEntropy(workers, losses, dlogits, logits, targets, scale);
  }

  @Override
  public void adamW(
      Tensor parameters,
      Tensor rounded,
      Tensor gradients,
      Tensor first,
      Tensor second,
      AdamWStep step) {
    Shapes.vectors("update", parameters, rounded, gradients, first, second);
    VectorAdamW.update(workers, parameters, rounded, gradients, first, second, step);
  }

  @Override
  public void patches(Tensor patches, Tensor pixels, int size, int patch) {
    Shapes.patches(patches, pixels, size, patch);
    VectorRows.patches(workers, patches, pixels, size, patch);
  }

  /** Stops the helper threads and frees compiled products. No use afterwards. */
  @Override
  public void close() {
    workers.close();
    matmul.close();
  }
}
