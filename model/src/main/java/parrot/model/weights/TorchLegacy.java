package parrot.model.weights;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.utils.CountingInputStream;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import parrot.model.ModelException;
import parrot.model.weights.TorchPickle.Storage;
import parrot.model.weights.TorchPickle.TorchTensor;

/**
 * PyTorch's format of before version 1.6: five pickles (a magic number, a version, the writing
 * machine, the tensors, the keys of the storages), then each storage in the order of the keys: 8
 * bytes number of values, and the values.
 */
final class TorchLegacy {
  private TorchLegacy() {}

  static TorchFile open(Path file, FSDataInputStream stream, long length) throws IOException {
    stream.seek(0);
    CountingInputStream counted =
        new CountingInputStream(new BufferedInputStream(new StorageInput(file, stream)));
    TorchPickle pickle = new TorchPickle(file);
    pickle.read(counted);
    pickle.read(counted);
    if (!(pickle.read(counted) instanceof Map<?, ?> machine)
        || !Boolean.TRUE.equals(machine.get("little_endian"))) {
      throw new ModelException(
          "Cannot read " + file + ": its byte order is big (must be little); save it again");
    }
    Map<String, TorchTensor> tensors = TorchPickle.tensors(file, pickle.read(counted));
    if (!(pickle.read(counted) instanceof List<?> keys)) {
      throw new ModelException("Cannot read " + file + ": it has no list of storages");
    }
    Map<String, Long> positions =
        positions(file, stream, length, counted.getBytesRead(), keys, pickle.storages());
    return TorchFile.of(file, stream, tensors, storage -> positions.get(storage.key()));
  }

  private static Map<String, Long> positions(
      Path file,
      FSDataInputStream stream,
      long length,
      long start,
      List<?> keys,
      Map<String, Storage> storages)
      throws IOException {
    Map<String, Long> positions = new HashMap<>();
    long position = start;
    byte[] count = new byte[Long.BYTES];
    try {
      for (Object key : keys) {
        stream.readFully(position, count);
        long elements = ByteBuffer.wrap(count).order(ByteOrder.LITTLE_ENDIAN).getLong();
        position += count.length;
        Storage storage = storages.get(String.valueOf(key));
        if (storage == null || storage.elements() != elements) {
          throw new ModelException(
              "Cannot read "
                  + file
                  + ": its storage "
                  + key
                  + " has another size than its tensors say; the file is damaged, get it again");
        }
        positions.put(storage.key(), position);
        position += elements * storage.type().bytes();
      }
    } catch (EOFException e) {
      position = length + 1;
    }
    if (position > length || !positions.keySet().containsAll(storages.keySet())) {
      throw new ModelException(
          "Cannot read "
              + file
              + ": it ends before its last tensor: it is truncated, get it again");
    }
    return positions;
  }
}
