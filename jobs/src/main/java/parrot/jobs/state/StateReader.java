package parrot.jobs.state;

/** The state as a task sees it. */
@FunctionalInterface
public interface StateReader {
  /** Fetches a chunk, from this executor's memory where it is there. */
  StateChunk chunk(int index);
}
