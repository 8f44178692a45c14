package parrot.benchmarks.workload;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import parrot.model.config.ParrotConfig;
import parrot.model.weights.DataType;
import parrot.model.weights.SafetensorsWriter;
import parrot.model.weights.TensorNames;
import parrot.model.weights.TensorSpec;

/**
 * Folders in the published layout with seeded weights in bfloat16, written once and used by every
 * side: values that are bfloat16 already are the same to all of them.
 */
public final class ModelStore {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String WEIGHTS = "model.safetensors";
  private static final String CONFIG = "config.json";

  private final Path root;

  /**
   * @param root folder of the models' folders
   */
  public ModelStore(Path root) {
    this.root = root;
  }

  /** Whether the model of a workload has been written. */
  public boolean holds(Workload workload) throws IOException {
    ParrotConfig config = workload.config();
    Path folder = root.resolve(workload.folder());
    return holds(folder.resolve(CONFIG), config.toJson())
        && holds(visionFile(folder, config), config.vision().toJson());
  }

  /** The folder of a workload's model; writes it if it is missing or another model's. */
  public Path folder(Workload workload) throws IOException {
    Path folder = root.resolve(workload.folder());
    if (holds(workload)) {
      return folder;
    }
    ParrotConfig config = workload.config();
    SeededValues values = new SeededValues(workload.deviation());
    Path file = folder.resolve(CONFIG);
    Path visionFile = visionFile(folder, config);
    Files.createDirectories(visionFile.getParent());
    Files.deleteIfExists(file);
    List<TensorSpec> tensors =
        TensorNames.of(config).stream().filter(TensorSpec::required).toList();
    Path part = folder.resolve(WEIGHTS + ".part");
    try (OutputStream stream = new BufferedOutputStream(Files.newOutputStream(part), 1 << 20)) {
      new SafetensorsWriter(DataType.BF16).write(stream, tensors, values);
    }
    Files.move(part, folder.resolve(WEIGHTS), StandardCopyOption.REPLACE_EXISTING);
    JSON.writeValue(visionFile.toFile(), config.vision().toJson());
    // Last, because it says that the folder is complete.
    JSON.writeValue(file.toFile(), config.toJson());
    return folder;
  }

  private static Path visionFile(Path folder, ParrotConfig config) {
    return folder.resolve(config.mmVisionTower()).resolve(CONFIG);
  }

  private static boolean holds(Path file, ObjectNode expected) throws IOException {
    return Files.isRegularFile(file)
        && JSON.readTree(file.toFile()).equals(JSON.readTree(expected.toString()));
  }
}
