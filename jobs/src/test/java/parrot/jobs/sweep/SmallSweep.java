package parrot.jobs.sweep;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import parrot.jobs.evaluate.TinyBenchmark;
import parrot.jobs.evaluate.TinyModel;

/** Models and benchmarks to sweep over: MMMB in six languages, and MMBench, asked circularly. */
public final class SmallSweep {
  private final Path folder;

  public SmallSweep(Path folder, int questions, List<String> languages) throws IOException {
    this.folder = folder;
    Path tables = TinyBenchmark.write(folder.resolve("shapes"), questions);
    Files.createDirectories(benchmarks());
    for (String language : languages) {
      Path table = tables.resolve("MMMB_%s.tsv".formatted(language));
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
