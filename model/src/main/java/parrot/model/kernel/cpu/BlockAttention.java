package parrot.model.kernel.cpu;

import java.lang.ref.Reference;
import parrot.model.kernel.Segments;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * Attention by blocks of queries: products on whole blocks, softmax row by row in between. Scores
 * exist for one block at a time, in float32 and in memory that each worker keeps; a block meets
 * only the keys that one of its queries sees.
 */
final class BlockAttention {
  private final Workers workers;
  private final MatrixProduct matmul;
  private final AttentionScratch[] scratch;

  BlockAttention(Workers workers, MatrixProduct matmul) {
    this.workers = workers;
    this.matmul = matmul;
    scratch = new AttentionScratch[workers.threads()];
    for (int i = 0; i < scratch.length; i++) {
      scratch[i] = new AttentionScratch();
    }
  }

  /** Rows of queries and keys of one segment, and the columns of one head. */
  private record Head(Segments segments, int segment, int head, int keyHead) {
    static Head of(Segments segments, int segment, int head) {
      return new Head(segments, segment, head, head / (segments.heads() / segments.keyHeads()));
    }

    int firstQuery() {
      return segments.queries()[segment];
    }

    int endOfQueries() {
      return segments.queries()[segment + 1];
    }

    int firstKey() {
      return segments.keys()[segment];
    }

    int keys() {
      return segments.keys()[segment + 1] - firstKey();
    }

    int size() {
      return segments.headSize();
    }

    /** First column of the head's queries. */
    int column() {
      return head * size();
    }

    /** First column of its keys and values. */
    int keyColumn() {
      return keyHead * size();
    }

    float scale() {
      return (float) (1 / Math.sqrt(size()));
    }

    int seen(int query) {
      return segments.seen(segment, query);
    }
  }

  void forward(Tensor out, Tensor logSum, Tensor q, Tensor k, Tensor v, Segments segments) {
    workers.run(
        segments.count() * segments.heads(),
        (index, worker) ->
            forward(
                matmul.product(q.type(), worker),
                scratch[worker],
                out,
                logSum,
                q,
                k,
                v,
                Head.of(segments, index / segments.heads(), index % segments.heads())));
    keep(out, logSum, q, k, v);
  }

  private static void forward(
      BlockProduct product,
      AttentionScratch scratch,
      Tensor out,
      Tensor logSum,
      Tensor q,
      Tensor k,
      Tensor v,
      Head head) {
    int size = head.size();
    scratch.reserve(q.type(), head.endOfQueries() - head.firstQuery(), head.keys(), size, false);
    int stride = scratch.stride();
    long keyAt = address(k, head.firstKey(), head.keyColumn());
    long valueAt = address(v, head.firstKey(), head.keyColumn());
    for (int from = head.firstQuery(); from < head.endOfQueries(); from += scratch.rows()) {
      int rows = Math.min(head.endOfQueries() - from, scratch.rows());
      int seen = head.seen(from + rows - 1);
      product
          .sizes(rows, seen, size)
          .transpose(false, true)
          .left(address(q, from, head.column()), q.stride())
          .right(keyAt, k.stride())
          .into(ElementType.F32, scratch.scores().address(), stride);
      for (int i = 0; i < rows; i++) {
        float[] shiftAndSum = scratch.shiftAndSum();
        VectorScores.exponentials(
            scratch.scores().buffer(),
            4 * i * stride,
            scratch.probabilities(),
            i,
            head.seen(from + i),
            VectorScores.padded(seen),
            head.scale(),
            shiftAndSum);
        logSum.set(from + i, head.head, (float) (shiftAndSum[0] + Math.log(shiftAndSum[1])));
        scratch.sums().set(0, i, shiftAndSum[1]);
      }
      product
          .sizes(rows, size, seen)
          .left(scratch.probabilities().address(), stride)
          .right(valueAt, v.stride())
          .into(ElementType.F32, scratch.weighted().address(), size);
      scratch.storeWeighted(out, from, head.column(), rows);
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
          AttentionScratch memory = scratch[worker];
          int group = segments.heads() / segments.keyHeads();
          int segment = index / segments.keyHeads();
          int keyHead = index % segments.keyHeads();
          Head first = new Head(segments, segment, keyHead * group, keyHead);
          memory.reserve(
              q.type(),
              first.endOfQueries() - first.firstQuery(),
              first.keys(),
              segments.headSize(),
              true);
          memory.clearSums();
          for (int head = keyHead * group; head < (keyHead + 1) * group; head++) {
            backward(
                matmul.product(q.type(), worker),
                memory,
                dq,
                dout,
                out,
                logSum,
                q,
                k,
                v,
                new Head(segments, segment, head, keyHead));
          }
          memory.storeSums(dk, dv, first.firstKey(), first.keyColumn());
        });
    keep(dq, dk, dv, dout, out, logSum, q, k, v);
  }

  private static void backward(
      BlockProduct product,
      AttentionScratch scratch,
      Tensor dq,
      Tensor dout,
      Tensor out,
      Tensor logSum,
      Tensor q,
      Tensor k,
      Tensor v,
      Head head) {
    int size = head.size();
    int stride = scratch.stride();
    long keyAt = address(k, head.firstKey(), head.keyColumn());
    long valueAt = address(v, head.firstKey(), head.keyColumn());
    for (int from = head.firstQuery(); from < head.endOfQueries(); from += scratch.rows()) {
      int rows = Math.min(head.endOfQueries() - from, scratch.rows());
      int seen = head.seen(from + rows - 1);
      long queryAt = address(q, from, head.column());
      long doutAt = address(dout, from, head.column());
      scores(product, scratch.scores(), rows, seen, size, queryAt, q, keyAt, k, stride);
      scores(product, scratch.slopes(), rows, seen, size, doutAt, dout, valueAt, v, stride);
      for (int i = 0; i < rows; i++) {
        VectorScores.backward(
            scratch.scores().buffer(),
            scratch.slopes().buffer(),
            4 * i * stride,
            scratch.probabilities(),
            scratch.scoreSlopes(),
            i,
            head.seen(from + i),
            VectorScores.padded(seen),
            logSum.get(from + i, head.head),
            VectorScores.along(dout, out, from + i, head.column(), size),
            head.scale());
      }
      long probabilitiesAt = scratch.probabilities().address();
      long slopesAt = scratch.scoreSlopes().address();
      addTransposed(
          product, scratch.dvalues(), seen, size, rows, probabilitiesAt, stride, doutAt, dout);
      addTransposed(product, scratch.dkeys(), seen, size, rows, slopesAt, stride, queryAt, q);
      product
          .sizes(rows, size, seen)
          .left(slopesAt, stride)
          .right(keyAt, k.stride())
          .into(dq.type(), address(dq, from, head.column()), dq.stride());
    }
  }

  /** {@code result = x y^T}, x of {@code rows} rows and y of {@code seen}. */
  private static void scores(
      BlockProduct product,
      Tensor result,
      int rows,
      int seen,
      int size,
      long xAt,
      Tensor x,
      long yAt,
      Tensor y,
      int stride) {
    product
        .sizes(rows, seen, size)
        .transpose(false, true)
        .left(xAt, x.stride())
        .right(yAt, y.stride())
        .into(ElementType.F32, result.address(), stride);
  }

  /** {@code sums += weights^T x}, weights of {@code rows} rows and {@code seen} columns. */
  private static void addTransposed(
      BlockProduct product,
      Tensor sums,
      int seen,
      int size,
      int rows,
      long weightsAt,
      int stride,
      long xAt,
      Tensor x) {
    product
        .sizes(seen, size, rows)
        .transpose(true, false)
        .left(weightsAt, stride)
        .right(xAt, x.stride())
        .add(true)
        .into(ElementType.F32, sums.address(), size);
  }

  private static long address(Tensor x, int row, int column) {
    return x.address() + x.type().bytes() * ((long) row * x.stride() + column);
  }

  /** Products see addresses only; the memory must outlive them. */
  private static void keep(Tensor... tensors) {
    for (Tensor tensor : tensors) {
      Reference.reachabilityFence(tensor);
    }
  }
}
