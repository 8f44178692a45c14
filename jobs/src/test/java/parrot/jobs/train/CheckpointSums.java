package parrot.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import parrot.datasets.storage.Digests;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.checkpoint.CheckpointLayout;

/** What tells whether two runs have come to the same checkpoint. */
final class CheckpointSums {
  private CheckpointSums() {}

  /** Checksums of a checkpoint's files but for the configuration, because it names the run. */
  static Map<String, String> of(org.apache.hadoop.fs.Path checkpoint) throws IOException {
    Map<String, String> sums = new TreeMap<>();
    Path root = Path.of(checkpoint.toUri());
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String name = root.relativize(file).toString();
        if (name.equals(CheckpointLayout.MANIFEST)) {
          sums.put(name, withoutConfiguration(Files.readString(file)));
        } else if (!name.equals("training/config.yaml") && !name.endsWith(".crc")) {
          sums.put(
              name,
              Digests.sha256(
                  FileSystems.of(checkpoint, new Configuration()),
                  new org.apache.hadoop.fs.Path(file.toUri())));
        }
      }
    }
    assertThat(sums)
        .containsKeys(
            "config.json",
            "manifest.json",
            "model.safetensors",
            "vision/model.safetensors",
            "training/state.json",
            "training/updater.safetensors");
    return sums;
  }

  private static String withoutConfiguration(String manifest) throws IOException {
    JsonNode json = new ObjectMapper().readTree(manifest);
    Iterator<JsonNode> files = json.path("files").elements();
    while (files.hasNext()) {
      if (files.next().path("name").asText().equals("training/config.yaml")) {
        files.remove();
      }
    }
    return json.toString();
  }
}
