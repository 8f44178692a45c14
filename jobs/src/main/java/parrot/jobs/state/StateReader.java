package parrot.jobs.state;

/** The state as a task sees it. */
@FunctionalInterface
public interface StateReader {
  /** Fetches a chunk, from this executor's memory if it has it. */
  StateChunk chunk(int index);
}
