package parrot.model.kernel;

import java.util.List;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Master;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

/**
 * What a device computes. Shapes in comments are [rows, columns]; every argument may be a view with
 * a stride unless said otherwise. An instance serves one thread at a time.
 *
 * <p>Activations ({@code x}, {@code y} and their gradients) may be float32 or bfloat16, in any
 * combination; they are rounded when stored and never in between. What says "float32" must be: sums
 * over rows, statistics, losses, parameters of norms and biases, and gradients of parameters.
 *
 * <p>All methods throw {@link IllegalArgumentException} if shapes do not fit, before anything is
 * written.
 */
public interface Kernels extends AutoCloseable {

  /** The names of kernels for processors, the default one first; a card's are chosen by device. */
  static List<String> names() {
    return KernelProvider.all().stream()
        .filter(provider -> !provider.isOnCards())
        .map(KernelProvider::name)
        .toList();
  }

  /** The kernels that are used if no name is given. */
  static String defaultName() {
    return names().get(0);
  }

  /**
   * Kernels by name. What is asked for is what comes, or an exception: never another one.
   *
   * @param name one of {@link #names}, or {@link KernelProvider#CUDA}
   * @param precision bf16 to multiply bfloat16 factors if the device gains from it
   * @param threads that the work outside matrix products may use, at least 1
   * @throws IllegalArgumentException if the name is another one
   * @throws IllegalStateException if these kernels do not work on this machine
   */
  static Kernels create(String name, Precision precision, int threads) {
    return KernelProvider.named(name).create(precision, threads);
  }

  /** Where all tensors of these kernels lie. */
  default Memory memory() {
    return Memory.HOST;
  }

  /** The type that activations and copies of weights should have to enter products. */
  ElementType factorType();

  /**
   * The same device, for a few rows that know nothing of each other: in {@link #linear}, and in
   * {@link #matmul} by a transposed second factor, each row of the result is computed as if it were
   * alone, to the last bit, and the second factor is read from memory once. It shares all that this
   * instance has and is closed with it.
   */
  Kernels byRow();

  /**
   * {@code c = op(a) op(b) + beta c}, with {@code op} the transpose if asked; beta is 0 or 1. Both
   * factors have one type; products of float32 are float32.
   */
  void matmul(Tensor c, Tensor a, boolean transposeA, Tensor b, boolean transposeB, float beta);

  /**
   * A linear layer: {@code y = f(x weight^T + bias + beta y)}; beta is 0 or 1.
   *
   * @param x [rows, in], of the type of {@code weight}
   * @param weight [out, in]
   * @param bias [1, out] float32, or null for none
   * @param activation {@code f}, or null for none
   */
  void linear(Tensor y, Tensor x, Tensor weight, Tensor bias, Activation activation, float beta);

  /** {@code y = x}, rounded if y is of the smaller type. */
  void copy(Tensor y, Tensor x);

  /** Every value of {@code y} becomes {@code value}. */
  void fill(Tensor y, float value);

  /** {@code y += alpha x}. */
  void add(Tensor y, Tensor x, float alpha);

  /** {@code y *= alpha}. */
  void scale(Tensor y, float alpha);

  /**
   * {@code y = x / (1 - share)} but for the values that a {@link DropMask} drops, which become 0;
   * {@code y} may be {@code x}.
   */
  void drop(Tensor y, Tensor x, double share, long seed);

  /** {@code x[i, :] += bias[0, :]} for every row. */
  void addBias(Tensor x, Tensor bias);

  /** {@code dbias[0, :] += sum over rows of dy[i, :]}, dbias float32. */
  void addBiasBackward(Tensor dbias, Tensor dy);

  /**
   * {@code y = factors[block] x} for each block of rows; {@code y} may be {@code x}.
   *
   * @param factors [blocks, 1]; {@code x} has {@code rows / blocks} rows for each
   */
  void scaleBlocks(Tensor y, Tensor x, Tensor factors);

  /**
   * Inner products of {@code x} and {@code y} by block of rows.
   *
   * @param products [blocks, 1], written
   */
  void dotBlocks(Tensor products, Tensor x, Tensor y);

  /** Sum of squares, in double precision. */
  double sumOfSquares(Tensor x);

  /** Begins to ask for what is read at the end of a step. */
  default Readout readout() {
    return new DirectReadout(this);
  }

  /** Inner product of two tensors of the same shape, in double precision. */
  double dot(Tensor x, Tensor y);

  /** {@code y[i, :] = table[rows[i], :]}; a negative row leaves {@code y[i, :]} as it is. */
  void gather(Tensor y, Tensor table, int[] rows);

  /**
   * The same from values that may lie in halves; the host's, unless a device overrides it.
   *
   * @param y float32
   */
  default void gather(Tensor y, Master table, int[] rows) {
    if (!table.isSplit()) {
      gather(y, table.whole(), rows);
      return;
    }
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] >= 0) {
        long from = (long) rows[i] * table.columns();
        Master row = table.window(from, table.columns());
        row.read(y.rows(i, i + 1).buffer(), 0);
      }
    }
  }

  /**
   * {@code dtable[rows[i], :] += dy[i, :]}; negative rows are skipped, equal rows add up. Both
   * float32.
   */
  void gatherBackward(Tensor dtable, Tensor dy, int[] rows);

  /** {@code y[rows[i], :] = x[i, :]}; negative rows are skipped, rows must be distinct. */
  void scatter(Tensor y, Tensor x, int[] rows);

  /** {@code y = x}, activated; {@code y} may be {@code x}. */
  void activate(Tensor y, Tensor x, Activation activation);

  /** {@code dx = dy * f'(x)}; {@code dx} may be {@code dy}. */
  void activateBackward(Tensor dx, Tensor dy, Tensor x, Activation activation);

  /** {@code y = silu(gate) * up}. */
  void swiglu(Tensor y, Tensor gate, Tensor up);

  /**
   * Gradients of {@link #swiglu}; {@code dgate} and {@code dup} may be {@code gate} and {@code up}.
   */
  void swigluBackward(Tensor dgate, Tensor dup, Tensor dy, Tensor gate, Tensor up);

  /**
   * {@code y = x / sqrt(mean(x^2) + epsilon) * weight} by row.
   *
   * @param inverse [rows, 1] float32, written: {@code 1 / sqrt(mean(x^2) + epsilon)}
   */
  void rmsNorm(Tensor y, Tensor inverse, Tensor x, Tensor weight, float epsilon);

  /**
   * Gradients of {@link #rmsNorm}, all float32; {@code dweight} is accumulated and may be null.
   *
   * @param add whether to add to {@code dx} instead of overwriting it
   */
  void rmsNormBackward(
      Tensor dx, boolean add, Tensor dweight, Tensor dy, Tensor inverse, Tensor x, Tensor weight);

  /**
   * {@code y = (x - mean) / sqrt(variance + epsilon) * weight + bias} by row, variance in two
   * passes.
   *
   * @param mean [rows, 1], written
   * @param inverse [rows, 1], written
   */
  void layerNorm(
      Tensor y, Tensor mean, Tensor inverse, Tensor x, Tensor weight, Tensor bias, float epsilon);

  /**
   * Gradients of {@link #layerNorm}, all float32; {@code dweight} and {@code dbias} are accumulated
   * and may be null.
   *
   * @param add whether to add to {@code dx} instead of overwriting it
   */
  void layerNormBackward(
      Tensor dx,
      boolean add,
      Tensor dweight,
      Tensor dbias,
      Tensor dy,
      Tensor mean,
      Tensor inverse,
      Tensor x,
      Tensor weight);

  /**
   * Rotary embedding in place, pairing value {@code j} of a head with value {@code j + headSize /
   * 2} as Qwen2 does.
   *
   * @param cosine [positions, headSize / 2]
   * @param sine [positions, headSize / 2]
   * @param positions position of each row
   * @param inverse rotate back, which is the gradient of rotating
   */
  void rotate(Tensor x, Tensor cosine, Tensor sine, int[] positions, int headSize, boolean inverse);

  /**
   * Scaled dot-product attention per segment and head, scale {@code 1 / sqrt(headSize)}. Queries,
   * keys, values and output are of one type; scores are float32.
   *
   * @param out [queries, heads * headSize]
   * @param logSum [queries, heads] float32, written: log of the sum of exponentials of each row of
   *     scores
   */
  void attention(Tensor out, Tensor logSum, Tensor q, Tensor k, Tensor v, Segments segments);

  /** Gradients of {@link #attention}, probabilities recomputed from {@code logSum}; overwrites. */
  void attentionBackward(
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

  /** Softmax of each row, in place. */
  void softmax(Tensor x);

  /** {@code dx = p * (dp - sum(p dp))} by row; {@code dx} may be {@code dp}. */
  void softmaxBackward(Tensor dx, Tensor dp, Tensor p);

  /**
   * Columns with the largest {@code x[i, j] + bias[j]} of each row, ascending; the first of equal
   * ones.
   *
   * @param bias by column
   * @param count of columns that each row gets, at least 1
   * @return column numbers [rows][count]
   */
  int[][] largest(Tensor x, double[] bias, int count);

  /**
   * Cross-entropy of each row of logits against its target.
   *
   * @param losses [rows, 1] float32, written
   * @param dlogits [rows, vocabulary], written: the gradient times {@code scale}; may be the
   *     logits, which are then lost; null for the losses alone
   * @param logits [rows, vocabulary] float32
   */
  void crossEntropy(Tensor losses, Tensor dlogits, Tensor logits, int[] targets, float scale);

  /** {@code y = x}, in 8 bits a value; vectors [1, n] without gaps, x float32. */
  void pack(EightBit y, Tensor x);

  /** {@code y = x}, from 8 bits a value; vectors [1, n] without gaps, y float32. */
  void unpack(Tensor y, EightBit x);

  /**
   * One step of AdamW on vectors [1, n] without gaps.
   *
   * @param parameters updated, with both halves or the copy that they have
   * @param gradients float32 or bfloat16
   * @param first moments, float32, updated
   * @param second moments, float32, updated
   */
  void adamW(Master parameters, Tensor gradients, Tensor first, Tensor second, AdamWStep step);

  /**
   * Cuts images into patches, row by row: {@code patches[image * grid * grid + y * grid + x]} holds
   * channel, row, column of the patch, so that a convolution's weight [out, 3 * patch * patch] is a
   * plain matrix. The grid has {@code size / patch} patches a side; pixels beyond it are left out.
   *
   * @param patches [images * grid * grid, 3 * patch * patch]
   * @param pixels [images, 3 * size * size], channel first
   */
  void patches(Tensor patches, Tensor pixels, int size, int patch);

  /** Frees what the device holds. */
  @Override
  void close();
}
