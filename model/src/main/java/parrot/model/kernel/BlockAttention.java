package parrot.model.kernel;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import parrot.model.tensor.Tensor;

/**
 * Attention by blocks of queries: products on whole blocks, softmax row by row in between. Scores
 * exist for one block at a time, in memory that each worker keeps; a causal block meets only the
 * keys that one of its queries sees.
 */
final class BlockAttention {
  /** Scores of one block: small enough to stay in the cache of a core. */
  private static final int SCORES = 1 << 16;

  private static final int LEAST_ROWS = 16;

  private final Workers workers;
  private final OneDnnMatmul matmul;
  private final Tensor[] scratch;

  BlockAttention(Workers workers, OneDnnMatmul matmul) {
    this.workers = workers;
    this.matmul = matmul;
    scratch = new Tensor[workers.threads()];
  }

  void forward(Tensor out, Tensor logSum, Tensor q, Tensor k, Tensor v, Segments segments) {
    workers.run(
        segments.count() * segments.heads(),
        (index, worker) ->
            forward(
                matmul.gemm(worker),
                worker,
                out,
                logSum,
                q,
                k,
                v,
                segments,
                index / segments.heads(),
                index % segments.heads()));
    keep(out, logSum, q, k, v);
  }

  private void forward(
      Gemm gemm,
      int worker,
      Tensor out,
      Tensor logSum,
      Tensor q,
      Tensor k,
      Tensor v,
      Segments segments,
      int segment,
      int head) {
    int size = segments.headSize();
    int firstQuery = segments.queries()[segment];
    int queries = segments.queries()[segment + 1] - firstQuery;
    int firstKey = segments.keys()[segment];
    int keys = segments.keys()[segment + 1] - firstKey;
    int stride = VectorScores.padded(keys);
    int rows = blockRows(queries, stride);
    int keyHead = head / (segments.heads() / segments.keyHeads());
    long keyAt = address(k, firstKey, keyHead * size);
    long valueAt = address(v, firstKey, keyHead * size);
    Tensor scores = scratch(worker, rows * stride);
    float scale = (float) (1 / Math.sqrt(size));
    for (int from = 0; from < queries; from += rows) {
      int to = Math.min(queries, from + rows);
      int seen = segments.causal() ? keys - queries + to : keys;
      gemm.multiply(
          false,
          true,
          to - from,
          seen,
          size,
          scale,
          address(q, firstQuery + from, head * size),
          q.stride(),
          keyAt,
          k.stride(),
          0,
          scores.address(),
          stride);
      for (int i = from; i < to; i++) {
        int visible = segments.causal() ? keys - queries + i + 1 : keys;
        float total =
            VectorScores.softmax(
                scores.buffer(), 4 * (i - from) * stride, visible, VectorScores.padded(seen));
        logSum.set(firstQuery + i, head, total);
      }
      gemm.multiply(
          false,
          false,
          to - from,
          size,
          seen,
          1,
          scores.address(),
          stride,
          valueAt,
          v.stride(),
          0,
          address(out, firstQuery + from, head * size),
          out.stride());
    }
  }

  void backward(
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
    // One task per key head, because the query heads that share it add to the same gradients.
    workers.run(
        segments.count() * segments.keyHeads(),
        (index, worker) -> {
          int group = segments.heads() / segments.keyHeads();
          int segment = index / segments.keyHeads();
          int keyHead = index % segments.keyHeads();
          for (int head = keyHead * group; head < (keyHead + 1) * group; head++) {
            backward(
                matmul.gemm(worker),
                worker,
                dq,
                dk,
                dv,
                dout,
                out,
                logSum,
                q,
                k,
                v,
                segments,
                segment,
                head,
                keyHead,
                head > keyHead * group);
          }
        });
    keep(dq, dk, dv, dout, out, logSum, q, k, v);
  }

  private void backward(
      Gemm gemm,
      int worker,
      Tensor dq,
      Tensor dk,
      Tensor dv,
      Tensor dout,
      Tensor out,
      Tensor logSum,
      Tensor q,
      Tensor k,
      Tensor v,
      Segments segments,
      int segment,
      int head,
      int keyHead,
      boolean add) {
    int size = segments.headSize();
    int column = head * size;
    int keyColumn = keyHead * size;
    int firstQuery = segments.queries()[segment];
    int queries = segments.queries()[segment + 1] - firstQuery;
    int firstKey = segments.keys()[segment];
    int keys = segments.keys()[segment + 1] - firstKey;
    if (queries == 0) {
      clear(dk, firstKey, keys, keyColumn, size);
      clear(dv, firstKey, keys, keyColumn, size);
      return;
    }
    int stride = VectorScores.padded(keys);
    int rows = blockRows(queries, 2 * stride);
    long keyAt = address(k, firstKey, keyColumn);
    long valueAt = address(v, firstKey, keyColumn);
    long dkAt = address(dk, firstKey, keyColumn);
    long dvAt = address(dv, firstKey, keyColumn);
    Tensor memory = scratch(worker, 2 * rows * stride);
    ByteBuffer buffer = memory.buffer();
    long scoresAt = memory.address();
    int slopesOffset = 4 * rows * stride;
    long slopesAt = scoresAt + slopesOffset;
    float scale = (float) (1 / Math.sqrt(size));
    // Last block first: it meets every key, so it may overwrite what the others add to.
    for (int from = (queries - 1) / rows * rows; from >= 0; from -= rows) {
      int to = Math.min(queries, from + rows);
      int seen = segments.causal() ? keys - queries + to : keys;
      float beta = add || to < queries ? 1 : 0;
      long queryAt = address(q, firstQuery + from, column);
      long doutAt = address(dout, firstQuery + from, column);
      gemm.multiply(
          false,
          true,
          to - from,
          seen,
          size,
          scale,
          queryAt,
          q.stride(),
          keyAt,
          k.stride(),
          0,
          scoresAt,
          stride);
      gemm.multiply(
          false,
          true,
          to - from,
          seen,
          size,
          1,
          doutAt,
          dout.stride(),
          valueAt,
          v.stride(),
          0,
          slopesAt,
          stride);
      for (int i = from; i < to; i++) {
        int visible = segments.causal() ? keys - queries + i + 1 : keys;
        int row = firstQuery + i;
        int at = 4 * (i - from) * stride;
        float along =
            VectorSoftmax.product(
                dout.buffer(),
                Spans.at(dout, row, column),
                out.buffer(),
                Spans.at(out, row, column),
                size);
        VectorScores.backward(
            buffer,
            at,
            buffer,
            slopesOffset + at,
            visible,
            VectorScores.padded(seen),
            logSum.get(row, head),
            along,
            scale);
      }
      gemm.multiply(
          true,
          false,
          seen,
          size,
          to - from,
          1,
          scoresAt,
          stride,
          doutAt,
          dout.stride(),
          beta,
          dvAt,
          dv.stride());
      gemm.multiply(
          true,
          false,
          seen,
          size,
          to - from,
          1,
          slopesAt,
          stride,
          queryAt,
          q.stride(),
          beta,
          dkAt,
          dk.stride());
      gemm.multiply(
          false,
          false,
          to - from,
          size,
          seen,
          1,
          slopesAt,
          stride,
          keyAt,
          k.stride(),
          0,
          address(dq, firstQuery + from, column),
          dq.stride());
    }
  }

  private static void clear(Tensor x, int row, int rows, int column, int columns) {
    for (int i = row; i < row + rows; i++) {
      VectorElementwise.fill(x.buffer(), Spans.at(x, i, column), columns, 0);
    }
  }

  private Tensor scratch(int worker, int values) {
    if (scratch[worker] == null || scratch[worker].size() < values) {
      scratch[worker] = Tensor.allocate(1, Math.max(values, 2 * SCORES));
    }
    return scratch[worker];
  }

  private static int blockRows(int queries, int stride) {
    return Math.max(1, Math.min(queries, Math.max(LEAST_ROWS, SCORES / Math.max(1, stride))));
  }

  private static long address(Tensor x, int row, int column) {
    return x.address() + 4L * ((long) row * x.stride() + column);
  }

  /** Products see addresses only; the memory must outlive them. */
  private static void keep(Tensor... tensors) {
    for (Tensor tensor : tensors) {
      Reference.reachabilityFence(tensor);
    }
  }
}
