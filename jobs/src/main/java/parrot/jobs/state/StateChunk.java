package parrot.jobs.state;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoSerializable;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.Iterator;
import java.util.Objects;

/** A chunk of the state. Written and read as it lies in memory; not changed after it was made. */
public final class StateChunk implements KryoSerializable {
  private int index;
  private byte[] values;
  private byte[] outerMomentum;
  private ChunkOutcome outcome;

  @SuppressWarnings("unused") // Kryo makes it, then fills it
  private StateChunk() {}

  /**
   * @param index in the {@link parrot.model.exchange.StateLayout}
   * @param values float32 in native order; empty if replicas have their own instead
   * @param outerMomentum float32 in native order; empty if the outer step keeps none
   * @param outcome of the round that made it
   */
  public StateChunk(int index, byte[] values, byte[] outerMomentum, ChunkOutcome outcome) {
    this.index = index;
    this.values = Objects.requireNonNull(values);
    this.outerMomentum = Objects.requireNonNull(outerMomentum);
    this.outcome = Objects.requireNonNull(outcome);
  }

  /**
   * The only chunk of a partition. Reads the iterator to its end: until then, Spark keeps the block
   * in memory, even if others need the room.
   */
  static StateChunk only(Iterator<StateChunk> partition) {
    StateChunk chunk = partition.next();
    if (partition.hasNext()) {
      throw new IllegalStateException(
          "Cannot read a partition: it has two chunks, the first is " + chunk.index);
    }
    return chunk;
  }

  public int index() {
    return index;
  }

  /** Must not be written to: tasks of this JVM share it. */
  public byte[] values() {
    return values;
  }

  /** Must not be written to. */
  public byte[] outerMomentum() {
    return outerMomentum;
  }

  public ChunkOutcome outcome() {
    return outcome;
  }

  @Override
  public void write(Kryo kryo, Output output) {
    output.writeInt(index);
    Bytes.write(output, values);
    Bytes.write(output, outerMomentum);
    Bytes.writeObject(output, outcome);
  }

  @Override
  public void read(Kryo kryo, Input input) {
    index = input.readInt();
    values = Bytes.read(input);
    outerMomentum = Bytes.read(input);
    outcome = Bytes.readObject(input, ChunkOutcome.class);
  }
}
