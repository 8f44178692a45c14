package parrot.model.kernel.cuda;

import parrot.model.tensor.Memory;

/**
 * A card as {@link CudaKernels} uses it. What it is asked for happens in order; reading its memory
 * waits for all that was asked before. An instance serves one thread at a time.
 */
public interface Device extends AutoCloseable {

  /** The card's memory. */
  Memory memory();

  /**
   * Runs a kernel.
   *
   * @param name as it is declared {@code extern "C"} in one of the {@code .cu} resources
   * @param arguments one for each parameter
   */
  void launch(String name, Grid grid, Arguments arguments);

  /** Multiplies matrices. */
  void product(Product product);

  /** Waits for all that was asked for. */
  void synchronise();

  @Override
  void close();

  /**
   * How often a kernel runs.
   *
   * @param columns of blocks, at least 1
   * @param rows of blocks, at least 1
   * @param threads of a block, whole warps of 32
   * @param sharedBytes of a block, beside what the kernel declares
   */
  record Grid(int columns, int rows, int threads, int sharedBytes) {}
}
