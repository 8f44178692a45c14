package parrot.model.layer;

import java.util.Optional;
import parrot.model.config.Adapters;

/** Hands out the parameters of layers while a network is built; each name once. */
@FunctionalInterface
public interface WeightFactory {

  /**
   * @param name published tensor name
   * @param rows first dimension; 1 for vectors
   * @param columns product of the other dimensions
   */
  Weight create(String name, int rows, int columns);

  /** A matrix that enters products: its {@link Weight#factor} has the type that they take. */
  default Weight createFactor(String name, int rows, int columns) {
    return create(name, rows, columns);
  }

  /** A matrix of which rows are taken, and nothing else: if it is frozen, in its stored type. */
  default Weight createTable(String name, int rows, int columns) {
    return create(name, rows, columns);
  }

  /**
   * The adapters of the model, if a layer has one.
   *
   * @param layer published name without {@code .weight}
   */
  default Optional<Adapters> adapters(String layer) {
    return Optional.empty();
  }

  /** What adapters drop; by default nothing. */
  default Dropout dropout() {
    return new Dropout();
  }

  /** A vector. */
  default Weight create(String name, int size) {
    return create(name, 1, size);
  }
}
