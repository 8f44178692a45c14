package parrot.model.generate;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import parrot.model.config.ParrotConfig;
import parrot.model.kernel.Kernels;
import parrot.model.network.ParrotNetwork;
import parrot.model.network.Part;
import parrot.model.weights.Weights;

/**
 * Generators for several threads over one copy of the weights. Each has working memory of its own;
 * as many come into being as are borrowed at the same time.
 */
public final class GeneratorPool implements AutoCloseable {
  private static final int ALIGNMENT = 64;

  private final ParrotConfig config;
  private final Weights weights;
  private final Supplier<Kernels> kernels;
  private final Deque<Lease> idle = new ArrayDeque<>();
  private BytePointer memory; // every parameter, in the order of the flat vector
  private long address;
  private boolean closed;

  /**
   * @param weights read when the first generator is borrowed, and not after
   * @param kernels makes the kernels of a generator
   */
  public GeneratorPool(ParrotConfig config, Weights weights, Supplier<Kernels> kernels) {
    this.config = config;
    this.weights = weights;
    this.kernels = kernels;
  }

  /**
   * Borrows a generator for the calling thread.
   *
   * @throws parrot.model.ModelException if a weight cannot be read
   */
  public Lease borrow() {
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException("Cannot borrow a generator: the pool is closed");
      }
      Lease lease = idle.poll();
      return lease != null ? lease : create();
    }
  }

  private Lease create() {
    // To the network every part is a trained one: those lie where they are told to.
    ParrotNetwork network =
        new ParrotNetwork(config, EnumSet.allOf(Part.class), weights, kernels.get());
    boolean bound = false;
    try {
      if (memory == null) {
        memory = new BytePointer(4 * network.parameterCount() + ALIGNMENT);
        address = (memory.address() + ALIGNMENT - 1) & -ALIGNMENT;
        network.bind(address, 0, memory);
        network.initialize();
      } else {
        network.bind(address, 0, memory);
      }
      bound = true;
      return new Lease(network);
    } finally {
      if (!bound) {
        memory = null;
        network.close();
      }
    }
  }

  private synchronized void giveBack(Lease lease) {
    if (closed) {
      lease.network.close();
    } else {
      idle.push(lease);
    }
  }

  /** Frees what is not borrowed; the rest when it is given back. The weights are the caller's. */
  @Override
  public synchronized void close() {
    closed = true;
    idle.forEach(lease -> lease.network.close());
    idle.clear();
  }

  /** A borrowed generator; closing gives it back. */
  public final class Lease implements AutoCloseable {
    private final ParrotNetwork network;
    private final Generator generator;

    private Lease(ParrotNetwork network) {
      this.network = network;
      this.generator = new Generator(network);
    }

    /** The generator, as long as it is borrowed. */
    public Generator generator() {
      return generator;
    }

    @Override
    public void close() {
      giveBack(this);
    }
  }
}
