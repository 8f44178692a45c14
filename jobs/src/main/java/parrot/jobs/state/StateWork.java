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
   * @param own what the replica with the number of the task keeps, by {@link Kept}; gives null if
   *     it keeps nothing
   */
  Iterator<T> run(I input, StateReader state, StateReader own) throws Exception;
}
