package parrot.jobs.evaluate;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Where the evaluations lie that a training run makes while it goes on: a folder by step. */
public final class TrainingScores {
  /** The folder of them all, in that of the run. */
  public static final String FOLDER = "benchmark";

  private static final Pattern STEP = Pattern.compile("step-(\\d{1,9})");

  private TrainingScores() {}

  /** The folder of the evaluation after a step. */
  public static Path folder(Path run, int step) {
    return new Path(new Path(run, FOLDER), String.format(Locale.ROOT, "step-%06d", step));
  }

  /** Whether the evaluation after a step has its scores. */
  public static boolean areThere(FileSystem files, Path run, int step) throws IOException {
    return files.exists(new Path(folder(run, step), EvaluationScores.FILE_NAME));
  }

  /** The scores of a run by step; none if it made no evaluations. */
  public static SortedMap<Integer, EvaluationScores> read(FileSystem files, Path run)
      throws IOException {
    SortedMap<Integer, EvaluationScores> scores = new TreeMap<>();
    for (int step : steps(files, run)) {
      if (areThere(files, run, step)) {
        Path file = new Path(folder(run, step), EvaluationScores.FILE_NAME);
        scores.put(step, EvaluationScores.read(files, file));
      }
    }
    return scores;
  }

  /** The folders of evaluations that have no scores, earliest first. */
  public static List<Path> unscored(FileSystem files, Path run) throws IOException {
    List<Path> unscored = new ArrayList<>();
    for (int step : steps(files, run)) {
      if (!areThere(files, run, step)) {
        unscored.add(folder(run, step));
      }
    }
    return unscored;
  }

  private static SortedSet<Integer> steps(FileSystem files, Path run) throws IOException {
    SortedSet<Integer> steps = new TreeSet<>();
    try {
      for (FileStatus one : files.listStatus(new Path(run, FOLDER))) {
        Matcher step = STEP.matcher(one.getPath().getName());
        if (step.matches()) {
          steps.add(Integer.parseInt(step.group(1)));
        }
      }
    } catch (FileNotFoundException e) {
      return steps;
    }
    return steps;
  }
}
