package parrot.model.kernel.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.model.kernel.DeviceException;
import parrot.model.kernel.LostDeviceException;
import parrot.model.kernel.Segments;
import parrot.model.kernel.cuda.CudaKernels;
import parrot.model.kernel.cuda.Emulator;
import parrot.model.kernel.cuda.KernelSources;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

class DriverDeviceTest {
  @TempDir Path kept;
  private Installation installation;

  @BeforeAll
  static void needsTheEmulator() {
    Emulator.assumeWorks();
  }

  @BeforeEach
  void start() {
    installation = EmulatedDriver.open();
  }

  private DriverDevice device() {
    return new DriverDevice(installation, installation.cards().get(0), kept);
  }

  @Test
  void copiesMoreThanItPinsAndKeepsNoHoldOfTheSource() {
    byte[] values = new byte[(20 << 20) + 3];
    new Random(1).nextBytes(values);
    ByteBuffer source = ByteBuffer.allocateDirect(values.length).put(values).flip();
    ByteBuffer heap = ByteBuffer.allocate(values.length);
    try (DriverDevice device = device();
        Memory.Block block = device.memory().allocate(values.length)) {
      device.memory().write(block.address(), source);
      assertThat(source.hasRemaining()).isFalse();
      source.clear().put(new byte[values.length]);
      device.memory().read(heap, block.address());
    }
    assertThat(heap.array()).isEqualTo(values);
  }

  @Test
  void readsToWhereABufferStands() {
    ByteBuffer target = ByteBuffer.allocateDirect(8);
    try (DriverDevice device = device();
        Memory.Block block = device.memory().allocate(4)) {
      device.memory().write(block.address(), ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
      device.memory().read(target.position(3).limit(7), block.address());
    }
    assertThat(target.position()).isEqualTo(7);
    assertThat(target.get(3)).isEqualTo((byte) 1);
    assertThat(target.get(6)).isEqualTo((byte) 4);
  }

  @Test
  void givesAllMemoryBack() {
    long before = EmulatedDriver.used();
    try (DriverDevice device = device()) {
      device.memory().allocate(1000).close();
    }
    assertThat(EmulatedDriver.used()).isEqualTo(before);
  }

  @Test
  void grantsBlocksTheSharedMemoryThatTheyNeed() {
    int rows = 70;
    int size = 128;
    try (CudaKernels kernels = new CudaKernels(device(), ElementType.BF16)) {
      Tensor q = Tensor.allocate(kernels.memory(), ElementType.BF16, rows, size);
      Tensor out = Tensor.allocate(kernels.memory(), ElementType.BF16, rows, size);
      Tensor logSum = Tensor.allocate(kernels.memory(), ElementType.F32, rows, 1);
      long before = EmulatedDriver.count("cuFuncSetAttribute");
      Segments segments = Segments.self(new int[] {0, rows}, 1, 1, size, true);
      kernels.attention(out, logSum, q, q, q, segments);
      kernels.attention(out, logSum, q, q, q, segments);
      assertThat(logSum.get(rows - 1, 0)).isEqualTo((float) Math.log(rows));
      assertThat(EmulatedDriver.count("cuFuncSetAttribute")).isEqualTo(before + 1);
    }
  }

  @Test
  void asksForAnAlgorithmOncePerShape() {
    try (CudaKernels kernels = new CudaKernels(device(), ElementType.F32)) {
      Tensor a = Tensor.allocate(kernels.memory(), ElementType.F32, 4, 16);
      Tensor c = Tensor.allocate(kernels.memory(), ElementType.F32, 4, 4);
      long before = EmulatedDriver.count("cublasLtMatmulAlgoGetHeuristic");
      kernels.matmul(c, a, false, a, true, 0);
      kernels.matmul(c, a, false, a, true, 1);
      assertThat(EmulatedDriver.count("cublasLtMatmulAlgoGetHeuristic")).isEqualTo(before + 1);
      kernels.matmul(c.rows(0, 3), a.rows(0, 3), false, a, true, 0);
      assertThat(EmulatedDriver.count("cublasLtMatmulAlgoGetHeuristic")).isEqualTo(before + 2);
    }
  }

  @Test
  void compilesOnceForAKindOfCard() throws IOException {
    long before = compilations();
    device().close();
    assertThat(compilations()).isEqualTo(before + KernelSources.NAMES.size());
    device().close();
    assertThat(compilations()).isEqualTo(before + KernelSources.NAMES.size());
    assertThat(files()).hasSize(KernelSources.NAMES.size());

    EmulatedDriver.set("major", 8);
    installation = Installation.open(new LibrarySearch(List.of(EmulatedDriver.folder())));
    device().close();
    assertThat(compilations()).isEqualTo(before + 2 * KernelSources.NAMES.size());
  }

  @Test
  void compilesAgainWhatIsDamagedOnDisk() throws IOException {
    device().close();
    Files.writeString(files().get(0), "half a file");
    long before = compilations();
    device().close();
    device().close();
    assertThat(compilations()).isEqualTo(before + 1);
  }

  @Test
  void worksWithoutAFolderToKeepThingsIn() throws IOException {
    Path file = Files.writeString(kept.resolve("file"), "no folder");
    new DriverDevice(installation, installation.cards().get(0), file.resolve("below")).close();
  }

  @Test
  void letsTheDriverTranslateForACardThatTheCompilerDoesNotKnow() throws IOException {
    EmulatedDriver.set("major", 12);
    installation = Installation.open(new LibrarySearch(List.of(EmulatedDriver.folder())));
    device().close();
    assertThat(Files.readString(files().get(0))).contains("--gpu-architecture=compute_100");
  }

  @Test
  void showsWhatTheCompilerSays() {
    EmulatedDriver.set("wrong", 1);
    assertThatThrownBy(this::device)
        .isInstanceOf(DeviceException.class)
        .hasMessageStartingWith("Cannot compile ")
        .hasMessageContaining(" for sm_90 with NVRTC 13.0: NVRTC_ERROR_COMPILATION")
        .hasMessageContaining(".cu(12): error: expected a \";\"");
  }

  @Test
  void takesTheMemoryOfBlocksThatAreOutOfUse() {
    try (DriverDevice device = device()) {
      EmulatedDriver.set("bytes", EmulatedDriver.used() + (1 << 20));
      for (int i = 0; i < 3; i++) {
        device.memory().allocate(600 << 10); // never closed
      }
    } finally {
      EmulatedDriver.set("bytes", 1 << 30);
    }
  }

  @Test
  void saysWhatMemoryIsShort() {
    try (DriverDevice device = device()) {
      assertThatThrownBy(() -> device.memory().allocate(3L << 30))
          .isInstanceOf(DeviceException.class)
          .isNotInstanceOf(LostDeviceException.class)
          .hasMessageMatching(
              "Out of memory on GPU 0 \\(Emulated card, GPU-00102030-4050-6070-8090-a0b0c0d0e0f0\\):"
                  + " 3.00 GiB needed at once, 0\\.\\d\\d of 1\\.00 GiB free; .*batch_size.*");
      device.memory().allocate(1 << 20).close();
    }
  }

  @Test
  void saysThatACardIsLost() {
    DriverDevice device = device();
    EmulatedDriver.fail("cuStreamSynchronize", 714);
    assertThatThrownBy(device::synchronise)
        .isInstanceOf(LostDeviceException.class)
        .hasMessageStartingWith("GPU 0 (Emulated card, GPU-0010")
        .hasMessageContaining("failed (some error (714); asked to compute)")
        .hasMessageNotContaining("\n");
    assertThatThrownBy(() -> device.memory().allocate(1)).isInstanceOf(LostDeviceException.class);
  }

  private long compilations() {
    return EmulatedDriver.count("nvrtcCompileProgram");
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(kept)) {
      return files.sorted().toList();
    }
  }
}
