package parrot.model.kernel.cuda;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.IdentityHashMap;
import java.util.Map;
import parrot.model.kernel.EightBit;
import parrot.model.kernel.Kernels;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Master;
import parrot.model.tensor.Memory;
import parrot.model.tensor.Tensor;

/** Kernels of a device for tensors of the host: each operation copies them there and back. */
public final class OnDevice {
  private final Kernels kernels;

  private OnDevice(Kernels kernels) {
    this.kernels = kernels;
  }

  public static Kernels of(Kernels kernels) {
    OnDevice device = new OnDevice(kernels);
    return (Kernels)
        Proxy.newProxyInstance(
            Kernels.class.getClassLoader(),
            new Class<?>[] {Kernels.class},
            (proxy, method, arguments) -> device.call(method, arguments));
  }

  private Object call(Method method, Object[] arguments) throws Throwable {
    if (method.getName().equals("memory")) {
      return Memory.HOST;
    }
    Map<Tensor, Copy> copies = new IdentityHashMap<>();
    Object[] there = arguments == null ? new Object[0] : arguments.clone();
    for (int i = 0; i < there.length; i++) {
      if (there[i] instanceof Tensor tensor) {
        there[i] = there(copies, tensor);
      } else if (there[i] instanceof Master master) {
        there[i] =
            new Master(
                there(copies, master.whole()),
                there(copies, master.high()),
                there(copies, master.low()));
      } else if (there[i] instanceof EightBit packed) {
        there[i] =
            new EightBit(
                there(copies, packed.codes()),
                there(copies, packed.scales()),
                packed.count(),
                packed.levels());
      }
    }
    try {
      Object result = method.invoke(kernels, there);
      copies.forEach((tensor, copy) -> copy.bring(tensor));
      copies.values().forEach(copy -> copy.block.close());
      return result instanceof Kernels other ? of(other) : result;
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private Tensor there(Map<Tensor, Copy> copies, Tensor tensor) {
    return tensor == null ? null : copies.computeIfAbsent(tensor, this::copy).there;
  }

  private Copy copy(Tensor tensor) {
    Memory memory = kernels.memory();
    ElementType type = tensor.type();
    long bytes = (long) type.bytes() * tensor.rows() * tensor.stride();
    Memory.Block block = memory.allocate(Math.max(1, bytes));
    Tensor whole =
        Tensor.view(memory, type, block.address(), tensor.rows(), tensor.stride(), block);
    whole.set(Tensor.allocate(type, tensor.rows(), tensor.stride()));
    int before = Math.min(3, tensor.stride() - tensor.columns());
    Tensor there = whole.columns(before, before + tensor.columns());
    there.set(tensor);
    return new Copy(block, whole, there, before);
  }

  /** Has the gaps of the original; they must stay zero. */
  private record Copy(Memory.Block block, Tensor whole, Tensor there, int before) {
    void bring(Tensor original) {
      Tensor back = whole.in(Memory.HOST);
      for (int row = 0; row < back.rows(); row++) {
        for (int column = 0; column < back.columns(); column++) {
          int at = column - before;
          if (at >= 0 && at < original.columns()) {
            int width = original.type().bytes();
            int from = back.at(row, column);
            original.buffer().put(original.at(row, at), back.buffer(), from, width);
          } else if (back.get(row, column) != 0) {
            throw new AssertionError("A kernel wrote between the rows of " + there);
          }
        }
      }
    }
  }
}
