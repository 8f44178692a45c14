package parrot.model.network;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import parrot.model.config.ParrotConfig;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Readout;
import parrot.model.kernel.Segments;
import parrot.model.layer.Routing;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

/**
 * What a step of training takes, found by taking it with kernels that compute nothing: the network
 * asks for exactly the memory and the products of a real step, and touches next to none of it.
 *
 * @param activations bytes of activations in use at a time, at most
 * @param operations multiplications and additions of matrix products and attention
 */
public record StepCost(long activations, long operations) {

  /**
   * @param trained parts that learn
   * @param factorType type of activations and weights that enter products
   * @param recompute whether the decoder computes its activations again in the backward pass
   */
  public static StepCost of(
      ParrotConfig config,
      Set<Part> trained,
      ElementType factorType,
      boolean recompute,
      Batch batch) {
    return of(config, trained, factorType, recompute, batch, null);
  }

  /**
   * The same for experts that are steered.
   *
   * @param routing null for the model's own
   */
  public static StepCost of(
      ParrotConfig config,
      Set<Part> trained,
      ElementType factorType,
      boolean recompute,
      Batch batch,
      Routing routing) {
    Counter counter = new Counter(factorType);
    try (ParrotNetwork network =
        ParrotNetwork.hollow(config, trained, counter.kernels(), recompute)) {
      network.steer(routing);
      network.forwardBackward(batch);
      return new StepCost(network.peakMemory(), counter.operations);
    }
  }

  /** Kernels that count instead of computing. */
  private static final class Counter {
    private final ElementType factorType;
    private long operations;

    Counter(ElementType factorType) {
      this.factorType = factorType;
    }

    Kernels kernels() {
      return (Kernels)
          Proxy.newProxyInstance(
              Kernels.class.getClassLoader(),
              new Class<?>[] {Kernels.class},
              (proxy, method, arguments) -> call(method, arguments));
    }

    private Object call(Method method, Object[] given) {
      switch (method.getName()) {
        case "memory":
          return Memory.HOST;
        case "readout":
          return new Nothing();
        case "factorType":
          return factorType;
        case "largest":
          return new int[((Tensor) given[0]).rows()][(int) given[2]];
        case "matmul":
          Tensor left = (Tensor) given[1];
          multiply((Tensor) given[0], (boolean) given[2] ? left.rows() : left.columns());
          return null;
        case "linear":
          multiply((Tensor) given[0], ((Tensor) given[1]).columns());
          return null;
        case "attention":
          attend((Segments) given[5], 2);
          return null;
        case "attentionBackward":
          attend((Segments) given[9], 5);
          return null;
        default:
          return method.getReturnType() == double.class ? (Object) 0.0 : null;
      }
    }

    /** As long as asked for. */
    private static final class Nothing implements Readout {
      @Override
      public Supplier<float[]> values(Tensor x) {
        return () -> new float[Math.toIntExact(x.size())];
      }

      @Override
      public DoubleSupplier sumOfSquares(Stream<Tensor> tensors) {
        return () -> 0;
      }

      @Override
      public void read() {}
    }

    private void multiply(Tensor result, int inner) {
      operations += 2 * result.size() * inner;
    }

    /** A product for each query, head and key that it sees. */
    private void attend(Segments segments, int products) {
      long pairs = 0;
      for (int segment = 0; segment < segments.count(); segment++) {
        for (int query = segments.queries()[segment];
            query < segments.queries()[segment + 1];
            query++) {
          pairs += segments.seen(segment, query);
        }
      }
      operations += 2 * products * pairs * segments.heads() * segments.headSize();
    }
  }
}
