package parrot.model.weights;

import java.io.FileNotFoundException;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.model.ModelException;

/** Opens a file of tensors as what it is, safetensors or PyTorch, whatever its name says. */
final class TensorFile {
  private TensorFile() {}

  /**
   * @throws ModelException if the file is missing, damaged or of another kind
   */
  static StoredTensors open(Path path, Configuration configuration) {
    Path file = path;
    FSDataInputStream stream = null;
    try {
      FileSystem fileSystem = path.getFileSystem(configuration);
      file = fileSystem.makeQualified(path);
      long length = fileSystem.getFileStatus(path).getLen();
      stream = fileSystem.open(path);
      FileStart start = FileStart.of(stream, length);
      start.refuseOthers(file);
      if (start.text().isPresent()) {
        throw new ModelException(
            "Cannot read " + file + ": it is a text, which begins with: " + start.text().get());
      }
      StoredTensors opened = open(file, stream, length, start);
      stream = null;
      return opened;
    } catch (FileNotFoundException e) {
      throw new ModelException("Cannot read " + file + ": there is no such file", e);
    } catch (IOException e) {
      throw StorageInput.failure(file, e);
    } finally {
      StoredTensors.closeQuietly(stream);
    }
  }

  private static StoredTensors open(
      Path file, FSDataInputStream stream, long length, FileStart start) throws IOException {
    if (start.isZip()) {
      return TorchArchive.open(file, stream, length);
    }
    return start.isLegacyTorch()
        ? TorchLegacy.open(file, stream, length)
        : Safetensors.open(file, stream, length);
  }
}
