package parrot.datasets.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A stored file to read at any place, as readers of archives ask for it. */
public final class StoredChannel implements SeekableByteChannel {
  private static final int BLOCK = 64 << 10;

  private final FSDataInputStream in;
  private final long size;
  private long position;
  private boolean open = true;

  public StoredChannel(FileSystem files, Path file) throws IOException {
    this.size = files.getFileStatus(file).getLen();
    this.in = StoredStream.open(files, file);
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    if (position >= size) {
      return -1;
    }
    in.seek(position);
    byte[] bytes = new byte[Math.min(BLOCK, target.remaining())];
    int count = in.read(bytes, 0, bytes.length);
    if (count > 0) {
      target.put(bytes, 0, count);
      position += count;
    }
    return count;
  }

  @Override
  public long position() {
    return position;
  }

  /** May lie behind the end, where there is nothing to read. */
  @Override
  public SeekableByteChannel position(long newPosition) {
    position = newPosition;
    return this;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() throws IOException {
    open = false;
    in.close();
  }

  @Override
  public int write(ByteBuffer source) {
    throw new NonWritableChannelException();
  }

  @Override
  public SeekableByteChannel truncate(long size) {
    throw new NonWritableChannelException();
  }
}
