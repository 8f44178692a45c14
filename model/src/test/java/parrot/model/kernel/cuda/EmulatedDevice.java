package parrot.model.kernel.cuda;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

/**
 * A card on this processor. Its memory is not the host's, begins as not-a-number, and lies between
 * guards that are looked at after each kernel.
 */
public final class EmulatedDevice implements Device {
  /** A not-a-number as float32 and as bfloat16. */
  private static final int UNWRITTEN = 0x7fc0_7fc0;

  private static final int GUARD = 1024;

  private final Path library;
  private final long seed;
  private final EmulatedMemory memory = new EmulatedMemory();
  private final Map<String, Integer> launches = new TreeMap<>();
  private int allocations;
  private int waits;

  /**
   * @param seed of the order in which threads run; 0 for one after the other
   */
  public EmulatedDevice(long seed) {
    this(seed, Emulator.sources(KernelSources.NAMES));
  }

  EmulatedDevice(long seed, Map<String, String> sources) {
    this.seed = seed;
    library = Emulator.library(sources);
    Emulator.load(library);
  }

  @Override
  public Memory memory() {
    return memory;
  }

  /**
   * What was asked of it since the last call.
   *
   * @param launches by kernel
   * @param allocations of memory
   * @param waits of the host: reads of memory, and what only waits
   */
  public record Asked(Map<String, Integer> launches, int allocations, int waits) {}

  public Asked takeAsked() {
    Asked asked = new Asked(new TreeMap<>(launches), allocations, waits);
    launches.clear();
    allocations = 0;
    waits = 0;
    return asked;
  }

  @Override
  public void launch(String name, Grid grid, Arguments arguments) {
    launches.merge(name, 1, Integer::sum);
    synchronized (Emulator.class) { // there is one set of fibers
      String failure =
          Emulator.launch(
              library.toString(),
              name,
              grid.columns(),
              grid.rows(),
              grid.threads(),
              grid.sharedBytes(),
              arguments.address(),
              seed);
      if (failure != null) {
        throw new IllegalStateException("Kernel " + name + " failed: " + failure);
      }
    }
    memory.checkGuards(name);
  }

  @Override
  public void product(Product p) {
    Emulator.product(
        p.transposeA(),
        p.transposeB(),
        p.m(),
        p.n(),
        p.k(),
        p.factors() == ElementType.BF16,
        p.a(),
        p.lda(),
        p.b(),
        p.ldb(),
        p.beta(),
        p.result() == ElementType.BF16,
        p.d(),
        p.ldd());
    memory.checkGuards("product");
  }

  @Override
  public void synchronise() {
    waits++;
  }

  @Override
  public void close() {}

  private final class EmulatedMemory implements Memory {
    private final List<Guarded> blocks = new ArrayList<>();

    @Override
    public boolean isHost() {
      return false;
    }

    @Override
    public Block allocate(long bytes) {
      allocations++;
      Guarded block = new Guarded(bytes);
      blocks.add(block);
      return block;
    }

    @Override
    public void read(ByteBuffer target, long address) {
      waits++;
      HOST.read(target, address);
    }

    @Override
    public void write(long address, ByteBuffer source) {
      HOST.write(address, source);
    }

    void checkGuards(String kernel) {
      for (Guarded block : blocks) {
        if (!block.isWhole()) {
          throw new IllegalStateException("Kernel " + kernel + " wrote outside of its memory");
        }
      }
    }

    private final class Guarded implements Block {
      private final Tensor whole;
      private final int end;

      Guarded(long bytes) {
        end = GUARD + (int) (bytes + 63) / 64 * 64;
        whole = Tensor.allocate(1, (end + GUARD) / Integer.BYTES);
        for (int at = 0; at < end + GUARD; at += Integer.BYTES) {
          whole.buffer().putInt(at, UNWRITTEN);
        }
      }

      @Override
      public long address() {
        return whole.address() + GUARD;
      }

      boolean isWhole() {
        boolean same = true;
        for (int at = 0; at < GUARD; at += Integer.BYTES) {
          same &= whole.buffer().getInt(at) == UNWRITTEN;
          same &= whole.buffer().getInt(end + at) == UNWRITTEN;
        }
        return same;
      }

      @Override
      public void close() {
        blocks.remove(this);
      }
    }
  }
}
