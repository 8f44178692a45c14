package parrot.model.weights;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileChecksum;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** What tells a stored file's content from any other. */
final class Fingerprint {
  private Fingerprint() {}

  /**
   * From the checksum that HDFS keeps, or for file systems that keep none from name, length and
   * time. 64 hexadecimal digits.
   */
  static String of(Path file, Configuration configuration) throws IOException {
    FileSystem files = file.getFileSystem(configuration);
    FileStatus status = files.getFileStatus(file);
    FileChecksum checksum = files.getFileChecksum(file);
    MessageDigest digest = sha256();
    digest.update(Long.toString(status.getLen()).getBytes(StandardCharsets.UTF_8));
    if (checksum == null) {
      String name = " %s %d".formatted(status.getPath(), status.getModificationTime());
      digest.update(name.getBytes(StandardCharsets.UTF_8));
    } else {
      digest.update((" " + checksum.getAlgorithmName() + " ").getBytes(StandardCharsets.UTF_8));
      digest.update(checksum.getBytes());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
