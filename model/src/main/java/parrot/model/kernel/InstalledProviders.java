package parrot.model.kernel;

import java.util.List;
import java.util.ServiceLoader;

/** The providers of this program, loaded once. */
final class InstalledProviders {
  static final List<KernelProvider> ALL =
      ServiceLoader.load(KernelProvider.class, KernelProvider.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .toList();

  private InstalledProviders() {}
}
