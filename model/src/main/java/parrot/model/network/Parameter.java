package parrot.model.network;

import java.io.Serializable;

/**
 * A trained tensor and its place in the flat vectors.
 *
 * @param name published tensor name
 * @param rows first dimension; 1 for vectors
 * @param columns product of the other dimensions
 * @param offset of the first value, in floats
 * @param factor whether it enters products in their type
 */
public record Parameter(String name, Part part, int rows, int columns, long offset, boolean factor)
    implements Serializable {
  public long size() {
    return (long) rows * columns;
  }
}
