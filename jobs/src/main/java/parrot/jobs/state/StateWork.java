package parrot.jobs.state;

import java.io.Serializable;
import java.util.Iterator;

/**
 * Work of one task over the state.
 *
 * @param <I> what tells tasks apart
 * @param <T> results
 */
@FunctionalInterface
public interface StateWork<I extends Serializable, T> extends Serializable {
  /**
   * @param memories what the task of the same number remembers, by chunk; gives null where nothing
   *     is remembered
   */
  Iterator<T> run(I input, StateReader state, StateReader memories) throws Exception;
}
