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
 * Engines for several threads over one copy of the weights. If they are exact, an answer is the
 * same whatever else is answered, by whichever engine. Each has working memory of its own; as many
 * come into being as are borrowed at the same time.
 */
public final class EnginePool implements AutoCloseable {
  private final ParrotConfig config;
  private final FrozenWeights weights;
  private final int vocabulary;
  private final boolean exact;
  private final Supplier<Kernels> kernels;
  private final Supplier<String> card;
  private final Deque<Lease> idle = new ArrayDeque<>();
  private boolean closed;

  /**
   * @param weights read when the first engine is borrowed, and not after
   * @param vocabulary ids that can be chosen are below it
   * @param exact see {@link EngineLimits}
   * @param kernels makes the kernels of an engine, on the card of the calling thread
   * @param card that the calling thread computes on, where an engine stays; empty on the processor
   */
  public EnginePool(
      ParrotConfig config,
      Weights weights,
      int vocabulary,
      boolean exact,
      Supplier<Kernels> kernels,
      Supplier<String> card) {
    this.config = config;
    this.vocabulary = vocabulary;
    this.exact = exact;
    this.weights = new FrozenWeights(weights);
    this.kernels = kernels;
    this.card = card;
  }

  /**
   * Borrows an engine for the calling thread.
   *
   * @throws parrot.model.ModelException if a weight cannot be read
   */
  public Lease borrow() {
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException("Cannot borrow an engine: the pool is closed");
      }
      String here = card.get();
      for (Lease lease : idle) {
        if (lease.card.equals(here)) {
          idle.remove(lease);
          return lease;
        }
      }
      return create(here);
    }
  }

  private Lease create(String card) {
    return new Lease(ParrotNetwork.frozen(config, weights, kernels.get()), card);
  }

  private EngineLimits limits(ParrotNetwork network) {
    return EngineLimits.of(config, network.factorType())
        .withVocabulary(vocabulary)
        .withExact(exact);
  }

  private synchronized void giveBack(Lease lease) {
    lease.engine.clear();
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

  /** A borrowed engine; closing gives it back. */
  public final class Lease implements AutoCloseable {
    private final ParrotNetwork network;
    private final GenerationEngine engine;
    private final String card;

    private Lease(ParrotNetwork network, String card) {
      this.card = card;
      this.network = network;
      this.engine = new GenerationEngine(network, limits(network));
    }

    /** The engine, as long as it is borrowed. */
    public GenerationEngine engine() {
      return engine;
    }

    @Override
    public void close() {
      giveBack(this);
    }
  }
}
