package parrot.model.kernel.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The CUDA sources among the resources. */
public final class KernelSources {
  /** Each is compiled by itself. */
  public static final List<String> NAMES =
      List.of(
          "elementwise.cu",
          "rows.cu",
          "sums.cu",
          "norms.cu",
          "softmax.cu",
          "attention.cu",
          "flash.cu");

  /** What they include. */
  public static final List<String> HEADERS = List.of("device.cuh", "tensorcore.cuh");

  private KernelSources() {}

  public static String text(String name) {
    try (InputStream stream = KernelSources.class.getResourceAsStream(name)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
