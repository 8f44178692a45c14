package parrot.model.kernel.cuda.driver;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import parrot.model.tensor.Memory;

/** A card's memory, in the order of one stream. */
final class CardMemory implements Memory {
  private static final Cleaner CLEANER = Cleaner.create();

  private final CardContext context;
  private final long stream;
  private final Staging staging;

  CardMemory(CardContext context, long stream, Staging staging) {
    this.context = context;
    this.stream = stream;
    this.staging = staging;
  }

  @Override
  public boolean isHost() {
    return false;
  }

  @Override
  public Block allocate(long bytes) {
    return new CardBlock(context, bytes);
  }

  @Override
  public void read(ByteBuffer target, long address) {
    context.enter();
    if (target.isDirect()) {
      long to = Pointer.nativeValue(Native.getDirectBufferPointer(target)) + target.position();
      int error = DriverApi.cuMemcpyDtoHAsync_v2(to, address, target.remaining(), stream);
      context.check(error, "copy from it");
      context.check(DriverApi.cuStreamSynchronize(stream), "copy from it");
      target.position(target.limit());
    } else {
      ByteBuffer direct = ByteBuffer.allocateDirect(target.remaining());
      read(direct, address);
      target.put(direct.flip());
    }
  }

  @Override
  public void write(long address, ByteBuffer source) {
    context.enter();
    staging.send(address, source);
  }

  private static final class CardBlock implements Block {
    private final long address;
    private final Cleaner.Cleanable freeing;

    CardBlock(CardContext context, long bytes) {
      long at = context.allocate(bytes);
      address = at;
      freeing = CLEANER.register(this, () -> context.free(at));
    }

    @Override
    public long address() {
      return address;
    }

    @Override
    public void close() {
      freeing.clean();
    }
  }
}
