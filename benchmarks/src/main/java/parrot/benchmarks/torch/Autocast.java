package parrot.benchmarks.torch;

import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** bfloat16 products for a while; rounded weights are forgotten at the end. */
final class Autocast implements AutoCloseable {
  private final boolean enabled;

  Autocast(boolean enabled) {
    this.enabled = enabled;
    if (enabled) {
      torch.set_autocast_dtype(DeviceType.CPU, ScalarType.BFloat16);
      torch.set_autocast_enabled(DeviceType.CPU, true);
      torch.increment_nesting();
    }
  }

  @Override
  public void close() {
    if (enabled) {
      torch.decrement_nesting();
      torch.clear_cache();
      torch.set_autocast_enabled(DeviceType.CPU, false);
    }
  }
}
