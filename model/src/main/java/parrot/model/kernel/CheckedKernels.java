package parrot.model.kernel;

import parrot.model.tensor.Master;
import parrot.model.tensor.Tensor;

/**
 * Checks arguments once for all devices. A public method refuses what does not fit; the method with
 * the same name after {@code do} computes, and can rely on its arguments.
 */
public abstract class CheckedKernels implements Kernels {

  @Override
  public final void matmul(
      Tensor c, Tensor a, boolean transposeA, Tensor b, boolean transposeB, float beta) {
    Shapes.matmul(c, a, transposeA, b, transposeB, beta);
    doMatmul(c, a, transposeA, b, transposeB, beta);
  }

  @Override
  public final void linear(
      Tensor y, Tensor x, Tensor weight, Tensor bias, Activation activation, float beta) {
    Shapes.matmul(y, x, false, weight, true, beta);
    Shapes.vector("add a bias", bias, y);
    doLinear(y, x, weight, bias, activation, beta);
  }

  @Override
  public final void copy(Tensor y, Tensor x) {
    Shapes.same("copy", y, x);
    doCopy(y, x);
  }

  @Override
  public final void add(Tensor y, Tensor x, float alpha) {
    Shapes.same("add", y, x);
    doAdd(y, x, alpha);
  }

  @Override
  public final void drop(Tensor y, Tensor x, double share, long seed) {
    Shapes.same("drop", y, x);
    doDrop(y, x, DropMask.of(seed, share));
  }

  @Override
  public final void addBias(Tensor x, Tensor bias) {
    Shapes.vector("add a bias", bias, x);
    doAddBias(x, bias);
  }

  @Override
  public final void addBiasBackward(Tensor dbias, Tensor dy) {
    Shapes.vector("add a bias", dbias, dy);
    doAddBiasBackward(dbias, dy);
  }

  @Override
  public final double dot(Tensor x, Tensor y) {
    Shapes.same("multiply", x, y);
    return doDot(x, y);
  }

  @Override
  public final void gather(Tensor y, Tensor table, int[] rows) {
    Shapes.indexed("gather", table, y, rows);
    doGather(y, table, rows);
  }

  @Override
  public final void gather(Tensor y, Master table, int[] rows) {
    if (!table.isSplit()) {
      gather(y, table.whole(), rows);
      return;
    }
    Shapes.indexed("gather", table.high(), y, rows);
    Shapes.floats("gather", y);
    doGather(y, table, rows);
  }

  /** From halves. */
  protected void doGather(Tensor y, Master halves, int[] rows) {
    Kernels.super.gather(y, halves, rows);
  }

  @Override
  public final void gatherBackward(Tensor dtable, Tensor dy, int[] rows) {
    Shapes.indexed("gather", dtable, dy, rows);
    Shapes.floats("gather", dtable, dy);
    doGatherBackward(dtable, dy, rows);
  }

  @Override
  public final void scatter(Tensor y, Tensor x, int[] rows) {
    Shapes.indexed("scatter", y, x, rows);
    doScatter(y, x, rows);
  }

  @Override
  public final void activate(Tensor y, Tensor x, Activation activation) {
    Shapes.same("activate", y, x);
    doActivate(y, x, activation);
  }

  @Override
  public final void activateBackward(Tensor dx, Tensor dy, Tensor x, Activation activation) {
    Shapes.same("activate", x, dx, dy);
    doActivateBackward(dx, dy, x, activation);
  }

  @Override
  public final void swiglu(Tensor y, Tensor gate, Tensor up) {
    Shapes.same("apply swiglu", y, gate, up);
    doSwiglu(y, gate, up);
  }

  @Override
  public final void swigluBackward(Tensor dgate, Tensor dup, Tensor dy, Tensor gate, Tensor up) {
    Shapes.same("apply swiglu", dy, dgate, dup, gate, up);
    doSwigluBackward(dgate, dup, dy, gate, up);
  }

  @Override
  public final void rmsNorm(Tensor y, Tensor inverse, Tensor x, Tensor weight, float epsilon) {
    Shapes.same("normalise", y, x);
    Shapes.perRow("normalise", inverse, x);
    Shapes.vector("normalise", weight, x);
    doRmsNorm(y, inverse, x, weight, epsilon);
  }

  @Override
  public final void rmsNormBackward(
      Tensor dx, boolean add, Tensor dweight, Tensor dy, Tensor inverse, Tensor x, Tensor weight) {
    Shapes.same("normalise", x, dx, dy);
    Shapes.floats("normalise", dx, dy, x);
    Shapes.perRow("normalise", inverse, x);
    Shapes.vector("normalise", weight, x);
    Shapes.vector("normalise", dweight, x);
    doRmsNormBackward(dx, add, dweight, dy, inverse, x, weight);
  }

  @Override
  public final void layerNorm(
      Tensor y, Tensor mean, Tensor inverse, Tensor x, Tensor weight, Tensor bias, float epsilon) {
    Shapes.same("normalise", y, x);
    Shapes.perRow("normalise", mean, x);
    Shapes.perRow("normalise", inverse, x);
    Shapes.vector("normalise", weight, x);
    Shapes.vector("normalise", bias, x);
    doLayerNorm(y, mean, inverse, x, weight, bias, epsilon);
  }

  @Override
  public final void layerNormBackward(
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
    doLayerNormBackward(dx, add, dweight, dbias, dy, mean, inverse, x, weight);
  }

  @Override
  public final void rotate(
      Tensor x, Tensor cosine, Tensor sine, int[] positions, int headSize, boolean inverse) {
    Shapes.rotate(x, cosine, sine, positions, headSize);
    doRotate(x, cosine, sine, positions, headSize, inverse);
  }

  @Override
  public final void attention(
      Tensor out, Tensor logSum, Tensor q, Tensor k, Tensor v, Segments segments) {
    Shapes.attention(logSum, q, k, v, segments);
    Shapes.same("attend", q, out);
    Shapes.oneType("attend", q, out);
    doAttention(out, logSum, q, k, v, segments);
  }

  @Override
  public final void attentionBackward(
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
    doAttentionBackward(dq, dk, dv, dout, out, logSum, q, k, v, segments);
  }

  @Override
  public final void softmax(Tensor x) {
    Shapes.floats("apply softmax", x);
    doSoftmax(x);
  }

  @Override
  public final void softmaxBackward(Tensor dx, Tensor dp, Tensor p) {
    Shapes.same("apply softmax", p, dx, dp);
    Shapes.floats("apply softmax", dx, dp, p);
    doSoftmaxBackward(dx, dp, p);
  }

  @Override
  public final void crossEntropy(
      Tensor losses, Tensor dlogits, Tensor logits, int[] targets, float scale) {
    Shapes.crossEntropy(losses, dlogits, logits, targets);
    Shapes.floats("compute cross-entropy", losses, logits);
    doCrossEntropy(losses, dlogits, logits, targets, scale);
  }

  @Override
  public final void adamW(
      Master parameters, Tensor gradients, Tensor first, Tensor second, AdamWStep step) {
    Shapes.master("update", parameters);
    Shapes.fits("update", gradients, 1, parameters.columns());
    Shapes.vectors("update", first, second);
    Shapes.fits("update", first, 1, parameters.columns());
    doAdamW(parameters, gradients, first, second, step);
  }

  @Override
  public final void pack(EightBit y, Tensor x) {
    Shapes.floats("pack", x);
    Shapes.fits("pack", x, 1, y.count());
    doPack(y, x);
  }

  @Override
  public final void unpack(Tensor y, EightBit x) {
    Shapes.floats("unpack", y);
    Shapes.fits("unpack", y, 1, x.count());
    doUnpack(y, x);
  }

  @Override
  public final void patches(Tensor patches, Tensor pixels, int size, int patch) {
    Shapes.patches(patches, pixels, size, patch);
    doPatches(patches, pixels, size, patch);
  }

  @Override
  public final void scaleBlocks(Tensor y, Tensor x, Tensor factors) {
    Shapes.same("scale", x, y);
    Shapes.perBlock("scale", factors, x);
    doScaleBlocks(y, x, factors);
  }

  @Override
  public final void dotBlocks(Tensor products, Tensor x, Tensor y) {
    Shapes.same("multiply", x, y);
    Shapes.perBlock("multiply", products, x);
    doDotBlocks(products, x, y);
  }

  @Override
  public final int[][] largest(Tensor x, double[] bias, int count) {
    Shapes.largest(x, bias, count);
    return doLargest(x, bias, count);
  }

  protected abstract void doMatmul(
      Tensor c, Tensor a, boolean transposeA, Tensor b, boolean transposeB, float beta);

  protected abstract void doLinear(
      Tensor y, Tensor x, Tensor weight, Tensor bias, Activation activation, float beta);

  protected abstract void doCopy(Tensor y, Tensor x);

  protected abstract void doDrop(Tensor y, Tensor x, DropMask mask);

  protected abstract void doAdd(Tensor y, Tensor x, float alpha);

  protected abstract void doAddBias(Tensor x, Tensor bias);

  protected abstract void doAddBiasBackward(Tensor dbias, Tensor dy);

  protected abstract double doDot(Tensor x, Tensor y);

  protected abstract void doGather(Tensor y, Tensor table, int[] rows);

  protected abstract void doGatherBackward(Tensor dtable, Tensor dy, int[] rows);

  protected abstract void doScatter(Tensor y, Tensor x, int[] rows);

  protected abstract void doActivate(Tensor y, Tensor x, Activation activation);

  protected abstract void doActivateBackward(Tensor dx, Tensor dy, Tensor x, Activation activation);

  protected abstract void doSwiglu(Tensor y, Tensor gate, Tensor up);

  protected abstract void doSwigluBackward(
      Tensor dgate, Tensor dup, Tensor dy, Tensor gate, Tensor up);

  protected abstract void doRmsNorm(
      Tensor y, Tensor inverse, Tensor x, Tensor weight, float epsilon);

  protected abstract void doRmsNormBackward(
      Tensor dx, boolean add, Tensor dweight, Tensor dy, Tensor inverse, Tensor x, Tensor weight);

  protected abstract void doLayerNorm(
      Tensor y, Tensor mean, Tensor inverse, Tensor x, Tensor weight, Tensor bias, float epsilon);

  protected abstract void doLayerNormBackward(
      Tensor dx,
      boolean add,
      Tensor dweight,
      Tensor dbias,
      Tensor dy,
      Tensor mean,
      Tensor inverse,
      Tensor x,
      Tensor weight);

  protected abstract void doRotate(
      Tensor x, Tensor cosine, Tensor sine, int[] positions, int headSize, boolean inverse);

  protected abstract void doAttention(
      Tensor out, Tensor logSum, Tensor q, Tensor k, Tensor v, Segments segments);

  protected abstract void doAttentionBackward(
      Tensor dq,
      Tensor dk,
      Tensor dv,
      Tensor dout,
      Tensor out,
      Tensor logSum,
      Tensor q,
      Tensor k,
      Tensor v,
      Segments segments);

  protected abstract void doSoftmax(Tensor x);

  protected abstract void doSoftmaxBackward(Tensor dx, Tensor dp, Tensor p);

  protected abstract void doCrossEntropy(
      Tensor losses, Tensor dlogits, Tensor logits, int[] targets, float scale);

  protected abstract void doAdamW(
      Master parameters, Tensor gradients, Tensor first, Tensor second, AdamWStep step);

  protected abstract void doPack(EightBit y, Tensor x);

  protected abstract void doUnpack(Tensor y, EightBit x);

  protected abstract void doPatches(Tensor patches, Tensor pixels, int size, int patch);

  /** Block by block, with {@link #copy} and {@link #scale}. */
  protected void doScaleBlocks(Tensor y, Tensor x, Tensor factors) {
    int rows = x.rows() / factors.rows();
    for (int block = 0; block < factors.rows(); block++) {
      Tensor target = y.rows(block * rows, (block + 1) * rows);
      if (y != x) {
        copy(target, x.rows(block * rows, (block + 1) * rows));
      }
      scale(target, factors.get(block, 0));
    }
  }

  /** Block by block, with {@link #dot}. */
  protected void doDotBlocks(Tensor products, Tensor x, Tensor y) {
    int rows = x.rows() / products.rows();
    for (int block = 0; block < products.rows(); block++) {
      int from = block * rows;
      products.set(block, 0, (float) dot(x.rows(from, from + rows), y.rows(from, from + rows)));
    }
  }

  /** In memory that this thread reads. */
  protected int[][] doLargest(Tensor x, double[] bias, int count) {
    return LargestColumns.of(x, bias, count);
  }
}
