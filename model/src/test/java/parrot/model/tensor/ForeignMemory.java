package parrot.model.tensor;

import java.nio.ByteBuffer;

/** Memory that only transfers reach, as a device's is. It counts them. */
public final class ForeignMemory implements Memory {
  private int transfers;

  @Override
  public boolean isHost() {
    return false;
  }

  @Override
  public Block allocate(long bytes) {
    return HOST.allocate(bytes);
  }

  @Override
  public void read(ByteBuffer target, long address) {
    transfers++;
    HOST.read(target, address);
  }

  @Override
  public void write(long address, ByteBuffer source) {
    transfers++;
    HOST.write(address, source);
  }

  /** How often something was copied since the last time this was asked. */
  public int transfers() {
    int since = transfers;
    transfers = 0;
    return since;
  }
}
