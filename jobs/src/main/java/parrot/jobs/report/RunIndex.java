package parrot.jobs.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.shard.Manifest;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.checkpoint.CheckpointLayout;
import parrot.jobs.evaluate.EvaluationScores;
import parrot.jobs.evaluate.TrainingScores;
import parrot.jobs.metrics.MetricsFile;
import parrot.jobs.report.ReportData.Command;
import parrot.jobs.report.ReportData.Role;
import parrot.jobs.report.ReportData.Timing;

/**
 * What a report shows and where its files are: {@value #FILE_NAME} in the folder of a run. Paths
 * are relative to that folder, or absolute.
 *
 * @param benchmark folder of benchmark files, for the images of examples; empty for none
 */
public record RunIndex(
    String title,
    String subtitle,
    List<Training> trainings,
    List<Evaluated> evaluations,
    List<Compared> comparisons,
    List<Data> data,
    String benchmark,
    List<AskedQuestion> asked,
    Map<String, String> versions,
    List<Timing> timings,
    List<Command> commands) {
  public static final String FILE_NAME = "run.json";

  private static final int DEEPEST = 4;

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES);

  /** A training run: a folder with {@code metrics.jsonl} and {@code config.yaml}. */
  public record Training(String name, String description, String folder) {}

  /** An evaluation: a folder with {@code scores.json} and predictions. */
  public record Evaluated(String name, Role role, String folder) {}

  /** Two evaluations, by their names. */
  public record Compared(String name, String than) {}

  /** A data set, by its manifest. */
  public record Data(String name, String manifest) {}

  /** A question that was asked freely. */
  public record AskedQuestion(String language, String question, String answer, String image) {}

  /**
   * Reads the index of a run; if there is none, makes one from the metrics, scores and manifests in
   * the folder and below it.
   *
   * @throws DataException if there is no such folder, or nothing in it to report
   */
  static RunIndex read(FileSystem files, Path folder) throws IOException {
    if (!files.exists(folder) || files.getFileStatus(folder).isFile()) {
      throw new DataException(
          "Cannot report on %s: there is no such folder (expected the folder of a run)"
              .formatted(folder));
    }
    Path file = new Path(folder, FILE_NAME);
    if (!files.exists(file)) {
      return found(files, folder);
    }
    try {
      return JSON.readValue(FileSystems.readFully(files, file, 1 << 26), RunIndex.class);
    } catch (JsonProcessingException e) {
      throw new DataException(
          "Cannot read %s: %s (delete it to report on what lies in the folder)"
              .formatted(file, e.getOriginalMessage()),
          e);
    }
  }

  /** Writes the index into a folder, replacing one that is there. */
  public void write(FileSystem files, Path folder) throws IOException {
    FileSystems.writeText(files, new Path(folder, FILE_NAME), JSON.writeValueAsString(this) + "\n");
  }

  /** Whether a training run made the evaluation; its accuracies are curves of the run. */
  private static boolean isOfCheckpoint(FileSystem files, Path evaluation) throws IOException {
    Path all = evaluation.getParent();
    return all.getName().equals(TrainingScores.FOLDER)
        && files.exists(new Path(all.getParent(), MetricsFile.NAME));
  }

  private static RunIndex found(FileSystem files, Path folder) throws IOException {
    List<Training> trainings = new ArrayList<>();
    List<Evaluated> evaluations = new ArrayList<>();
    List<Data> data = new ArrayList<>();
    for (Path file : files(files, folder, 0)) {
      String parent = file.getParent().toString();
      String name = file.getParent().getName();
      switch (file.getName()) {
        case MetricsFile.NAME -> trainings.add(new Training(name, "", parent));
        case EvaluationScores.FILE_NAME -> {
          if (!isOfCheckpoint(files, file.getParent())) {
            evaluations.add(new Evaluated(name, Role.STAGE, parent));
          }
        }
        case Manifest.FILE_NAME -> data.add(new Data(name, file.toString()));
        default -> {}
      }
    }
    if (trainings.isEmpty() && evaluations.isEmpty()) {
      throw new DataException(
          "Cannot report on %s: it holds no %s, no %s and no %s (expected the folder of a training run or of an evaluation)"
              .formatted(folder, FILE_NAME, MetricsFile.NAME, EvaluationScores.FILE_NAME));
    }
    if (!evaluations.isEmpty()) {
      Evaluated last = evaluations.remove(evaluations.size() - 1);
      evaluations.add(new Evaluated(last.name(), Role.MAIN, last.folder()));
    }
    return new RunIndex(
        folder.getName(),
        folder.toString(),
        trainings,
        evaluations,
        List.of(),
        data,
        "",
        List.of(),
        new LinkedHashMap<>(),
        List.of(),
        List.of());
  }

  /** Checkpoints have manifests of their own kind. */
  private static boolean isModels(FileSystem files, Path folder) throws IOException {
    return folder.getName().startsWith(".")
        || folder.getName().equals(CheckpointLayout.CHECKPOINTS)
        || files.exists(new Path(folder, "config.json"));
  }

  private static List<Path> files(FileSystem files, Path folder, int depth) throws IOException {
    List<Path> found = new ArrayList<>();
    FileStatus[] entries = files.listStatus(folder);
    java.util.Arrays.sort(entries);
    for (FileStatus entry : entries) {
      if (entry.isFile()) {
        found.add(entry.getPath());
      } else if (depth < DEEPEST && !isModels(files, entry.getPath())) {
        found.addAll(files(files, entry.getPath(), depth + 1));
      }
    }
    return found;
  }
}
