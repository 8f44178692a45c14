package parrot.model.dl4j;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.model.kernel.KernelProvider;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;
import parrot.model.network.FrozenWeights;
import parrot.model.network.Parameter;
import parrot.model.network.ParrotNetwork;
import parrot.model.network.TrainedMemory;
import parrot.model.tensor.ElementType;
import parrot.model.weights.ModelFolder;

/**
 * The networks of this JVM. A network owns an arena and uses frozen weights, which are expensive to
 * load; graphs come and go (DL4J's stock master builds a new one every round), so a graph borrows a
 * network for one step, bound to the state that the graph trains.
 */
final class NetworkPool {
  private static final Map<NetworkSpec, NetworkPool> POOLS = new HashMap<>();

  private final NetworkSpec spec;
  private final KernelProvider provider;
  private final ModelFolder folder;
  private final FrozenWeights weights;
  private final Deque<Lease> idle = new ArrayDeque<>();
  private final List<Parameter> parameters;
  private final long parameterCount;

  private NetworkPool(NetworkSpec spec, KernelProvider provider) {
    this.spec = spec;
    this.provider = provider;
    this.folder = ModelFolder.open(new Path(spec.modelFolder()), new Configuration());
    this.weights = new FrozenWeights(folder.weights());
    this.parameters = List.copyOf(ParrotNetwork.parameters(folder.config(), spec.trainable()));
    this.parameterCount = parameters.stream().mapToLong(Parameter::size).sum();
  }

  /** The pool of a specification; opens its weights on first use. */
  static NetworkPool of(NetworkSpec spec) {
    synchronized (POOLS) {
      return POOLS.computeIfAbsent(
          spec, fresh -> new NetworkPool(fresh, KernelProvider.named(fresh.kernels())));
    }
  }

  /** Has networks of a specification compute with other kernels than it names. */
  static void use(NetworkSpec spec, KernelProvider provider) {
    synchronized (POOLS) {
      POOLS.put(spec, new NetworkPool(spec, provider));
    }
  }

  /** Frees every network that is not borrowed and forgets the weights. */
  static void closeAll() {
    synchronized (POOLS) {
      POOLS.values().forEach(NetworkPool::close);
      POOLS.clear();
    }
  }

  List<Parameter> parameters() {
    return parameters;
  }

  long parameterCount() {
    return parameterCount;
  }

  /** The type that products take. */
  ElementType factorType() {
    return spec.precision() == Precision.BF16 && provider.gainsFromBf16()
        ? ElementType.BF16
        : ElementType.F32;
  }

  /** Borrows a network for the calling thread, bound to this memory. */
  Lease borrow(TrainedMemory memory) {
    return take(memory).on(memory);
  }

  /** Whether networks lie on a device: then each graph keeps one of its own. */
  boolean onDevice() {
    return provider.isOnCards();
  }

  /** A network with weights of its own, for the calling thread until it is freed. */
  Lease keep() {
    return new Lease(new FrozenWeights(folder.weights()), true);
  }

  private Lease take(TrainedMemory memory) {
    synchronized (this) {
      Iterator<Lease> leases = idle.iterator();
      while (leases.hasNext()) {
        Lease lease = leases.next();
        if (memory.equals(lease.bound)) {
          leases.remove();
          return lease;
        }
      }
      Lease any = idle.poll();
      if (any != null) {
        return any;
      }
    }
    return new Lease(weights, false);
  }

  private synchronized void giveBack(Lease lease) {
    idle.push(lease);
  }

  private synchronized void close() {
    idle.forEach(Lease::free);
    idle.clear();
    folder.close();
  }

  /**
   * A borrowed network and the kernels it computes with; closing gives it back, unless its graph
   * keeps it.
   */
  final class Lease implements AutoCloseable {
    final Kernels kernels;
    final ParrotNetwork network;
    private final boolean kept;
    private TrainedMemory bound;

    private Lease(FrozenWeights weights, boolean kept) {
      this.kept = kept;
      this.kernels = provider.create(spec.precision(), spec.threads());
      this.network =
          new ParrotNetwork(folder.config(), spec.trainable(), weights, kernels, spec.recompute());
    }

    /** The same, bound to this memory. */
    Lease on(TrainedMemory memory) {
      if (!memory.equals(bound)) {
        bound = memory;
        network.bind(memory);
      }
      return this;
    }

    void free() {
      network.close();
    }

    @Override
    public void close() {
      if (!kept) {
        giveBack(this);
      }
    }
  }
}
