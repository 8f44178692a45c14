package parrot.model.weights;

/**
 * Where a file keeps a tensor.
 *
 * @param shape sizes, outermost first
 * @param begin first byte, counted from the start of the file's values
 * @param end byte after the last
 */
record StoredTensor(String name, DataType type, int[] shape, long begin, long end) {
  long elements() {
    return (end - begin) / type.bytes();
  }
}
