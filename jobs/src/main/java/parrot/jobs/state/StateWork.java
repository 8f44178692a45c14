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
   * @param kept what the task of the same number left for this one; empty where nothing was kept
   */
  Iterator<T> run(I input, StateReader state, Iterator<T> kept) throws Exception;
}
