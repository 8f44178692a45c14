package parrot.model.weights;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import parrot.model.ModelException;
import parrot.model.weights.TorchPickle.TorchTensor;

/**
 * PyTorch's zip archive: {@code NAME/data.pkl} says which tensors there are, {@code NAME/data/KEY}
 * holds the values of a storage, uncompressed.
 */
final class TorchArchive {
  private static final String CONTENTS = "/data.pkl";

  private TorchArchive() {}

  static TorchFile open(Path file, FSDataInputStream stream, long length) throws IOException {
    try (ZipFile zip = new ZipFile(new StreamChannel(file, stream, length))) {
      Map<String, ZipArchiveEntry> entries = new LinkedHashMap<>();
      Collections.list(zip.getEntries()).forEach(entry -> entries.put(entry.getName(), entry));
      String contents =
          entries.keySet().stream()
              .filter(name -> name.endsWith(CONTENTS))
              .findFirst()
              .orElseThrow(
                  () ->
                      new ModelException(
                          "Cannot read "
                              + file
                              + ": a zip archive without data.pkl, which torch.save writes"));
      String root = contents.substring(0, contents.length() - CONTENTS.length());
      ZipArchiveEntry order = entries.get(root + "/byteorder");
      if (order != null && !text(zip, order).strip().equals("little")) {
        throw new ModelException(
            "Cannot read "
                + file
                + ": its byte order is "
                + text(zip, order)
                + " (must be little)");
      }
      Map<String, TorchTensor> tensors;
      try (InputStream pickle = zip.getInputStream(entries.get(contents))) {
        tensors = TorchPickle.tensors(file, new TorchPickle(file).read(pickle));
      }
      return TorchFile.of(
          file,
          stream,
          tensors,
          storage -> position(file, storage, entries.get(root + "/data/" + storage.key())));
    } catch (IOException e) {
      throw new ModelException(
          "Cannot read "
              + file
              + ": it is a PyTorch file whose zip archive is damaged or cut short; get the file again",
          e);
    }
  }

  private static String text(ZipFile zip, ZipArchiveEntry entry) throws IOException {
    return new String(zip.getInputStream(entry).readAllBytes(), UTF_8);
  }

  private static long position(Path file, TorchPickle.Storage storage, ZipArchiveEntry entry) {
    if (entry == null || entry.getMethod() != ZipEntry.STORED) {
      throw new ModelException(
          "Cannot read "
              + file
              + ": its storage data/"
              + storage.key()
              + (entry == null ? " is not there; get the file again" : " is compressed"));
    }
    long expected = storage.elements() * storage.type().bytes();
    if (entry.getSize() < expected) {
      throw new ModelException(
          "Cannot read "
              + file
              + ": its storage data/"
              + storage.key()
              + " is damaged (got "
              + entry.getSize()
              + " bytes, expected "
              + expected
              + "); get the file again");
    }
    return entry.getDataOffset();
  }

  /**
   * A Hadoop file as the zip library reads it; closing leaves the stream open. The library looks
   * for the end of the archive byte by byte, so blocks are read and kept.
   */
  private static final class StreamChannel implements SeekableByteChannel {
    private static final int BLOCK = 1 << 16;

    private final Path file;
    private final FSDataInputStream stream;
    private final long length;
    private long position;
    private byte[] block = {};
    private long start;

    StreamChannel(Path file, FSDataInputStream stream, long length) {
      this.file = file;
      this.stream = stream;
      this.length = length;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      if (!target.hasRemaining() || position >= length) {
        return target.hasRemaining() ? -1 : 0;
      }
      if (position < start || position >= start + block.length) {
        load();
      }
      int from = (int) (position - start);
      int count = Math.min(target.remaining(), block.length - from);
      target.put(block, from, count);
      position += count;
      return count;
    }

    private void load() throws IOException {
      start = position - position % BLOCK;
      block = new byte[(int) Math.min(BLOCK, length - start)];
      try {
        stream.readFully(start, block);
      } catch (EOFException e) {
        throw e;
      } catch (IOException e) {
        throw StorageInput.failure(file, e);
      }
    }

    @Override
    public long position() {
      return position;
    }

    @Override
    public SeekableByteChannel position(long to) {
      position = to;
      return this;
    }

    @Override
    public long size() {
      return length;
    }

    @Override
    public int write(ByteBuffer source) {
      throw new NonWritableChannelException();
    }

    @Override
    public SeekableByteChannel truncate(long size) {
      throw new NonWritableChannelException();
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
