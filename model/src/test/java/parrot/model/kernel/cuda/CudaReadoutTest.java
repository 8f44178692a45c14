package parrot.model.kernel.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Readout;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Master;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

/** What the host reads of a card, emulated. */
class CudaReadoutTest {
  private final EmulatedDevice device = new EmulatedDevice(5);
  private final Kernels kernels = new CudaKernels(device, ElementType.F32);

  @BeforeAll
  static void needsTheEmulator() {
    Emulator.assumeWorks();
  }

  private Tensor there(int rows, int columns, float... values) {
    return Tensor.of(rows, columns, values).in(kernels.memory());
  }

  @Test
  void answersAllThatWasAskedAfterOneWait() {
    Tensor wide = there(2, 3, 1, 2, 3, 4, 5, 6);
    Tensor rounded = Tensor.allocate(kernels.memory(), ElementType.BF16, 1, 2);
    kernels.copy(rounded, there(1, 2, -1.5f, 8));
    device.takeAsked();
    Readout readout = kernels.readout();
    Supplier<float[]> first = readout.values(wide.columns(1, 3));
    Supplier<float[]> second = readout.values(rounded);
    DoubleSupplier squares = readout.sumOfSquares(Stream.of(wide, rounded));
    assertThatThrownBy(first::get).hasMessage("Cannot answer before all is read");
    readout.read();
    assertThat(first.get()).containsExactly(2, 3, 5, 6);
    assertThat(second.get()).containsExactly(-1.5f, 8);
    assertThat(squares.getAsDouble()).isEqualTo(91 + 2.25 + 64);
    assertThat(kernels.readout().sumOfSquares(Stream.of())).isNotNull();
  }

  @Test
  void joinsTheHalvesOfRowsThatAreGathered() {
    Master here = Master.split(halves(Memory.HOST), halves(Memory.HOST));
    here.set(0, new float[] {1.1f, -2.2f, 3.3f, 1e-30f, -5.5f, 6.6f}, 6);
    Master there = Master.split(halves(kernels.memory()), halves(kernels.memory()));
    there.set(0, new float[] {1.1f, -2.2f, 3.3f, 1e-30f, -5.5f, 6.6f}, 6);
    Tensor rows = there(3, 3, 7, 7, 7, 7, 7, 7, 7, 7, 7);
    kernels.gather(rows, there, new int[] {1, -1, 0});
    assertThat(rows.toArray()).containsExactly(1e-30f, -5.5f, 6.6f, 7, 7, 7, 1.1f, -2.2f, 3.3f);
    ByteBuffer floats = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
    there.window(4, 2).read(floats, 0);
    assertThat(floats.getFloat(0)).isEqualTo(-5.5f);
    assertThat(there.in(Memory.HOST).high().toArray()).isEqualTo(here.high().toArray());
  }

  private static Tensor halves(Memory memory) {
    return Tensor.allocate(memory, ElementType.BF16, 2, 3);
  }
}
