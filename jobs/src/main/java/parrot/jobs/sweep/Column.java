package parrot.jobs.sweep;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.EnvironmentException;
import parrot.datasets.UsageException;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.checkpoint.Checkpoints;

/**
 * One model that is asked in one way: an evaluation of its own.
 *
 * @param folder of its evaluation, in the sweep's
 * @param model name of the model or run
 * @param setting name of the way of asking; empty if there is only one
 * @param path of the model
 * @param step of training, if several checkpoints of a run are evaluated
 */
record Column(String folder, String model, String setting, String path, Optional<Integer> step) {
  /** How it is called where there are others. */
  String label() {
    return model
        + step.map(number -> ", step " + number).orElse("")
        + (setting.isEmpty() ? "" : ", " + setting);
  }

  /**
   * All columns of a sweep; a run's checkpoints in the order of training.
   *
   * @throws UsageException if checkpoints are asked of a folder that has none
   */
  static List<Column> of(SweepConfig config, Configuration hadoop) {
    List<Column> columns = new ArrayList<>();
    for (SweepConfig.Model model : config.models()) {
      for (SweepConfig.Setting setting : config.settings()) {
        String name = config.settings().size() == 1 ? "" : setting.name();
        columns.addAll(of(model, name, hadoop));
      }
    }
    return columns;
  }

  private static List<Column> of(SweepConfig.Model model, String setting, Configuration hadoop) {
    String end = setting.isEmpty() ? "" : "+" + setting;
    if (model.checkpoints().isEmpty()) {
      return List.of(
          new Column(model.name() + end, model.name(), setting, model.path(), Optional.empty()));
    }
    try {
      FileSystem files = FileSystems.of(model.path(), hadoop);
      Checkpoints checkpoints =
          new Checkpoints(files, files.makeQualified(FileSystems.path(model.path())));
      List<Path> all = checkpoints.complete();
      if (all.isEmpty()) {
        throw new UsageException(
            "Cannot take checkpoints of %s: %s has none (leave checkpoints: out for a model's folder)"
                .formatted(model.name(), model.path()));
      }
      List<Integer> steps = new ArrayList<>();
      for (Path one : all) {
        steps.add(checkpoints.step(one));
      }
      return model.checkpoints().get().of(steps).stream()
          .map(
              i ->
                  new Column(
                      "%s@%d%s".formatted(model.name(), steps.get(i), end),
                      model.name(),
                      setting,
                      all.get(i).toString(),
                      Optional.of(steps.get(i))))
          .toList();
    } catch (IOException e) {
      throw new EnvironmentException(
          "Cannot read checkpoints of %s: %s".formatted(model.path(), e.getMessage()), e);
    }
  }
}
