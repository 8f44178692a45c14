package parrot.model.weights;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import parrot.model.ModelException;
import parrot.model.tensor.ElementType;
import parrot.model.weights.TorchPickle.TorchTensor;

/**
 * One file that PyTorch's {@code torch.save} wrote, of a dictionary of tensors: today's zip archive
 * or the format of before version 1.6. Nothing that the file names is run or loaded.
 */
final class TorchFile extends StoredTensors {
  /** Where the values of the storages lie. */
  interface Storages {
    /**
     * @return the first byte of a storage in the file
     * @throws ModelException if the file holds less of it than it should
     */
    long position(TorchPickle.Storage storage);
  }

  private final Map<String, TorchTensor> tensors;

  private TorchFile(
      Path file,
      FSDataInputStream stream,
      Map<String, StoredTensor> places,
      Map<String, TorchTensor> tensors) {
    super(file, stream, 0, places);
    this.tensors = tensors;
  }

  /**
   * Takes over closing the stream if it succeeds.
   *
   * @throws ModelException if a tensor reaches beyond its storage
   */
  static TorchFile of(
      Path file, FSDataInputStream stream, Map<String, TorchTensor> tensors, Storages storages) {
    Map<String, StoredTensor> places = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (tensor.offset() < 0
              || tensor.offset() + tensor.extent() > tensor.storage().elements()) {
            throw new ModelException(
                "Cannot read "
                    + file
                    + ": tensor "
                    + name
                    + " reaches beyond its storage of "
                    + tensor.storage().elements()
                    + " values; the file is damaged, get it again");
          }
          DataType type = tensor.storage().type();
          long begin = storages.position(tensor.storage()) + tensor.offset() * type.bytes();
          long end = begin + tensor.extent() * type.bytes();
          places.put(name, new StoredTensor(name, type, tensor.shape(), begin, end));
        });
    return new TorchFile(file, stream, places, tensors);
  }

  @Override
  boolean liesAs(String name, ElementType type) {
    TorchTensor tensor = tensors.get(name);
    return (tensor == null || tensor.isRowMajor()) && super.liesAs(name, type);
  }

  @Override
  public void read(String name, long from, long count, FloatSink sink) {
    TorchTensor tensor = tensors.get(name);
    if (tensor == null || tensor.isRowMajor()) {
      super.read(name, from, count, sink);
      return;
    }
    float[] stored = new float[Math.toIntExact(tensor.extent())];
    super.read(
        name,
        0,
        stored.length,
        (offset, values, length) -> System.arraycopy(values, 0, stored, (int) offset, length));
    float[] ordered = new float[Math.toIntExact(elements(name))];
    for (int i = 0; i < ordered.length; i++) {
      ordered[i] = stored[(int) tensor.place(i)];
    }
    sink.accept(from, Arrays.copyOfRange(ordered, (int) from, (int) (from + count)), (int) count);
  }
}
