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
   * @param residuals of the replica with the number of the task, by chunk; gives null if there is
   *     none
   */
  Iterator<T> run(I input, StateReader state, StateReader residuals) throws Exception;
}
