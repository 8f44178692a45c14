package parrot.model.kernel.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import parrot.model.kernel.Readout;
import parrot.model.kernel.cuda.Device.Grid;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

/** Gathers what is asked for in one stretch of the device's memory and reads that once. */
final class CudaReadout implements Readout {
  private static final int MOST_BLOCKS = 512;
  private static final int THREADS = 256;

  private final Launcher launcher;
  private final List<Request> requests = new ArrayList<>();
  private long bytes;
  private ByteBuffer answers; // null before it is read

  /**
   * @param at of the answer, in bytes from the first one's
   */
  private record Request(Tensor x, int at, boolean squared) {}

  CudaReadout(Launcher launcher) {
    this.launcher = launcher;
  }

  @Override
  public Supplier<float[]> values(Tensor x) {
    int at = ask(x, false, Float.BYTES * x.size());
    return () -> {
      float[] values = new float[Math.toIntExact(x.size())];
      answers()
          .slice(at, Float.BYTES * values.length)
          .order(answers.order())
          .asFloatBuffer()
          .get(values);
      return values;
    };
  }

  @Override
  public DoubleSupplier sumOfSquares(Stream<Tensor> tensors) {
    List<Integer> places =
        tensors.filter(x -> x.size() > 0).map(x -> ask(x, true, Double.BYTES)).toList();
    return () -> places.stream().mapToDouble(at -> answers().getDouble(at)).reduce(0, Double::sum);
  }

  private int ask(Tensor x, boolean squared, long size) {
    launcher.requireHere(x);
    int at = Math.toIntExact(bytes);
    requests.add(new Request(x, at, squared));
    bytes += (size + Double.BYTES - 1) / Double.BYTES * Double.BYTES;
    return at;
  }

  @Override
  public void read() {
    ByteBuffer read =
        ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
    if (bytes > 0) {
      long stretch = launcher.answers.take(bytes);
      requests.forEach(request -> gather(request, stretch + request.at));
      launcher.device.memory().read(read.duplicate(), stretch);
    }
    answers = read;
  }

  private void gather(Request request, long at) {
    Tensor x = request.x;
    if (request.squared) {
      sum(launcher, at, x, x);
    } else {
      Memory memory = launcher.device.memory();
      Tensor there =
          Tensor.view(memory, ElementType.F32, at, x.rows(), x.columns(), launcher.answers);
      launcher.launch("copy", Launcher.cells(x), there, x);
    }
  }

  /** Writes the inner product of two tensors, in double precision and an order of its own. */
  static void sum(Launcher launcher, long at, Tensor x, Tensor y) {
    int blocks = Math.min(MOST_BLOCKS, Launcher.cells(x).columns());
    long partial = launcher.scratch.take((long) Double.BYTES * blocks);
    launcher.launch("dotPartials", new Grid(blocks, 1, THREADS, 0), partial, x, y);
    launcher.launch("addDoubles", new Grid(1, 1, THREADS, 0), at, partial, blocks);
  }

  private ByteBuffer answers() {
    if (answers == null) {
      throw new IllegalStateException("Cannot answer before all is read");
    }
    return answers;
  }
}
