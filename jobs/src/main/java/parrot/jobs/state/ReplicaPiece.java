package parrot.jobs.state;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoSerializable;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.List;

/** A chunk of what a replica has trained. */
public final class ReplicaPiece implements KryoSerializable {
  private int chunk;
  private int replica;
  private long examples;
  private byte[] encoded;
  private double[] expertLoad;
  private List<StateChunk> kept; // not written: they stay with the replica
  private ReplicaOutcome outcome;

  @SuppressWarnings("unused") // Kryo makes it, then fills it
  private ReplicaPiece() {}

  /**
   * @param chunk index in the {@link parrot.model.exchange.StateLayout}
   * @param examples trained on
   * @param encoded values; null if the replica has nothing to give
   * @param expertLoad weight that the replica's images gave each expert, [E]; may be empty
   * @param kept what the replica keeps of the chunk for its next round, as {@link Kept} numbers it.
   *     Does not travel
   * @param outcome of the replica, with the first chunk alone; otherwise null
   */
  public ReplicaPiece(
      int chunk,
      int replica,
      long examples,
      byte[] encoded,
      double[] expertLoad,
      List<StateChunk> kept,
      ReplicaOutcome outcome) {
    this.chunk = chunk;
    this.replica = replica;
    this.examples = examples;
    this.encoded = encoded;
    this.expertLoad = expertLoad;
    this.kept = List.copyOf(kept);
    this.outcome = outcome;
  }

  public int chunk() {
    return chunk;
  }

  public int replica() {
    return replica;
  }

  public long examples() {
    return examples;
  }

  public boolean counts() {
    return encoded != null && examples > 0;
  }

  public byte[] encoded() {
    return encoded;
  }

  public double[] expertLoad() {
    return expertLoad;
  }

  public List<StateChunk> kept() {
    return kept;
  }

  public ReplicaOutcome outcome() {
    return outcome;
  }

  @Override
  public void write(Kryo kryo, Output output) {
    output.writeInt(chunk);
    output.writeInt(replica);
    output.writeLong(examples);
    Bytes.write(output, encoded);
    output.writeInt(expertLoad.length);
    output.writeDoubles(expertLoad);
    Bytes.writeObject(output, outcome);
  }

  @Override
  public void read(Kryo kryo, Input input) {
    chunk = input.readInt();
    replica = input.readInt();
    examples = input.readLong();
    encoded = Bytes.read(input);
    expertLoad = input.readDoubles(input.readInt());
    outcome = Bytes.readObject(input, ReplicaOutcome.class);
  }
}
