package parrot.model.kernel;

/** A device that one thread computes on; closed by that thread. */
public interface DeviceLease extends AutoCloseable {
  @Override
  void close();
}
