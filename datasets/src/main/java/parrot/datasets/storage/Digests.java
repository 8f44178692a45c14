package parrot.datasets.storage;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** SHA-256, in lower-case hexadecimal: the one checksum of the program. */
public final class Digests {
  private Digests() {}

  /** A new SHA-256 to add bytes to. */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  /** The 64 lower-case hexadecimal digits of a digest. */
  public static String hex(byte[] digest) {
    return HexFormat.of().formatHex(digest);
  }

  /** The SHA-256 of bytes, in hexadecimal. */
  public static String sha256(byte[] bytes) {
    return hex(sha256().digest(bytes));
  }

  /** The SHA-256 of a whole file, in hexadecimal. */
  public static String sha256(FileSystem files, Path file) throws IOException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = StoredStream.open(files, file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return hex(digest.digest());
  }
}
