package parrot.model.weights;

import java.io.File;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.bytedeco.javacpp.BytePointer;
import parrot.model.ModelException;
import parrot.model.tensor.ElementType;
import parrot.model.tensor.Tensor;

/**
 * Values of a local file as the operating system maps them: shared by all processes that map them,
 * given up by itself when memory is short, and loaded again when they are looked at.
 */
final class MappedTensor {
  /** Bytes of a tensor that can be mapped. */
  static final long LARGEST = Integer.MAX_VALUE;

  private MappedTensor() {}

  /**
   * @param file with its scheme
   * @param offset of the first value, in bytes
   * @return empty if the file is not local, or if its values are more than 2 GiB or not aligned
   * @throws ModelException if the file cannot be opened
   */
  static Optional<Tensor> of(Path file, long offset, ElementType type, int rows, int columns) {
    long bytes = (long) type.bytes() * rows * columns;
    Optional<java.nio.file.Path> local = local(file);
    if (local.isEmpty()
        || bytes == 0
        || bytes > LARGEST
        || offset % type.bytes() != 0
        || ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      return Optional.empty();
    }
    try (FileChannel channel = FileChannel.open(local.get(), StandardOpenOption.READ)) {
      MappedByteBuffer values = channel.map(FileChannel.MapMode.READ_ONLY, offset, bytes);
      values
          .load(); // as one wish for all pages: asked for one by one, they come slowly from a disk
      long address = new BytePointer(values).address();
      return Optional.of(Tensor.view(type, address, rows, columns, values));
    } catch (IOException e) {
      throw StorageInput.failure(file, e);
    }
  }

  private static Optional<java.nio.file.Path> local(Path file) {
    if (!"file".equals(file.toUri().getScheme())) {
      return Optional.empty();
    }
    File path = new File(file.toUri().getPath());
    return path.isFile() ? Optional.of(path.toPath()) : Optional.empty();
  }

  /**
   * Whether Hadoop keeps a checksum of a local file, which reading verifies and mapping does not.
   */
  static boolean hasChecksum(Path file) {
    File path = new File(file.toUri().getPath());
    return new File(path.getParentFile(), "." + path.getName() + ".crc").exists();
  }
}
