package parrot.model.network;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.Tensor;

/** Kernels that remember which products they were asked for. */
final class CountingKernels {
  private final List<Product> products = new ArrayList<>();
  private final Kernels kernels;

  /** What {@code c = a b} was about, by address. */
  private record Product(Tensor c, Tensor a, Tensor b) {
    boolean involves(Tensor tensor) {
      return c.address() == tensor.address() || b.address() == tensor.address();
    }

    int rows() {
      return a.rows();
    }
  }

  CountingKernels(Kernels around) {
    kernels =
        (Kernels)
            Proxy.newProxyInstance(
                Kernels.class.getClassLoader(),
                new Class<?>[] {Kernels.class},
                (proxy, method, arguments) -> {
                  String name = method.getName();
                  if (name.equals("matmul") || name.equals("linear")) {
                    int b = name.equals("matmul") ? 3 : 2;
                    products.add(
                        new Product(
                            (Tensor) arguments[0], (Tensor) arguments[1], (Tensor) arguments[b]));
                  }
                  try {
                    return method.invoke(around, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
  }

  Kernels kernels() {
    return kernels;
  }

  void forget() {
    products.clear();
  }

  /** Rows of samples that went through products with a tensor, one number for each product. */
  List<Integer> rowsThrough(Tensor tensor) {
    return products.stream().filter(p -> p.involves(tensor)).map(Product::rows).toList();
  }
}
