package parrot.model.kernel.cuda.driver;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import parrot.model.kernel.DeviceException;
import parrot.model.kernel.cuda.Arguments;
import parrot.model.kernel.cuda.Device;
import parrot.model.kernel.cuda.KernelSources;
import parrot.model.kernel.cuda.Product;
import parrot.model.tensor.Memory;

/** A card behind NVIDIA's driver: one stream, in whose order all happens. */
final class DriverDevice implements Device {
  /** Shared memory that a block may have without being asked for. */
  private static final int GRANTED = 48 << 10;

  private final CardContext context;
  private final long stream;
  private final Staging staging;
  private final CardMemory memory;
  private final Products products;
  private final List<Long> modules = new ArrayList<>();
  private final Map<String, Function> functions = new HashMap<>();

  /** A kernel, and the shared memory that its blocks may have. */
  private static final class Function {
    final long handle;
    int granted = GRANTED;

    Function(long handle) {
      this.handle = handle;
    }
  }

  /**
   * @param folder for compiled kernels
   * @throws DeviceException if the card or its libraries do not work
   */
  DriverDevice(Installation installation, Card card, Path folder) {
    context = CardContext.of(card).enter();
    long[] result = {0};
    int error = DriverApi.cuStreamCreate(result, DriverApi.STREAM_NON_BLOCKING);
    context.check(error, "make a stream");
    stream = result[0];
    staging = new Staging(context, stream);
    memory = new CardMemory(context, stream, staging);
    products = new Products(context, stream);
    load(new Cubins(installation, card, folder));
  }

  /** What is kept on disk may be damaged: it is compiled again once. */
  private void load(Cubins cubins) {
    List<byte[]> images = cubins.images();
    for (int i = 0; i < images.size(); i++) {
      long[] module = {0};
      int error = DriverApi.cuModuleLoadData(module, images.get(i));
      if (error == DriverApi.INVALID_IMAGE) {
        byte[] again = cubins.compiledAgain(KernelSources.NAMES.get(i));
        error = DriverApi.cuModuleLoadData(module, again);
      }
      context.check(error, "load " + KernelSources.NAMES.get(i));
      modules.add(module[0]);
    }
  }

  @Override
  public Memory memory() {
    return memory;
  }

  @Override
  public void launch(String name, Grid grid, Arguments arguments) {
    context.enter();
    Function function = functions.computeIfAbsent(name, this::find);
    if (grid.sharedBytes() > function.granted) {
      int attribute = DriverApi.MOST_SHARED_BYTES;
      int error = DriverApi.cuFuncSetAttribute(function.handle, attribute, grid.sharedBytes());
      context.check(error, "give " + name + " " + grid.sharedBytes() + " bytes of shared memory");
      function.granted = grid.sharedBytes();
    }
    int error =
        DriverApi.cuLaunchKernel(
            function.handle,
            grid.columns(),
            grid.rows(),
            1,
            grid.threads(),
            1,
            1,
            grid.sharedBytes(),
            stream,
            arguments.address(),
            0);
    context.check(error, "run " + name);
  }

  private Function find(String name) {
    for (long module : modules) {
      long[] function = {0};
      int error = DriverApi.cuModuleGetFunction(function, module, name);
      if (error == 0) {
        return new Function(function[0]);
      }
      if (error != DriverApi.NOT_FOUND) {
        context.check(error, "find the kernel " + name);
      }
    }
    throw new IllegalArgumentException("There is no kernel " + name);
  }

  @Override
  public void product(Product product) {
    context.enter();
    products.multiply(product);
  }

  @Override
  public void synchronise() {
    context.enter();
    context.check(DriverApi.cuStreamSynchronize(stream), "compute");
  }

  @Override
  public void close() {
    context.enter();
    DriverApi.cuStreamSynchronize(stream);
    products.close();
    staging.close();
    modules.forEach(DriverApi::cuModuleUnload);
    DriverApi.cuStreamDestroy_v2(stream);
  }
}
