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
  private byte[] velocity;
  private RoundNotes notes;

  @SuppressWarnings("unused") // Kryo makes it, then fills it
  private StateChunk() {}

  /**
   * @param index in the {@link parrot.model.exchange.StateLayout}
   * @param values float32 in native order
   * @param velocity of the outer step, likewise; empty where there is none
   * @param notes about the round that made it
   */
  public StateChunk(int index, byte[] values, byte[] velocity, RoundNotes notes) {
    this.index = index;
    this.values = Objects.requireNonNull(values);
    this.velocity = Objects.requireNonNull(velocity);
    this.notes = Objects.requireNonNull(notes);
  }

  /**
   * The only chunk of a partition, read to its end: until its iterator has been there, Spark keeps
   * the block in memory, whoever needs that.
   */
  static StateChunk only(Iterator<StateChunk> partition) {
    StateChunk chunk = partition.next();
    if (partition.hasNext()) {
      throw new IllegalStateException("Two chunks in a partition, the first is " + chunk.index);
    }
    return chunk;
  }

  public int index() {
    return index;
  }

  /** Not to be written to: tasks of this JVM share it. */
  public byte[] values() {
    return values;
  }

  /** Not to be written to. */
  public byte[] velocity() {
    return velocity;
  }

  public RoundNotes notes() {
    return notes;
  }

  @Override
  public void write(Kryo kryo, Output output) {
    output.writeInt(index);
    Bytes.write(output, values);
    Bytes.write(output, velocity);
    Bytes.writeObject(output, notes);
  }

  @Override
  public void read(Kryo kryo, Input input) {
    index = input.readInt();
    values = Bytes.read(input);
    velocity = Bytes.read(input);
    notes = Bytes.readObject(input, RoundNotes.class);
  }
}
