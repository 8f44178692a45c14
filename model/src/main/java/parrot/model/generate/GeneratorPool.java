package parrot.model.generate;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import parrot.model.config.ParrotConfig;
import parrot.model.kernel.Kernels;
import parrot.model.network.FrozenWeights;
import parrot.model.network.ParrotNetwork;
import parrot.model.weights.Weights;

/**
 * Generators for several threads over one copy of the weights. Each has working memory of its own;
 * as many come into being as are borrowed at the same time.
 */
public final class GeneratorPool implements AutoCloseable {
  private final ParrotConfig config;
  private final FrozenWeights weights;
  private final Supplier<Kernels> kernels;
  private final Deque<Lease> idle = new ArrayDeque<>();
  private boolean closed;

  /**
   * @param weights read when the first generator is borrowed, and not after
   * @param kernels makes the kernels of a generator
   */
  public GeneratorPool(ParrotConfig config, Weights weights, Supplier<Kernels> kernels) {
    this.config = config;
    this.weights = new FrozenWeights(weights);
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
    return new Lease(ParrotNetwork.frozen(config, weights, kernels.get()));
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
