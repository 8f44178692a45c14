package parrot.model.kernel.cuda;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import parrot.model.kernel.Segments;
import parrot.model.kernel.cuda.Device.Grid;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * Attention on a card: by tiles on tensor cores ({@code flash.cu}) in bfloat16 and for the usual
 * sizes of heads, else query by query ({@code attention.cu}).
 */
final class CudaAttention {
  private static final Set<Integer> FLASH = Set.of(64, 80, 96, 128);

  /** Threads of a block; rows of its tile are half as many. */
  private static final int THREADS = 128;

  private static final int TILE = 64;
  private static final int CHUNK = 64;

  /** Bytes behind each row of a tile, which keep rows in different banks. */
  private static final int GAP = 16;

  private final Launcher launcher;

  CudaAttention(Launcher launcher) {
    this.launcher = launcher;
  }

  void forward(Tensor out, Tensor logSum, Tensor q, Tensor k, Tensor v, Segments segments) {
    int size = segments.headSize();
    float scale = scale(size);
    int group = segments.heads() / segments.keyHeads();
    if (flash(size, out, q, k, v)) {
      Tiles tiles = Tiles.ofQueries(segments);
      Grid grid = new Grid(tiles.count(), segments.heads(), THREADS, tileBytes(size));
      long at = launcher.numbers.upload(tiles.numbers());
      long seen = at + tiles.seenAt();
      launcher.launch("flash_" + size, grid, out, logSum, q, k, v, at, seen, group, scale);
    } else {
      long at = launcher.numbers.upload(rowNumbers(segments));
      long seen = at + Integer.BYTES * (long) q.rows();
      Grid grid = new Grid(q.rows(), segments.heads(), THREADS, sumBytes(CHUNK + size));
      launcher.launch("attention", grid, out, logSum, q, k, v, at, seen, group, size, scale);
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
    int size = segments.headSize();
    int heads = segments.heads();
    float scale = scale(size);
    int group = heads / segments.keyHeads();
    long delta = launcher.scratch.take(Float.BYTES * Math.max(1, (long) q.rows() * heads));
    Grid all = Launcher.threads(4L * q.rows() * heads);
    launcher.launch("attentionDelta", all, delta, dout, out, heads, size);
    if (flash(size, dq, dk, dv, dout, q, k, v)) {
      Tiles queries = Tiles.ofQueries(segments);
      long at = launcher.numbers.upload(queries.numbers());
      launcher.launch(
          "flashQueries_" + size,
          new Grid(queries.count(), heads, THREADS, tileBytes(size)),
          dq,
          dout,
          logSum,
          delta,
          q,
          k,
          v,
          at,
          at + queries.seenAt(),
          heads,
          group,
          scale);
      Tiles keys = Tiles.ofKeys(segments);
      at = launcher.numbers.upload(keys.numbers());
      launcher.launch(
          "flashKeys_" + size,
          new Grid(keys.count(), segments.keyHeads(), THREADS, tileBytes(size)),
          dk,
          dv,
          dout,
          logSum,
          delta,
          q,
          k,
          v,
          at,
          at + keys.seenAt(),
          heads,
          group,
          scale);
    } else {
      long firstKey = launcher.numbers.upload(rowNumbers(segments));
      long seen = firstKey + Integer.BYTES * (long) q.rows();
      long firstQuery = seen + Integer.BYTES * (long) q.rows();
      long lastQuery = firstQuery + Integer.BYTES * (long) k.rows();
      long place = lastQuery + Integer.BYTES * (long) k.rows();
      launcher.launch(
          "attentionQueries",
          new Grid(q.rows(), heads, THREADS, sumBytes(CHUNK + size)),
          dq,
          dout,
          logSum,
          delta,
          q,
          k,
          v,
          firstKey,
          seen,
          heads,
          group,
          size,
          scale);
      launcher.launch(
          "attentionKeys",
          new Grid(k.rows(), segments.keyHeads(), THREADS, sumBytes(2 * CHUNK + 2 * size)),
          dk,
          dv,
          dout,
          logSum,
          delta,
          q,
          k,
          v,
          firstQuery,
          lastQuery,
          place,
          seen,
          heads,
          group,
          size,
          scale);
    }
  }

  private static float scale(int headSize) {
    return (float) (1 / Math.sqrt(headSize));
  }

  /** Whether tiles fit: tensor cores take bfloat16, and copies take 16 aligned bytes. */
  private static boolean flash(int headSize, Tensor... tensors) {
    return FLASH.contains(headSize)
        && Stream.of(tensors)
            .allMatch(
                tensor ->
                    tensor.type() == ElementType.BF16
                        && tensor.stride() % 8 == 0
                        && tensor.address() % 16 == 0);
  }

  /** Shared memory of two tiles of 64 keys and two of values, or as many rows of other kinds. */
  private static int tileBytes(int headSize) {
    return 4 * TILE * (ElementType.BF16.bytes() * headSize + GAP);
  }

  private static int sumBytes(int values) {
    return Float.BYTES * values;
  }

  /**
   * By query row: first key row of its segment, and how many of them it sees; by key row: first
   * query row of its segment, the end of them, and its place among the segment's keys.
   */
  private static int[] rowNumbers(Segments segments) {
    int queries = segments.queries()[segments.count()];
    int keys = segments.keys()[segments.count()];
    int[] numbers = new int[2 * queries + 3 * keys];
    for (int i = 0; i < segments.count(); i++) {
      int firstKey = segments.keys()[i];
      for (int row = segments.queries()[i]; row < segments.queries()[i + 1]; row++) {
        numbers[row] = firstKey;
        numbers[queries + row] = segments.seen(i, row);
      }
      int byKey = 2 * queries;
      int end = segments.keys()[i + 1];
      Arrays.fill(numbers, byKey + firstKey, byKey + end, segments.queries()[i]);
      Arrays.fill(numbers, byKey + keys + firstKey, byKey + keys + end, segments.queries()[i + 1]);
      for (int row = firstKey; row < end; row++) {
        numbers[byKey + 2 * keys + row] = row - firstKey;
      }
    }
    return numbers;
  }

  /**
   * The tiles of an operation, and behind them how many keys each query row sees.
   *
   * @param size numbers of a tile
   */
  private record Tiles(int size, int count, int[] numbers) {
    static Tiles ofQueries(Segments segments) {
      int[] tiles = new int[4 * tiles(segments.queries())];
      int at = 0;
      for (int i = 0; i < segments.count(); i++) {
        int end = segments.queries()[i + 1];
        for (int row = segments.queries()[i]; row < end; row += TILE) {
          int rows = Math.min(TILE, end - row);
          tiles[at++] = row;
          tiles[at++] = rows;
          tiles[at++] = segments.keys()[i];
          tiles[at++] = segments.seen(i, row + rows - 1);
        }
      }
      return new Tiles(4, at / 4, withSeen(tiles, segments));
    }

    static Tiles ofKeys(Segments segments) {
      int[] tiles = new int[5 * tiles(segments.keys())];
      int at = 0;
      for (int i = 0; i < segments.count(); i++) {
        int first = segments.keys()[i];
        int end = segments.keys()[i + 1];
        int query = segments.queries()[i];
        int lastQuery = segments.queries()[i + 1];
        for (int row = first; row < end; row += TILE) {
          while (query < lastQuery && segments.seen(i, query) <= row - first) {
            query++;
          }
          tiles[at++] = row;
          tiles[at++] = Math.min(TILE, end - row);
          tiles[at++] = row - first;
          tiles[at++] = query;
          tiles[at++] = lastQuery;
        }
      }
      return new Tiles(5, at / 5, withSeen(tiles, segments));
    }

    /** Where the numbers of seen keys begin, in bytes. */
    long seenAt() {
      return (long) Integer.BYTES * size * count;
    }

    private static int tiles(int[] boundaries) {
      int tiles = 0;
      for (int i = 1; i < boundaries.length; i++) {
        tiles += (boundaries[i] - boundaries[i - 1] + TILE - 1) / TILE;
      }
      return tiles;
    }

    private static int[] withSeen(int[] tiles, Segments segments) {
      int queries = segments.queries()[segments.count()];
      int[] numbers = Arrays.copyOf(tiles, tiles.length + queries);
      for (int i = 0; i < segments.count(); i++) {
        for (int row = segments.queries()[i]; row < segments.queries()[i + 1]; row++) {
          numbers[tiles.length + row] = segments.seen(i, row);
        }
      }
      return numbers;
    }
  }
}
