package parrot.datasets.storage;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** A disk on which one byte of each file cannot be read. */
public final class FailingDisk extends RawLocalFileSystem {
  private static final String BAD = "test.bad.byte";

  /**
   * @param bad position of the byte
   */
  public static Configuration at(long bad) {
    Configuration configuration = new Configuration();
    configuration.setClass("fs.file.impl", FailingDisk.class, FileSystem.class);
    configuration.setBoolean("fs.file.impl.disable.cache", true);
    configuration.setLong(BAD, bad);
    return configuration;
  }

  @Override
  public FSDataInputStream open(Path file, int bufferSize) throws IOException {
    return new FSDataInputStream(
        new Failing(super.open(file, bufferSize), getConf().getLong(BAD, 0)));
  }

  private static final class Failing extends FSInputStream {
    private final FSDataInputStream in;
    private final long bad;

    Failing(FSDataInputStream in, long bad) {
      this.in = in;
      this.bad = bad;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      long left = bad - getPos();
      if (left == 0) {
        throw new IOException("Input/output error");
      }
      return in.read(bytes, offset, left < 0 ? length : (int) Math.min(length, left));
    }

    @Override
    public void seek(long position) throws IOException {
      in.seek(position);
    }

    @Override
    public long getPos() throws IOException {
      return in.getPos();
    }

    @Override
    public boolean seekToNewSource(long position) {
      return false;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
