package parrot.model.weights;

import parrot.model.ModelException;

/** One tensor of a file. Reading refuses values that are not finite. */
record FileTensor(StoredTensors file, String storedName) {
  /**
   * @throws ModelException if it holds whole numbers
   */
  FileTensor requireFloating() {
    DataType type = file.type(storedName);
    if (!type.isFloating()) {
      throw unusable(
          storedName
              + " holds whole numbers, "
              + type
              + " (must be one of F64, F32, F16, BF16); if they are quantised, take the model"
              + " before quantisation");
    }
    return this;
  }

  int[] shape() {
    return file.shape(storedName);
  }

  float[] read() {
    float[] all = new float[Math.toIntExact(file.elements(storedName))];
    read((offset, values, count) -> System.arraycopy(values, 0, all, (int) offset, count));
    return all;
  }

  void read(FloatSink sink) {
    file.read(storedName, finite(sink));
  }

  void read(long from, long count, FloatSink sink) {
    file.read(storedName, from, count, finite(sink));
  }

  private FloatSink finite(FloatSink sink) {
    return (offset, values, count) -> {
      if (!Finite.all(values, count)) {
        throw notFinite(offset, values, count);
      }
      sink.accept(offset, values, count);
    };
  }

  private ModelException notFinite(long offset, float[] values, int count) {
    int first = 0;
    while (first < count - 1 && Float.isFinite(values[first])) {
      first++;
    }
    return unusable(
        "value "
            + (offset + first)
            + " of "
            + storedName
            + " is "
            + values[first]
            + "; the model diverged before it was saved, or the file is damaged");
  }

  private ModelException unusable(String what) {
    return new ModelException("Cannot use the weights in " + file.file + ": " + what);
  }

  @Override
  public String toString() {
    return storedName + " of " + file.file.getName();
  }
}
