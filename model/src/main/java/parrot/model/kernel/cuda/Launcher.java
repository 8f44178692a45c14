package parrot.model.kernel.cuda;

import java.util.Arrays;
import parrot.model.kernel.cuda.Device.Grid;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

/** Launches kernels on a device, with the memory and the numbers that an operation needs. */
final class Launcher implements AutoCloseable {
  /** Threads of a block that goes through cells. */
  private static final int THREADS = 256;

  /** Blocks beyond which one block takes several cells for each thread. */
  private static final int MOST_BLOCKS = 1 << 16;

  private static final long NUMBERS = 1L << 20;

  final Device device;
  final Scratch scratch;
  final Scratch answers; // outlives operations: what the host reads
  final Numbers numbers;
  private final Arguments arguments = new Arguments();

  Launcher(Device device) {
    this.device = device;
    scratch = new Scratch(device);
    answers = new Scratch(device);
    numbers = new Numbers(device, NUMBERS);
  }

  /** Launches a kernel unless there is nothing to do; see {@link Arguments#add}. */
  void launch(String kernel, Grid grid, Object... values) {
    if (grid.columns() == 0 || grid.rows() == 0) {
      return;
    }
    arguments.clear();
    for (Object value : values) {
      if (value instanceof Tensor tensor) {
        requireHere(tensor);
      }
      arguments.add(value);
    }
    device.launch(kernel, grid, arguments);
  }

  void product(Product product) {
    device.product(product);
  }

  void requireHere(Tensor... tensors) {
    Memory memory = device.memory();
    if (!Arrays.stream(tensors).allMatch(tensor -> tensor.memory() == memory)) {
      throw new IllegalArgumentException(
          "Cannot compute on the device: %s lies elsewhere".formatted(Arrays.toString(tensors)));
    }
  }

  /** A thread for every four values of a row. */
  static Grid cells(Tensor over) {
    return threads((long) over.rows() * ((over.columns() + 3) / 4));
  }

  /** At least one thread for each of so many things, if the grid does not become too large. */
  static Grid threads(long count) {
    return new Grid((int) Math.min(MOST_BLOCKS, (count + THREADS - 1) / THREADS), 1, THREADS, 0);
  }

  /** A block for each row, of as many warps as the columns need. */
  static Grid rows(int rows, int columns) {
    int warps = Math.max(1, Math.min(8, (columns + 127) / 128));
    return new Grid(columns == 0 ? 0 : rows, 1, 32 * warps, 0);
  }

  @Override
  public void close() {
    scratch.close();
    answers.close();
    numbers.close();
    device.close();
  }
}
