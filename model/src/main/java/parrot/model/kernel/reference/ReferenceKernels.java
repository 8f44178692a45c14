package parrot.model.kernel.reference;

import parrot.model.kernel.Activation;
import parrot.model.kernel.AdamWStep;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Segments;
import parrot.model.kernel.Shapes;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * Every operation as a plain loop with sums in double precision: what the other implementations are
 * held against. Slow on purpose.
 */
final class ReferenceKernels implements Kernels {

  @Override
  public ElementType factorType() {
    return ElementType.F32;
  }

  @Override
  public void matmul(
      Tensor c, Tensor a, boolean transposeA, Tensor b, boolean transposeB, float beta) {
    Shapes.matmul(c, a, transposeA, b, transposeB, beta);
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
  public void copy(Tensor y, Tensor x) {
    Shapes.same("copy", y, x);
    each(y, (i, j) -> x.get(i, j));
  }

  @Override
  public void fill(Tensor y, float value) {
    each(y, (i, j) -> value);
  }

  @Override
  public void add(Tensor y, Tensor x, float alpha) {
    Shapes.same("add", y, x);
    each(y, (i, j) -> y.get(i, j) + (double) alpha * x.get(i, j));
  }

  @Override
  public void scale(Tensor y, float alpha) {
    each(y, (i, j) -> (double) y.get(i, j) * alpha);
  }

  @Override
  public void addBias(Tensor x, Tensor bias) {
    Shapes.vector("add a bias", bias, x);
    each(x, (i, j) -> (double) x.get(i, j) + bias.get(0, j));
  }

  @Override
  public void linear(
      Tensor y, Tensor x, Tensor weight, Tensor bias, Activation activation, float beta) {
    Tensor exact = Tensor.allocate(y.rows(), y.columns());
    copy(exact, y);
    matmul(exact, x, false, weight, true, beta);
    if (bias != null) {
      addBias(exact, bias);
    }
    if (activation != null) {
      activate(exact, exact, activation);
    }
    copy(y, exact);
  }

  @Override
  public void addBiasBackward(Tensor dbias, Tensor dy) {
    Shapes.vector("add a bias", dbias, dy);
    addColumnSums(dbias, dy, (i, j) -> dy.get(i, j));
  }

  @Override
  public double sumOfSquares(Tensor x) {
    return dot(x, x);
  }

  @Override
  public double dot(Tensor x, Tensor y) {
    Shapes.same("multiply", x, y);
    double sum = 0;
    for (int i = 0; i < x.rows(); i++) {
      for (int j = 0; j < x.columns(); j++) {
        sum += (double) x.get(i, j) * y.get(i, j);
      }
    }
    return sum;
  }

  @Override
  public void gather(Tensor y, Tensor table, int[] rows) {
    Shapes.indexed("gather", table, y, rows);
    each(y, (i, j) -> rows[i] < 0 ? y.get(i, j) : table.get(rows[i], j));
  }

  @Override
  public void gatherBackward(Tensor dtable, Tensor dy, int[] rows) {
    Shapes.indexed("gather", dtable, dy, rows);
    Shapes.floats("gather", dtable, dy);
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; rows[i] >= 0 && j < dy.columns(); j++) {
        dtable.set(rows[i], j, dtable.get(rows[i], j) + dy.get(i, j));
      }
    }
  }

  @Override
  public void scatter(Tensor y, Tensor x, int[] rows) {
    Shapes.indexed("scatter", y, x, rows);
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; rows[i] >= 0 && j < x.columns(); j++) {
        y.set(rows[i], j, x.get(i, j));
      }
    }
  }

  @Override
  public void activate(Tensor y, Tensor x, Activation activation) {
    Shapes.same("activate", y, x);
    each(
        y,
        (i, j) -> {
          double value = x.get(i, j);
          return switch (activation) {
            case GELU -> value * ReferenceMath.normalDistribution(value);
            case QUICK_GELU -> value * ReferenceMath.sigmoid(1.702 * value);
          };
        });
  }

  @Override
  public void activateBackward(Tensor dx, Tensor dy, Tensor x, Activation activation) {
    Shapes.same("activate", x, dx, dy);
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
              };
          return dy.get(i, j) * slope;
        });
  }

  @Override
  public void swiglu(Tensor y, Tensor gate, Tensor up) {
    Shapes.same("apply swiglu", y, gate, up);
    each(
        y,
        (i, j) -> {
          double value = gate.get(i, j);
          return value * ReferenceMath.sigmoid(value) * up.get(i, j);
        });
  }

  @Override
  public void swigluBackward(Tensor dgate, Tensor dup, Tensor dy, Tensor gate, Tensor up) {
    Shapes.same("apply swiglu", dy, dgate, dup, gate, up);
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
  public void rmsNorm(Tensor y, Tensor inverse, Tensor x, Tensor weight, float epsilon) {
    Shapes.same("normalise", y, x);
    Shapes.perRow("normalise", inverse, x);
    Shapes.vector("normalise", weight, x);
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
  public void rmsNormBackward(
      Tensor dx, boolean add, Tensor dweight, Tensor dy, Tensor inverse, Tensor x, Tensor weight) {
    Shapes.same("normalise", x, dx, dy);
    Shapes.floats("normalise", dx, dy, x);
    Shapes.perRow("normalise", inverse, x);
    Shapes.vector("normalise", weight, x);
    Shapes.vector("normalise", dweight, x);
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
  public void layerNorm(
      Tensor y, Tensor mean, Tensor inverse, Tensor x, Tensor weight, Tensor bias, float epsilon) {
    Shapes.same("normalise", y, x);
    Shapes.perRow("normalise", mean, x);
    Shapes.perRow("normalise", inverse, x);
    Shapes.vector("normalise", weight, x);
    Shapes.vector("normalise", bias, x);
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
  public void rotate(
      Tensor x, Tensor cosine, Tensor sine, int[] positions, int headSize, boolean inverse) {
    Shapes.rotate(x, cosine, sine, positions, headSize);
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
  public void attention(
      Tensor out, Tensor logSum, Tensor q, Tensor k, Tensor v, Segments segments) {
    Shapes.attention(logSum, q, k, v, segments);
    Shapes.same("attend", q, out);
    Shapes.oneType("attend", q, out);
    ReferenceAttention.forward(out, logSum, q, k, v, segments);
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
    ReferenceAttention.backward(dq, dk, dv, dout, out, logSum, q, k, v, segments);
  }

  @Override
  public void softmax(Tensor x) {
    Shapes.floats("apply softmax", x);
    for (int i = 0; i < x.rows(); i++) {
      ReferenceMath.Exponentials row = ReferenceMath.exponentials(x, i);
      for (int j = 0; j < x.columns(); j++) {
        x.set(i, j, (float) row.probability(x.get(i, j)));
      }
    }
  }

  @Override
  public void softmaxBackward(Tensor dx, Tensor dp, Tensor p) {
    Shapes.same("apply softmax", p, dx, dp);
    Shapes.floats("apply softmax", dx, dp, p);
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
  public void crossEntropy(
      Tensor losses, Tensor dlogits, Tensor logits, int[] targets, float scale) {
    Shapes.crossEntropy(losses, dlogits, logits, targets);
    Shapes.floats("compute cross-entropy", losses, logits);
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
  public void adamW(
      Tensor parameters,
      Tensor rounded,
      Tensor gradients,
      Tensor first,
      Tensor second,
      AdamWStep step) {
    Shapes.vectors("update", parameters, rounded, gradients, first, second);
    for (int j = 0; j < parameters.columns(); j++) {
      double gradient = gradients.get(0, j) * step.gradientScale();
      double m = step.beta1() * first.get(0, j) + (1 - step.beta1()) * gradient;
      double v = step.beta2() * second.get(0, j) + (1 - step.beta2()) * gradient * gradient;
      first.set(0, j, (float) m);
      second.set(0, j, (float) v);
      double divisor = Math.sqrt(v) / step.correction2() + step.epsilon();
      double decayed = parameters.get(0, j) * step.kept();
      parameters.set(0, j, (float) (decayed - step.correctedRate() * m / divisor));
      if (rounded != null) {
        rounded.set(0, j, parameters.get(0, j));
      }
    }
  }

  @Override
  public void patches(Tensor patches, Tensor pixels, int size, int patch) {
    Shapes.patches(patches, pixels, size, patch);
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
