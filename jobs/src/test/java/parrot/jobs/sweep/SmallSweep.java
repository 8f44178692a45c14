package parrot.jobs.sweep;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import parrot.datasets.shapes.ShapesConfig;
import parrot.datasets.shapes.ShapesWriter;
import parrot.jobs.evaluate.TinyModel;

/** Models and benchmarks to sweep over: MMMB in six languages, and MMBench, asked circularly. */
public final class SmallSweep {
  private final Path folder;

  public SmallSweep(Path folder, int questions, List<String> languages) throws IOException {
    this.folder = folder;
    ShapesConfig config =
        ShapesConfig.builder()
            .captions(0)
            .conversations(0)
            .heldout(0)
            .benchmarkQuestions(questions)
            .imageSize(28)
            .build();
    FileSystem files = FileSystem.getLocal(new Configuration());
    files.setWriteChecksum(false);
    Path shapes = folder.resolve("shapes");
    new ShapesWriter(config, files, new org.apache.hadoop.fs.Path(shapes.toUri()), count -> {})
        .write();
    Files.createDirectories(benchmarks());
    for (String language : languages) {
      Path table = shapes.resolve("benchmark/MMMB_%s.tsv".formatted(language));
      Files.copy(table, benchmarks().resolve("MMMB_%s.tsv".formatted(language)));
      Files.copy(table, benchmarks().resolve("MMBench_DEV_%s.tsv".formatted(language)));
    }
  }

  public Path benchmarks() {
    return folder.resolve("benchmarks");
  }

  public Path model(String name, long seed) throws IOException {
    return TinyModel.write(folder.resolve(name), seed);
  }

  /** A training run with checkpoints after some steps. */
  Path run(String name, int... steps) throws IOException {
    for (int i = 0; i < steps.length; i++) {
      Path checkpoint =
          TinyModel.write(folder.resolve("%s/checkpoints/round-%06d".formatted(name, i)), i + 1);
      Files.createDirectories(checkpoint.resolve("training"));
      Files.writeString(
          checkpoint.resolve("training/state.json"),
          "{\"version\": 1, \"round\": %d, \"iteration\": %d, \"data\": []}"
              .formatted(i, steps[i]));
      Files.createFile(checkpoint.resolve("_SUCCESS"));
    }
    return folder.resolve(name);
  }
}
