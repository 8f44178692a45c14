package parrot.jobs.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.storage.Digests;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.cli.Versions;
import parrot.model.kernel.KernelProvider;

/**
 * Everything that decides predictions. Stored beside them: predictions whose key is another one are
 * stale.
 *
 * @param program version of this program; empty if read from an older file
 * @param model fingerprint of the model
 * @param benchmark SHA-256 of the benchmark's file, and of the image files that it names
 * @param prompts SHA-256 of all prompts, in order
 * @param generation how answers are generated
 */
record PredictionKey(
    String program, String model, String benchmark, String prompts, String generation) {
  static final String FILE_NAME = "key.json";

  private static final String CARD = KernelProvider.CUDA + " kernels";
  private static final Pattern KERNELS = Pattern.compile("\\S+ kernels");

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  PredictionKey {
    program = program == null ? "" : program;
  }

  static PredictionKey of(
      String model, String benchmark, List<Question> questions, AnsweringOptions options) {
    MessageDigest digest = Digests.sha256();
    for (Question question : questions) {
      for (int i = 0; i < question.prompts().length; i++) {
        ModelFingerprint.add(digest, question.indexes()[i] + "\t" + question.prompts()[i]);
      }
    }
    return new PredictionKey(
        Versions.program(), model, benchmark, Digests.hex(digest.digest()), options.key());
  }

  /** The key in a folder; empty if it has none that can be read. */
  static Optional<PredictionKey> read(FileSystem files, Path folder) throws IOException {
    Path file = new Path(folder, FILE_NAME);
    if (!files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          JSON.readValue(FileSystems.readFully(files, file, 1 << 20), PredictionKey.class));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  void write(FileSystem files, Path folder) throws IOException {
    Path file = new Path(folder, FILE_NAME);
    if (files.exists(file)) {
      throw new FileAlreadyExistsException("Cannot write " + file + ": it exists");
    }
    FileSystems.writeText(files, file, JSON.writeValueAsString(this) + "\n");
  }

  /**
   * Whether another is of answers that were computed on a processor, and this one is of a card's.
   */
  boolean movesToCard(PredictionKey other) {
    return !equals(other) && equals(other.onCard());
  }

  private PredictionKey onCard() {
    return new PredictionKey(
        program, model, benchmark, prompts, KERNELS.matcher(generation).replaceFirst(CARD));
  }

  /** What is not as it is in another key, in words. */
  String differencesFrom(PredictionKey other) {
    List<String> differences = new ArrayList<>();
    if (!program.equals(other.program)) {
      differences.add(
          other.program.isEmpty()
              ? "an older version of the program"
              : "version " + other.program + " of the program");
    }
    if (!model.equals(other.model)) {
      differences.add("another model");
    }
    if (!benchmark.equals(other.benchmark)) {
      differences.add("another benchmark file");
    } else if (!prompts.equals(other.prompts)) {
      differences.add("other questions or prompts");
    }
    if (!generation.equals(other.generation)) {
      differences.add("generated otherwise (" + other.generation + ")");
    }
    return String.join(", ", differences);
  }
}
