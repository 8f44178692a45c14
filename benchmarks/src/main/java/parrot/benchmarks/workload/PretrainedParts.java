package parrot.benchmarks.workload;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.List;
import parrot.datasets.storage.Digests;

/** The small pretrained parts that come with the program, as a model's folder without projector. */
public final class PretrainedParts {
  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "model.safetensors";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path parts;

  /**
   * @param home the project's folder
   */
  public PretrainedParts(Path home) {
    parts = home.resolve("jobs/src/main/resources/parrot/pretrained");
  }

  /** Writes the folder, or writes it again. */
  public void write(Path to) throws IOException {
    Files.createDirectories(to.resolve("vision"));
    ObjectNode config = (ObjectNode) JSON.readTree(parts.resolve("decoder/" + CONFIG).toFile());
    config.put("mm_vision_tower", "vision");
    JSON.writeValue(to.resolve(CONFIG).toFile(), config);
    copy(parts.resolve("decoder/" + WEIGHTS), to.resolve(WEIGHTS));
    for (String name : List.of(CONFIG, WEIGHTS)) {
      copy(parts.resolve("vision").resolve(name), to.resolve("vision").resolve(name));
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
  }

  /** SHA-256 of all their files. */
  public String digest() throws IOException {
    MessageDigest digest = Digests.sha256();
    for (String part : List.of("decoder/", "vision/")) {
      digest.update(Files.readAllBytes(parts.resolve(part + CONFIG)));
      digest.update(Files.readAllBytes(parts.resolve(part + WEIGHTS)));
    }
    return Digests.hex(digest.digest());
  }
}
