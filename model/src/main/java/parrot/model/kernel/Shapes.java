package parrot.model.kernel;

import parrot.model.tensor.ElementType;
import parrot.model.tensor.Master;
import parrot.model.tensor.Tensor;

/** What the arguments of each operation must fit. */
final class Shapes {
  private Shapes() {}

  static void matmul(Tensor c, Tensor a, boolean ta, Tensor b, boolean tb, float beta) {
    int m = ta ? a.columns() : a.rows();
    int k = ta ? a.rows() : a.columns();
    int inner = tb ? b.columns() : b.rows();
    int n = tb ? b.rows() : b.columns();
    if (k != inner || c.rows() != m || c.columns() != n) {
      throw new IllegalArgumentException(
          "Cannot multiply: c is %s, a %s%s, b %s%s"
              .formatted(
                  size(c), size(a), ta ? " transposed" : "", size(b), tb ? " transposed" : ""));
    }
    if (beta != 0 && beta != 1) {
      throw new IllegalArgumentException("Invalid beta: " + beta + " (must be 0 or 1)");
    }
    oneType("multiply", a, b);
    if (a.type() == ElementType.F32) {
      floats("multiply", c);
    }
  }

  static void oneType(String operation, Tensor expected, Tensor... others) {
    for (Tensor other : others) {
      if (other.type() != expected.type()) {
        throw new IllegalArgumentException(
            "Cannot %s: got %s and %s (expected one type)".formatted(operation, expected, other));
      }
    }
  }

  static void floats(String operation, Tensor... tensors) {
    for (Tensor tensor : tensors) {
      if (tensor.type() != ElementType.F32) {
        throw new IllegalArgumentException(
            "Cannot %s: got %s (expected float32)".formatted(operation, tensor));
      }
    }
  }

  /** Float32 vectors [1, n] of one length. */
  static void vectors(String operation, Tensor expected, Tensor... others) {
    floats(operation, expected);
    floats(operation, others);
    fits(operation, expected, 1, expected.columns());
    same(operation, expected, others);
  }

  /** A vector [1, n] whose parts have the types that they should have. */
  static void master(String operation, Master master) {
    int count = (master.whole() == null ? master.high() : master.whole()).columns();
    if (master.whole() != null) {
      floats(operation, master.whole());
      fits(operation, master.whole(), 1, count);
    }
    for (Tensor half : new Tensor[] {master.high(), master.low()}) {
      if (half != null) {
        fits(operation, half, 1, count);
        if (half.type() != ElementType.BF16) {
          throw new IllegalArgumentException(
              "Cannot %s: got %s (expected bfloat16)".formatted(operation, half));
        }
      }
    }
  }

  static void same(String operation, Tensor expected, Tensor... others) {
    for (Tensor other : others) {
      fits(operation, other, expected.rows(), expected.columns());
    }
  }

  /** A float32 vector over columns; null passes. */
  static void vector(String operation, Tensor vector, Tensor matrix) {
    if (vector != null) {
      fits(operation, vector, 1, matrix.columns());
      floats(operation, vector);
    }
  }

  /** One float32 value for each row. */
  static void perRow(String operation, Tensor column, Tensor matrix) {
    fits(operation, column, matrix.rows(), 1);
    floats(operation, column);
  }

  /** One value for each block of rows. */
  static void perBlock(String operation, Tensor column, Tensor matrix) {
    int blocks = column.rows();
    if (column.columns() != 1 || blocks == 0 || matrix.rows() % blocks != 0) {
      throw new IllegalArgumentException(
          "Cannot %s: got %s, expected one for each block of %s"
              .formatted(operation, size(column), size(matrix)));
    }
  }

  /** Row numbers: one for each row of {@code rows}, all below the rows of {@code table}. */
  static void indexed(String operation, Tensor table, Tensor rows, int[] indices) {
    if (table.columns() != rows.columns() || indices.length != rows.rows()) {
      throw new IllegalArgumentException(
          "Cannot %s: %d row numbers for %s rows of %s"
              .formatted(operation, indices.length, size(rows), size(table)));
    }
    for (int index : indices) {
      if (index >= table.rows()) {
        throw new IllegalArgumentException(
            "Cannot %s: row %d of %s".formatted(operation, index, size(table)));
      }
    }
  }

  static void rotate(Tensor x, Tensor cosine, Tensor sine, int[] positions, int headSize) {
    if (headSize < 2 || headSize % 2 != 0 || x.columns() % headSize != 0) {
      throw new IllegalArgumentException(
          "Cannot rotate: head size %d for %s".formatted(headSize, size(x)));
    }
    if (positions.length != x.rows()) {
      throw new IllegalArgumentException(
          "Cannot rotate: %d positions for %s".formatted(positions.length, size(x)));
    }
    fits("rotate", cosine, cosine.rows(), headSize / 2);
    fits("rotate", sine, cosine.rows(), headSize / 2);
    floats("rotate", cosine, sine);
    for (int position : positions) {
      if (position < 0 || position >= cosine.rows()) {
        throw new IllegalArgumentException(
            "Cannot rotate: position %d (must be below %d)".formatted(position, cosine.rows()));
      }
    }
  }

  static void attention(Tensor logSum, Tensor q, Tensor k, Tensor v, Segments segments) {
    int last = segments.count();
    int[] queries = segments.queries();
    int[] keys = segments.keys();
    if (queries[0] != 0 || keys[0] != 0) {
      throw new IllegalArgumentException(
          "Cannot attend: segments start at query %d and key %d (must be 0)"
              .formatted(queries[0], keys[0]));
    }
    fits("attend", q, queries[last], segments.heads() * segments.headSize());
    fits("attend", k, keys[last], segments.keyHeads() * segments.headSize());
    fits("attend", v, keys[last], segments.keyHeads() * segments.headSize());
    fits("attend", logSum, q.rows(), segments.heads());
    floats("attend", logSum);
    oneType("attend", q, k, v);
    if (segments.seen() != null && segments.seen().length != q.rows()) {
      throw new IllegalArgumentException(
          "Cannot attend: got %d numbers of seen keys, expected one for each of %d queries"
              .formatted(segments.seen().length, q.rows()));
    }
    for (int i = 0; i < last; i++) {
      int rows = queries[i + 1] - queries[i];
      int seen = keys[i + 1] - keys[i];
      if (rows < 0 || seen < 0 || (rows > 0 && !seesKeys(segments, i, seen))) {
        throw new IllegalArgumentException(
            "Cannot attend: segment %d has %d queries and %d keys, every query must see a key"
                .formatted(i, rows, seen));
      }
    }
  }

  private static boolean seesKeys(Segments segments, int segment, int keys) {
    int before = 1;
    for (int i = segments.queries()[segment]; i < segments.queries()[segment + 1]; i++) {
      int seen = segments.seen(segment, i);
      if (seen < before || seen > keys) {
        return false;
      }
      before = seen;
    }
    return true;
  }

  static void crossEntropy(Tensor losses, Tensor dlogits, Tensor logits, int[] targets) {
    perRow("compute cross-entropy", losses, logits);
    if (dlogits != null) {
      same("compute cross-entropy", logits, dlogits);
    }
    if (targets.length != logits.rows()) {
      throw new IllegalArgumentException(
          "Cannot compute cross-entropy: %d targets for %s"
              .formatted(targets.length, size(logits)));
    }
    for (int target : targets) {
      if (target < 0 || target >= logits.columns()) {
        throw new IllegalArgumentException(
            "Cannot compute cross-entropy: target %d for %s".formatted(target, size(logits)));
      }
    }
  }

  static void largest(Tensor x, double[] bias, int count) {
    if (bias.length != x.columns() || count < 1 || count > x.columns()) {
      throw new IllegalArgumentException(
          "Cannot find the %d largest of each row: %s with %d biases"
              .formatted(count, size(x), bias.length));
    }
  }

  static void patches(Tensor patches, Tensor pixels, int size, int patch) {
    if (patch < 1 || size < patch) {
      throw new IllegalArgumentException(
          "Cannot cut patches: size %d (must be at least %d)".formatted(size, patch));
    }
    int grid = size / patch;
    fits("cut patches", pixels, pixels.rows(), 3 * size * size);
    fits("cut patches", patches, pixels.rows() * grid * grid, 3 * patch * patch);
    floats("cut patches", pixels);
  }

  static void fits(String operation, Tensor tensor, int rows, int columns) {
    if (tensor.rows() != rows || tensor.columns() != columns) {
      throw new IllegalArgumentException(
          "Cannot %s: got %s, expected %d x %d".formatted(operation, size(tensor), rows, columns));
    }
  }

  private static String size(Tensor tensor) {
    return tensor.rows() + " x " + tensor.columns();
  }
}
