package parrot.jobs.evaluate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.conversation.TokenizerFile;
import parrot.datasets.storage.Digests;
import parrot.datasets.storage.FileSystems;
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
  static String of(ModelFolder model, Configuration configuration) throws IOException {
    MessageDigest digest = Digests.sha256();
    add(digest, model.config().toJson().toString());
    add(digest, model.config().vision().toJson().toString());
    model.config().adapters().ifPresent(adapters -> add(digest, adapters.toString()));
    add(digest, model.endTokens().toString());
    Optional<Path> tokenizer = model.tokenizer();
    if (tokenizer.isPresent()) {
      FileSystem files = FileSystems.of(tokenizer.get(), configuration);
      add(digest, Digests.sha256(TokenizerFile.read(files, tokenizer.get())));
    }
    Weights weights = model.weights();
    for (String name : new TreeSet<>(weights.names())) {
      add(digest, name + Arrays.toString(weights.shape(name)));
      weights.read(name, (offset, values, count) -> digest.update(bytes(values, count)));
    }
    return Digests.hex(digest.digest());
  }

  private static ByteBuffer bytes(float[] values, int count) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values, 0, count);
    return bytes;
  }

  /** Adds a text with its length, so that no two sequences of texts look alike. */
  static void add(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(4).putInt(0, bytes.length));
    digest.update(bytes);
  }
}
