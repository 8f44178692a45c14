package parrot.model.kernel.reference;

import java.util.Arrays;
import parrot.model.kernel.Segments;
import parrot.model.tensor.Tensor;

/** Attention written as its definition: one query of one head at a time. */
final class ReferenceAttention {
  private ReferenceAttention() {}

  static void forward(Tensor out, Tensor logSum, Tensor q, Tensor k, Tensor v, Segments segments) {
    int size = segments.headSize();
    for (int segment = 0; segment < segments.count(); segment++) {
      int firstKey = segments.keys()[segment];
      for (int i = segments.queries()[segment]; i < segments.queries()[segment + 1]; i++) {
        int count = segments.seen(segment, i);
        for (int head = 0; head < segments.heads(); head++) {
          int keyHead = head / (segments.heads() / segments.keyHeads());
          double[] scores = scores(q, k, i, head, firstKey, count, keyHead, size);
          ReferenceMath.Exponentials row = ReferenceMath.exponentials(scores);
          logSum.set(i, head, (float) row.logSum());
          double[] probabilities = Arrays.stream(scores).map(row::probability).toArray();
          for (int c = 0; c < size; c++) {
            double sum = 0;
            for (int j = 0; j < count; j++) {
              sum += probabilities[j] * v.get(firstKey + j, keyHead * size + c);
            }
            out.set(i, head * size + c, (float) sum);
          }
        }
      }
    }
  }

  static void backward(
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
    int size = segments.headSize();
    double scale = 1 / Math.sqrt(size);
    double[][] keySlopes = new double[k.rows()][k.columns()];
    double[][] valueSlopes = new double[v.rows()][v.columns()];
    for (int segment = 0; segment < segments.count(); segment++) {
      int firstKey = segments.keys()[segment];
      for (int i = segments.queries()[segment]; i < segments.queries()[segment + 1]; i++) {
        int count = segments.seen(segment, i);
        for (int head = 0; head < segments.heads(); head++) {
          int at = head * size;
          int keyHead = head / (segments.heads() / segments.keyHeads());
          int keyAt = keyHead * size;
          double[] scores = scores(q, k, i, head, firstKey, count, keyHead, size);
          double along = 0;
          for (int c = 0; c < size; c++) {
            along += (double) dout.get(i, at + c) * out.get(i, at + c);
          }
          double[] querySlope = new double[size];
          for (int j = 0; j < count; j++) {
            double probability = Math.exp(scores[j] - logSum.get(i, head));
            double slope = 0;
            for (int c = 0; c < size; c++) {
              slope += (double) dout.get(i, at + c) * v.get(firstKey + j, keyAt + c);
            }
            double scoreSlope = probability * (slope - along) * scale;
            for (int c = 0; c < size; c++) {
              querySlope[c] += scoreSlope * k.get(firstKey + j, keyAt + c);
              keySlopes[firstKey + j][keyAt + c] += scoreSlope * q.get(i, at + c);
              valueSlopes[firstKey + j][keyAt + c] += probability * dout.get(i, at + c);
            }
          }
          for (int c = 0; c < size; c++) {
            dq.set(i, at + c, (float) querySlope[c]);
          }
        }
      }
    }
    store(dk, keySlopes);
    store(dv, valueSlopes);
  }

  private static double[] scores(
      Tensor q, Tensor k, int i, int head, int firstKey, int count, int keyHead, int size) {
    double[] scores = new double[count];
    for (int j = 0; j < count; j++) {
      for (int c = 0; c < size; c++) {
        scores[j] += (double) q.get(i, head * size + c) * k.get(firstKey + j, keyHead * size + c);
      }
      scores[j] /= Math.sqrt(size);
    }
    return scores;
  }

  private static void store(Tensor y, double[][] values) {
    for (int i = 0; i < y.rows(); i++) {
      for (int j = 0; j < y.columns(); j++) {
        y.set(i, j, (float) values[i][j]);
      }
    }
  }
}
