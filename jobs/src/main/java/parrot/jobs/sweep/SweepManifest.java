package parrot.jobs.sweep;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.benchmark.BenchmarkName;
import parrot.datasets.storage.Digests;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.cli.Versions;

/**
 * What a sweep was asked, of which files and by which program, as it lies in {@value #FILE_NAME}.
 * The models' fingerprints stand with their scores.
 *
 * @param sweep the sweep's file with its defaults
 */
record SweepManifest(
    Map<String, String> versions, ObjectNode sweep, List<File> benchmarks, List<Model> models) {
  static final String FILE_NAME = "sweep.json";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** A benchmark file as it was read. */
  record File(String name, String path, long bytes, String sha256) {}

  /**
   * A model as it was asked.
   *
   * @param step of training; absent unless several checkpoints of a run were asked
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Model(String folder, String model, String setting, String path, Integer step) {
    private static Model of(Column column) {
      return new Model(
          column.folder(),
          column.model(),
          column.setting(),
          column.path(),
          column.step().orElse(null));
    }
  }

  static SweepManifest of(
      SweepConfig config,
      List<Column> columns,
      Map<BenchmarkName, Path> files,
      Configuration hadoop)
      throws IOException {
    List<File> benchmarks = new ArrayList<>();
    for (Map.Entry<BenchmarkName, Path> one : files.entrySet()) {
      FileSystem system = FileSystems.of(one.getValue(), hadoop);
      benchmarks.add(
          new File(
              one.getKey().toString(),
              one.getValue().toString(),
              system.getFileStatus(one.getValue()).getLen(),
              Digests.sha256(system, one.getValue())));
    }
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("parrot", Versions.program());
    versions.put("spark", Versions.of("spark"));
    versions.put("java", Runtime.version().toString());
    return new SweepManifest(
        versions, config.resolved(), benchmarks, columns.stream().map(Model::of).toList());
  }

  void write(FileSystem files, Path folder) throws IOException {
    FileSystems.writeText(files, new Path(folder, FILE_NAME), JSON.writeValueAsString(this) + "\n");
  }
}
