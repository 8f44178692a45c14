package parrot.jobs.state;

import org.apache.spark.Partitioner;

/** Sends each chunk to the task of its number. */
final class ByChunk extends Partitioner {
  private static final long serialVersionUID = 1L;

  private final int chunks;

  ByChunk(int chunks) {
    this.chunks = chunks;
  }

  @Override
  public int numPartitions() {
    return chunks;
  }

  @Override
  public int getPartition(Object chunk) {
    return (Integer) chunk;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ByChunk partitioner && partitioner.chunks == chunks;
  }

  @Override
  public int hashCode() {
    return chunks;
  }
}
