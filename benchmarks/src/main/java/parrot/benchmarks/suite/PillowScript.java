package parrot.benchmarks.suite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import parrot.benchmarks.process.Usage;

/** A script in Python that does what {@code preprocess} does to rows with images. */
final class PillowScript {
  /** Environment variable that names another Python than the one on the path. */
  static final String PYTHON = "PARROT_PYTHON";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final String python;
  private final Path script;
  private final Path log;
  private Map<String, String> versions = Map.of();

  private PillowScript(String python, Path script, Path log) {
    this.python = python;
    this.script = script;
    this.log = log;
  }

  /**
   * Finds a Python that has Pillow; empty if there is none.
   *
   * @param folder that the script is copied to
   */
  static Optional<PillowScript> find(Path folder, Path logs) throws IOException {
    Path script = Files.createDirectories(folder).resolve("pillow.py");
    try (InputStream in = PillowScript.class.getResourceAsStream("pillow.py")) {
      Files.copy(in, script, StandardCopyOption.REPLACE_EXISTING);
    }
    Path log = Files.createDirectories(logs).resolve("pillow.log");
    return Stream.of(System.getenv(PYTHON), "python3", "/usr/bin/python3")
        .filter(python -> python != null && hasPillow(python, folder, log))
        .findFirst()
        .map(python -> new PillowScript(python, script, log));
  }

  private static boolean hasPillow(String python, Path folder, Path log) {
    try {
      Usage.of(List.of(python, "-c", "import PIL"), folder, Map.of(), log);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Runs it.
   *
   * @param before words of the command before it
   * @param rows how many it must write
   */
  Usage run(
      List<String> before, Path file, int rows, Path images, Path tokenizer, Path out, int cores)
      throws IOException {
    List<String> command = new ArrayList<>(before);
    command.addAll(List.of(python, script.toString(), file.toString(), images.toString()));
    command.addAll(List.of(tokenizer.toString(), out.toString(), "" + cores));
    command.add("" + Preprocessing.IMAGE_SIZE);
    Usage usage = Usage.of(command, script.getParent(), Map.of(), log);
    List<String> said = Files.readAllLines(log);
    JsonNode result = JSON.readTree(said.get(said.size() - 1));
    if (result.path("rows").asInt() != rows) {
      throw new IOException("Cannot compare: the script wrote other rows; see " + log);
    }
    versions = new TreeMap<>();
    result
        .path("versions")
        .fields()
        .forEachRemaining(one -> versions.put(one.getKey(), one.getValue().asText()));
    return usage;
  }

  /** Of Python and of the libraries that the last run used. */
  Map<String, String> versions() {
    return versions;
  }
}
