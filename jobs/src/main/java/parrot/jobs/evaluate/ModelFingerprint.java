package parrot.jobs.evaluate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.model.weights.ModelFolder;
import parrot.model.weights.Weights;

/**
 * What a model is, in 64 hexadecimal digits: a SHA-256 of its configuration, its tokenizer, and
 * names, shapes and values of its tensors. The same model in another folder, or cut into other
 * files, has the same.
 */
final class ModelFingerprint {
  private ModelFingerprint() {}

  /** Reads every weight once. */
  static String of(ModelFolder model, Configuration configuration) {
    MessageDigest digest = newDigest();
    add(digest, model.config().toString());
    model.tokenizer().ifPresent(tokenizer -> add(digest, fileDigest(tokenizer, configuration)));
    Weights weights = model.weights();
    for (String name : new TreeSet<>(weights.names())) {
      add(digest, name + Arrays.toString(weights.shape(name)));
      weights.read(name, (offset, values, count) -> digest.update(bytes(values, count)));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static ByteBuffer bytes(float[] values, int count) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values, 0, count);
    return bytes;
  }

  /** A SHA-256 of a file's content, in hexadecimal. */
  static String fileDigest(Path file, Configuration configuration) {
    MessageDigest digest = newDigest();
    byte[] buffer = new byte[1 << 16];
    try (FSDataInputStream in = FileSystem.get(file.toUri(), configuration).open(file)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file + ": " + e.getMessage(), e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Adds a text with its length, so that no two sequences of texts look alike. */
  static void add(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(4).putInt(0, bytes.length));
    digest.update(bytes);
  }
}
