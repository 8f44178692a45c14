package parrot.model.kernel.reference;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import parrot.model.kernel.Activation;
import parrot.model.kernel.AdamWStep;
import parrot.model.kernel.CheckedKernels;
import parrot.model.kernel.DropMask;
import parrot.model.kernel.EightBit;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Segments;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Master;
import parrot.model.tensor.Tensor;

/**
 * Every operation as a plain loop with sums in double precision: what the other implementations are
 * held against. Slow on purpose.
 */
final class ReferenceKernels extends CheckedKernels {

  @Override
  public ElementType factorType() {
    return ElementType.F32;
  }

  @Override
  public Kernels byRow() {
    return this; // plain loops never look at other rows
  }

  @Override
  protected void doMatmul(
      Tensor c, Tensor a, boolean transposeA, Tensor b, boolean transposeB, float beta) {
    int inner = transposeA ? a.rows() : a.columns();
    for (int i = 0; i < c.rows(); i++) {
      for (int j = 0; j < c.columns(); j++) {
        double sum = 0;
        for (int k = 0; k < inner; k++) {
          float left = transposeA ? a.get(k, i) : a.get(i, k);
          float right = transposeB ? b.get(j, k) : b.get(k, j);
          sum += (double) left * right;
        }
        c.set(i, j, (float) (beta == 0 ? sum : c.get(i, j) + sum));
      }
    }
  }

  @Override
  protected void doCopy(Tensor y, Tensor x) {
    each(y, (i, j) -> x.get(i, j));
  }

  @Override
  public void fill(Tensor y, float value) {
    each(y, (i, j) -> value);
  }

  @Override
  protected void doAdd(Tensor y, Tensor x, float alpha) {
    each(y, (i, j) -> y.get(i, j) + (double) alpha * x.get(i, j));
  }

  @Override
  protected void doDrop(Tensor y, Tensor x, DropMask mask) {
    long columns = x.columns();
    each(y, (i, j) -> mask.drops(i * columns + j) ? 0 : (double) x.get(i, j) * mask.scale());
  }

  @Override
  public void scale(Tensor y, float alpha) {
    each(y, (i, j) -> (double) y.get(i, j) * alpha);
  }

  @Override
  protected void doAddBias(Tensor x, Tensor bias) {
    each(x, (i, j) -> (double) x.get(i, j) + bias.get(0, j));
  }

  @Override
  protected void doLinear(
      Tensor y, Tensor x, Tensor weight, Tensor bias, Activation activation, float beta) {
    Tensor exact = Tensor.allocate(y.rows(), y.columns());
    doCopy(exact, y);
    doMatmul(exact, x, false, weight, true, beta);
    if (bias != null) {
      doAddBias(exact, bias);
    }
    if (activation != null) {
      doActivate(exact, exact, activation);
    }
    doCopy(y, exact);
  }

  @Override
  protected void doAddBiasBackward(Tensor dbias, Tensor dy) {
    addColumnSums(dbias, dy, (i, j) -> dy.get(i, j));
  }

  @Override
  public double sumOfSquares(Tensor x) {
    return doDot(x, x);
  }

  @Override
  protected double doDot(Tensor x, Tensor y) {
    double sum = 0;
    for (int i = 0; i < x.rows(); i++) {
      for (int j = 0; j < x.columns(); j++) {
        sum += (double) x.get(i, j) * y.get(i, j);
      }
    }
    return sum;
  }

  @Override
  protected void doGather(Tensor y, Tensor table, int[] rows) {
    each(y, (i, j) -> rows[i] < 0 ? y.get(i, j) : table.get(rows[i], j));
  }

  @Override
  protected void doGatherBackward(Tensor dtable, Tensor dy, int[] rows) {
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; rows[i] >= 0 && j < dy.columns(); j++) {
        dtable.set(rows[i], j, dtable.get(rows[i], j) + dy.get(i, j));
      }
    }
  }

  @Override
  protected void doScatter(Tensor y, Tensor x, int[] rows) {
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; rows[i] >= 0 && j < x.columns(); j++) {
        y.set(rows[i], j, x.get(i, j));
      }
    }
  }

  @Override
  protected void doActivate(Tensor y, Tensor x, Activation activation) {
    each(
        y,
        (i, j) -> {
          double value = x.get(i, j);
          return switch (activation) {
            case GELU -> value * ReferenceMath.normalDistribution(value);
            case QUICK_GELU -> value * ReferenceMath.sigmoid(1.702 * value);
            case TANH_GELU -> value * (1 + Math.tanh(ReferenceMath.tanhArgument(value))) / 2;
          };
        });
  }

  @Override
  protected void doActivateBackward(Tensor dx, Tensor dy, Tensor x, Activation activation) {
    each(
        dx,
        (i, j) -> {
          double value = x.get(i, j);
          double slope =
              switch (activation) {
                case GELU ->
                    ReferenceMath.normalDistribution(value)
                        + value * ReferenceMath.normalDensity(value);
                case QUICK_GELU -> ReferenceMath.swishSlope(value, 1.702);
                case TANH_GELU -> ReferenceMath.tanhGeluSlope(value);
              };
          return dy.get(i, j) * slope;
        });
  }

  @Override
  protected void doSwiglu(Tensor y, Tensor gate, Tensor up) {
    each(
        y,
        (i, j) -> {
          double value = gate.get(i, j);
          return value * ReferenceMath.sigmoid(value) * up.get(i, j);
        });
  }

  @Override
  protected void doSwigluBackward(Tensor dgate, Tensor dup, Tensor dy, Tensor gate, Tensor up) {
    for (int i = 0; i < dy.rows(); i++) {
      for (int j = 0; j < dy.columns(); j++) {
        double value = gate.get(i, j);
        double slope = dy.get(i, j) * (double) up.get(i, j) * ReferenceMath.swishSlope(value, 1);
        dup.set(i, j, (float) (dy.get(i, j) * value * ReferenceMath.sigmoid(value)));
        dgate.set(i, j, (float) slope);
      }
    }
  }

  @Override
  protected void doRmsNorm(Tensor y, Tensor inverse, Tensor x, Tensor weight, float epsilon) {
    for (int i = 0; i < x.rows(); i++) {
      double squares = 0;
      for (int j = 0; j < x.columns(); j++) {
        squares += (double) x.get(i, j) * x.get(i, j);
      }
      inverse.set(i, 0, (float) (1 / Math.sqrt(squares / x.columns() + epsilon)));
    }
    each(y, (i, j) -> (double) x.get(i, j) * inverse.get(i, 0) * weight.get(0, j));
  }

  @Override
  protected void doRmsNormBackward(
      Tensor dx, boolean add, Tensor dweight, Tensor dy, Tensor inverse, Tensor x, Tensor weight) {
    Value normalised = (i, j) -> (double) x.get(i, j) * inverse.get(i, 0);
    if (dweight != null) {
      addColumnSums(dweight, dy, (i, j) -> dy.get(i, j) * normalised.at(i, j));
    }
    for (int i = 0; i < x.rows(); i++) {
      double along = 0;
      for (int j = 0; j < x.columns(); j++) {
        along += (double) dy.get(i, j) * weight.get(0, j) * normalised.at(i, j);
      }
      along /= x.columns();
      for (int j = 0; j < x.columns(); j++) {
        double slope = (double) dy.get(i, j) * weight.get(0, j) - normalised.at(i, j) * along;
        dx.set(i, j, (float) ((add ? dx.get(i, j) : 0) + inverse.get(i, 0) * slope));
      }
    }
  }

  @Override
  protected void doLayerNorm(
      Tensor y, Tensor mean, Tensor inverse, Tensor x, Tensor weight, Tensor bias, float epsilon) {
    for (int i = 0; i < x.rows(); i++) {
      double sum = 0;
      for (int j = 0; j < x.columns(); j++) {
        sum += x.get(i, j);
      }
      double centre = sum / x.columns();
      double squares = 0;
      for (int j = 0; j < x.columns(); j++) {
        squares += (x.get(i, j) - centre) * (x.get(i, j) - centre);
      }
      mean.set(i, 0, (float) centre);
      inverse.set(i, 0, (float) (1 / Math.sqrt(squares / x.columns() + epsilon)));
    }
    each(
        y,
        (i, j) ->
            ((double) x.get(i, j) - mean.get(i, 0)) * inverse.get(i, 0) * weight.get(0, j)
                + bias.get(0, j));
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
    Value normalised = (i, j) -> ((double) x.get(i, j) - mean.get(i, 0)) * inverse.get(i, 0);
    if (dweight != null) {
      addColumnSums(dweight, dy, (i, j) -> dy.get(i, j) * normalised.at(i, j));
    }
    if (dbias != null) {
      addColumnSums(dbias, dy, (i, j) -> dy.get(i, j));
    }
    for (int i = 0; i < x.rows(); i++) {
      double average = 0;
      double along = 0;
      for (int j = 0; j < x.columns(); j++) {
        double slope = (double) dy.get(i, j) * weight.get(0, j);
        average += slope;
        along += slope * normalised.at(i, j);
      }
      average /= x.columns();
      along /= x.columns();
      for (int j = 0; j < x.columns(); j++) {
        double slope = (double) dy.get(i, j) * weight.get(0, j);
        double value = slope - average - normalised.at(i, j) * along;
        dx.set(i, j, (float) ((add ? dx.get(i, j) : 0) + inverse.get(i, 0) * value));
      }
    }
  }

  @Override
  protected void doRotate(
      Tensor x, Tensor cosine, Tensor sine, int[] positions, int headSize, boolean inverse) {
    int half = headSize / 2;
    for (int i = 0; i < x.rows(); i++) {
      for (int head = 0; head < x.columns(); head += headSize) {
        for (int j = 0; j < half; j++) {
          double c = cosine.get(positions[i], j);
          double s = inverse ? -sine.get(positions[i], j) : sine.get(positions[i], j);
          double left = x.get(i, head + j);
          double right = x.get(i, head + half + j);
          x.set(i, head + j, (float) (left * c - right * s));
          x.set(i, head + half + j, (float) (right * c + left * s));
        }
      }
    }
  }

  @Override
  protected void doAttention(
      Tensor out, Tensor logSum, Tensor q, Tensor k, Tensor v, Segments segments) {
    ReferenceAttention.forward(out, logSum, q, k, v, segments);
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
    ReferenceAttention.backward(dq, dk, dv, dout, out, logSum, q, k, v, segments);
  }

  @Override
  protected void doSoftmax(Tensor x) {
    for (int i = 0; i < x.rows(); i++) {
      ReferenceMath.Exponentials row = ReferenceMath.exponentials(x, i);
      for (int j = 0; j < x.columns(); j++) {
        x.set(i, j, (float) row.probability(x.get(i, j)));
      }
    }
  }

  @Override
  protected void doSoftmaxBackward(Tensor dx, Tensor dp, Tensor p) {
    for (int i = 0; i < p.rows(); i++) {
      double along = 0;
      for (int j = 0; j < p.columns(); j++) {
        along += (double) p.get(i, j) * dp.get(i, j);
      }
      for (int j = 0; j < p.columns(); j++) {
        dx.set(i, j, (float) (p.get(i, j) * (dp.get(i, j) - along)));
      }
    }
  }

  @Override
  protected void doCrossEntropy(
      Tensor losses, Tensor dlogits, Tensor logits, int[] targets, float scale) {
    for (int i = 0; i < logits.rows(); i++) {
      ReferenceMath.Exponentials row = ReferenceMath.exponentials(logits, i);
      losses.set(i, 0, (float) row.loss(logits.get(i, targets[i])));
      for (int j = 0; dlogits != null && j < logits.columns(); j++) {
        double probability = row.probability(logits.get(i, j));
        dlogits.set(i, j, (float) (scale * (probability - (j == targets[i] ? 1 : 0))));
      }
    }
  }

  @Override
  protected void doPack(EightBit y, Tensor x) {
    y.pack(0, y.blocks(), x.buffer());
  }

  @Override
  protected void doUnpack(Tensor y, EightBit x) {
    x.unpack(0, x.blocks(), y.buffer());
  }

  @Override
  protected void doAdamW(
      Master parameters, Tensor gradients, Tensor first, Tensor second, AdamWStep step) {
    ByteBuffer value = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.nativeOrder());
    for (int j = 0; j < parameters.columns(); j++) {
      double gradient = gradients.get(0, j) * step.gradientScale();
      double m = step.beta1() * first.get(0, j) + (1 - step.beta1()) * gradient;
      double v = step.beta2() * second.get(0, j) + (1 - step.beta2()) * gradient * gradient;
      first.set(0, j, (float) m);
      second.set(0, j, (float) v);
      double divisor = Math.sqrt(v) / step.correction2() + step.epsilon();
      Master parameter = parameters.window(j, 1);
      parameter.read(value, 0);
      double decayed = value.getFloat(0) * step.kept();
      value.putFloat(0, (float) (decayed - step.correctedRate() * m / divisor));
      parameter.write(value, 0);
    }
  }

  @Override
  protected void doPatches(Tensor patches, Tensor pixels, int size, int patch) {
    int grid = size / patch;
    each(
        patches,
        (i, j) -> {
          int image = i / (grid * grid);
          int channel = j / (patch * patch);
          int row = i / grid % grid * patch + j / patch % patch;
          int column = i % grid * patch + j % patch;
          return pixels.get(image, (channel * size + row) * size + column);
        });
  }

  /** Holds nothing. */
  @Override
  public void close() {}

  private interface Value {
    double at(int row, int column);
  }

  private static void each(Tensor y, Value value) {
    for (int i = 0; i < y.rows(); i++) {
      for (int j = 0; j < y.columns(); j++) {
        y.set(i, j, (float) value.at(i, j));
      }
    }
  }

  private static void addColumnSums(Tensor sums, Tensor over, Value value) {
    for (int j = 0; j < over.columns(); j++) {
      double sum = sums.get(0, j);
      for (int i = 0; i < over.rows(); i++) {
        sum += value.at(i, j);
      }
      sums.set(0, j, (float) sum);
    }
  }
}
