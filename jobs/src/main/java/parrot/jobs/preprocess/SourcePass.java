package parrot.jobs.preprocess;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import parrot.datasets.DataException;
import parrot.datasets.source.LlavaSource;
import parrot.datasets.source.PassedOver;
import parrot.datasets.source.SourceScan;
import parrot.jobs.spark.JobDescription;

/** The pass over the bytes of the sources that cuts them into ranges. */
final class SourcePass {
  private static final int SHOWN_PROBLEMS = 5;
  private static final long SMALLEST_RANGE = 16L << 10;

  private final JavaSparkContext spark;
  private final PreprocessOptions options;
  private final Consumer<String> console;

  SourcePass(JavaSparkContext spark, PreprocessOptions options, Consumer<String> console) {
    this.spark = spark;
    this.options = options;
    this.console = console;
  }

  /**
   * The sources that have rows.
   *
   * @throws DataException if there are none, or one is damaged
   */
  List<NamedScan> scan(PreprocessTasks tasks, PreprocessInput input) {
    List<PreprocessTasks.NamedSource> sources = input.sources();
    // Several ranges per core even of a small file; how it is cut changes nothing in the result.
    long range =
        Math.max(
            SMALLEST_RANGE,
            Math.min(
                LlavaSource.RANGE_BYTES, input.sourceBytes() / (4L * spark.defaultParallelism())));
    List<PreprocessTasks.Scanned> found;
    try (JobDescription described =
        JobDescription.set(spark, "preprocess " + options.out() + ": cut sources into ranges")) {
      found =
          spark
              .parallelize(sources, sources.size())
              .map(source -> tasks.scan(source, range))
              .collect();
    }
    refuse(found.stream().map(PreprocessTasks.Scanned::problem).filter(Objects::nonNull).toList());
    List<NamedScan> scans = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      PreprocessTasks.Scanned scanned = found.get(i);
      String name = sources.get(i).name();
      if (scanned.passedOver() != null) {
        input.passedOver().add(scanned.passedOver(), name);
      }
      if (scanned.scan() != null) {
        scans.add(new NamedScan(name, scanned.scan()));
      }
    }
    String passedOver = PassedOver.text(input.passedOver().groups()).stripTrailing();
    if (rows(scans) == 0) {
      throw new DataException(
          "Cannot preprocess: no rows in "
              + String.join(", ", options.inputs())
              + (passedOver.isEmpty() ? "" : ". Passed over:\n" + passedOver));
    }
    if (!passedOver.isEmpty()) {
      console.accept("Files passed over:\n" + passedOver);
    }
    sayWhatIsLost(scans);
    return scans;
  }

  private static void refuse(List<String> problems) {
    if (!problems.isEmpty()) {
      int more = problems.size() - SHOWN_PROBLEMS;
      throw new DataException(
          String.join("\n", problems.subList(0, Math.min(problems.size(), SHOWN_PROBLEMS)))
              + (more > 0 ? "\nand " + more + " more files cannot be read" : ""));
    }
  }

  /** A source and what a pass over it told. */
  record NamedScan(String name, SourceScan scan) {}

  static PreprocessReport.Reading reading(PreprocessInput input, List<NamedScan> scans) {
    return new PreprocessReport.Reading(
        scans.stream().filter(one -> one.scan().rows() > 0).count(),
        scans.stream().mapToLong(one -> one.scan().lostBytes()).sum(),
        input.passedOver().groups());
  }

  private void sayWhatIsLost(List<NamedScan> scans) {
    for (NamedScan one : scans) {
      if (one.scan().damages() > 0) {
        console.accept(
            String.format(
                Locale.ROOT,
                "%s is damaged, in %s: %,d of %s %,d bytes%s left out (see %s)",
                one.name(),
                one.scan().damages() == 1 ? "one place" : one.scan().damages() + " places",
                one.scan().lostBytes(),
                one.scan().isPacked() ? "the" : "its",
                one.scan().bytes(),
                one.scan().isPacked() ? " that could be unpacked" : "",
                PreprocessJob.REJECTED_FILE));
      }
    }
  }

  /** The name of each source and its checksum. */
  static List<String> checksums(List<NamedScan> scans) {
    return scans.stream().flatMap(one -> Stream.of(one.name(), one.scan().sha256())).toList();
  }

  static long rows(List<NamedScan> scans) {
    return scans.stream().mapToLong(one -> one.scan().rows()).sum();
  }
}
