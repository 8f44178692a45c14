package parrot.model.kernel;

/** A card failed so that this process cannot use it any more; another process may. */
public final class LostDeviceException extends DeviceException {
  private static final long serialVersionUID = 1;

  public LostDeviceException(String message) {
    super(message);
  }
}
