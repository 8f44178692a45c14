package parrot.benchmarks.suite;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import parrot.benchmarks.measure.ProgressLog;
import parrot.benchmarks.process.Usage;
import parrot.benchmarks.report.Result;
import parrot.benchmarks.report.Table;
import parrot.benchmarks.report.Target;
import parrot.benchmarks.report.Target.Bound;

/**
 * {@code parrot preprocess} beside a script with Pillow, on one core and on two. What a row costs
 * is told from what the start costs by a run on a tenth of the rows.
 */
final class Preprocessing implements Benchmark {
  static final int IMAGE_SIZE = 336;

  private static final int TENTH = 10;
  private static final int FEW_ROWS = 10_000;
  private static final int MANY_ROWS = 1_000_000;
  private static final double MIB = 1L << 20;

  /** The same heap whatever there is to do, so that memory that grows is the program's. */
  private static final Map<String, String> HEAP =
      Map.of("PARROT_HEAP", "1g", "PARROT_JAVA_OPTS", "-Xms1g");

  /** Rows of a kind. */
  private enum Work {
    IMAGES("images", 6_000),
    TEXT("text", 100_000),
    IDENTIFIED("text, language identified", 50_000);

    private final String title;
    private final int rows;

    Work(String title, int rows) {
      this.title = title;
      this.rows = rows;
    }
  }

  /** A side on some cores, with what each turn's rows cost beyond the start. */
  private record Line(String side, Work work, int cores, int rows, List<Usage> turns) {
    String name() {
      return side + ", " + work.title + ", cores: " + cores;
    }

    double cpuPerRow() {
      return turns.stream().mapToDouble(Usage::cpuSeconds).min().orElse(Double.NaN) / rows;
    }

    double rowsPerSecond() {
      return rows / turns.stream().mapToDouble(Usage::seconds).min().orElse(Double.NaN);
    }

    double peakMib() {
      return turns.stream().mapToLong(Usage::peakBytes).max().orElse(0) / MIB;
    }
  }

  @Override
  public String id() {
    return "preprocess";
  }

  @Override
  public String summary() {
    return "Rows to shards on one core and on two, beside a script with Pillow; memory.";
  }

  @Override
  public int defaultSteps() {
    return 2;
  }

  @Override
  public Result run(Options options, ProgressLog progress) throws IOException {
    Sides sides = new Sides(options, progress);
    Map<String, Line> lines = new LinkedHashMap<>();
    int mostCores = Math.min(2, Runtime.getRuntime().availableProcessors());
    for (int turn = 0; turn < options.steps(); turn++) {
      for (int cores = 1; cores <= mostCores; cores++) {
        for (Work work : Work.values()) {
          progress.say("turn %d of %d: %s, %d cores", turn + 1, options.steps(), work.title, cores);
          add(lines, sides.ours(work, cores));
          if (work == Work.IMAGES && sides.script.isPresent()) {
            add(lines, sides.script(work, cores));
          }
        }
      }
    }
    progress.say("memory: %,d rows and %,d", FEW_ROWS, MANY_ROWS);
    double few = sides.memory(FEW_ROWS, mostCores);
    double many = sides.memory(MANY_ROWS, mostCores);
    return result(List.copyOf(lines.values()), few, many, sides);
  }

  private static void add(Map<String, Line> lines, Line line) {
    lines.computeIfAbsent(line.name(), name -> line);
    if (lines.get(line.name()) != line) {
      lines.get(line.name()).turns.addAll(line.turns);
    }
  }

  /** How each side is run. */
  private static final class Sides {
    private final Path home = Path.of(System.getProperty("parrot.home", "")).toAbsolutePath();
    private final Path folder;
    private final Path logs;
    private final PreprocessInputs inputs;
    private final Optional<PillowScript> script;
    private final boolean pins;

    Sides(Options options, ProgressLog progress) throws IOException {
      folder = options.models().resolve("preprocess");
      logs = Files.createDirectories(options.logs());
      inputs = new PreprocessInputs(folder);
      script = PillowScript.find(folder, logs);
      pins = Files.isExecutable(Path.of("/usr/bin/taskset"));
      progress.say("making the rows (once)");
      for (int rows : new int[] {Work.IMAGES.rows, Work.IMAGES.rows / TENTH}) {
        inputs.rowsWithImages(rows);
      }
    }

    private Path tokenizer() {
      return home.resolve("datasets/src/main/resources/parrot/datasets/shapes/tokenizer.json");
    }

    private Path file(Work work, int rows) throws IOException {
      return work == Work.IMAGES ? inputs.rowsWithImages(rows) : inputs.rowsOfText(rows);
    }

    private List<String> on(int cores) {
      return pins ? List.of("taskset", "-c", cores == 1 ? "0" : "0-" + (cores - 1)) : List.of();
    }

    Line ours(Work work, int cores) throws IOException {
      Usage tenth = ours(work, work.rows / TENTH, cores);
      return line("ours", work, cores, ours(work, work.rows, cores).beyond(tenth));
    }

    private Usage ours(Work work, int rows, int cores) throws IOException {
      return ours(work, rows, cores, Map.of());
    }

    private Usage ours(Work work, int rows, int cores, Map<String, String> environment)
        throws IOException {
      Path out = folder.resolve("out");
      List<String> command = new ArrayList<>(on(cores));
      command.addAll(List.of(home.resolve("parrot").toString(), "preprocess"));
      command.addAll(List.of("--input", file(work, rows).toString()));
      command.addAll(List.of("--images", inputs.images().toString(), "--out", out.toString()));
      command.addAll(List.of("--tokenizer", tokenizer().toString()));
      command.addAll(List.of("--image-size", "" + IMAGE_SIZE, "--overwrite"));
      command.addAll(List.of("--master", "local[" + cores + "]"));
      if (work != Work.IDENTIFIED) {
        command.addAll(List.of("--language", "en"));
      }
      Usage usage = Usage.of(command, folder, environment, logs.resolve("preprocess.log"));
      int written =
          new ObjectMapper()
              .readTree(out.resolve("report.json").toFile())
              .at("/totals/written")
              .asInt();
      forget(out);
      if (written != rows) {
        throw new IOException(
            "Cannot measure: %d of %d rows were written".formatted(written, rows));
      }
      return usage;
    }

    Line script(Work work, int cores) throws IOException {
      Usage tenth = script(work, work.rows / TENTH, cores);
      return line("script", work, cores, script(work, work.rows, cores).beyond(tenth));
    }

    private Usage script(Work work, int rows, int cores) throws IOException {
      Path out = folder.resolve("script");
      Usage usage =
          script
              .orElseThrow()
              .run(on(cores), file(work, rows), rows, inputs.images(), tokenizer(), out, cores);
      forget(out);
      return usage;
    }

    private static Line line(String side, Work work, int cores, Usage usage) {
      int rows = work.rows - work.rows / TENTH;
      return new Line(side, work, cores, rows, new ArrayList<>(List.of(usage)));
    }

    /** Peak memory in MiB. */
    double memory(int rows, int cores) throws IOException {
      return ours(Work.TEXT, rows, cores, HEAP).peakBytes() / MIB;
    }

    private static void forget(Path folder) throws IOException {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private Result result(List<Line> lines, double few, double many, Sides sides) {
    Table table =
        Table.of(
            lines,
            Table.column("side", Line::side),
            Table.column("rows", line -> line.work.title),
            Table.column("cores", Line::cores),
            Table.column("rows/s", Line::rowsPerSecond),
            Table.column("CPU ms/row", line -> 1e3 * line.cpuPerRow()),
            Table.column(
                "peak MiB", line -> line.side.equals("ours") ? line.peakMib() : Double.NaN));
    Map<String, double[]> seconds = new TreeMap<>();
    lines.forEach(
        line ->
            seconds.put(line.name(), line.turns.stream().mapToDouble(Usage::cpuSeconds).toArray()));
    double ours = cpu(lines, "ours", Work.IMAGES);
    return new Result(
        id(),
        summary(),
        table,
        List.of(
            new Target(
                "CPU time of the script's image over ours",
                cpu(lines, "script", Work.IMAGES) / ours,
                Bound.AT_LEAST,
                1.5),
            new Target(
                "text rows a second of CPU time",
                1 / cpu(lines, "ours", Work.TEXT),
                Bound.AT_LEAST,
                10_000),
            new Target(
                "text rows a second of CPU time, language identified",
                1 / cpu(lines, "ours", Work.IDENTIFIED),
                Bound.AT_LEAST,
                2_500),
            new Target(
                "two cores over one, images, times as fast",
                speed(lines, 2) / speed(lines, 1),
                Bound.AT_LEAST,
                1.85),
            new Target(
                "memory of 1,000,000 rows over that of 10,000", many / few, Bound.AT_MOST, 1.2)),
        List.of(
            "Rows, CPU time and seconds are those of all rows less a tenth of them, so that the"
                + " start is left out; the best of all turns.",
            "Everything is included: reading, decoding, resizing to %d pixels, tokenizing,"
                    .formatted(IMAGE_SIZE)
                + " shuffling, writing and checksums. "
                + script(sides),
            "Memory is %,.0f MiB for 10,000 rows of text and %,.0f MiB for 1,000,000, in a heap of"
                    .formatted(few, many)
                + " 1 GiB that is there from the start."),
        Map.of(
            "ours", Map.of("pinned to cores", Boolean.toString(sides.pins)),
            "script", sides.script.map(PillowScript::versions).orElse(Map.of())),
        seconds);
  }

  private static String script(Sides sides) {
    if (sides.script.isEmpty()) {
      return "The script was left out: no Python here has Pillow (set %s to one that has)."
          .formatted(PillowScript.PYTHON);
    }
    Map<String, String> versions = sides.script.get().versions();
    return "The script has a process for each core, "
        + (versions.containsKey("pyarrow")
            ? "writes Parquet with zstd"
            : "writes plain files, as pyarrow is missing")
        + (versions.containsKey("tokenizers")
            ? " and has the same tokenizer."
            : " and splits words in place of tokenizing, as tokenizers is missing.");
  }

  private static double cpu(List<Line> lines, String side, Work work) {
    return line(lines, side, work, 1).map(Line::cpuPerRow).orElse(Double.NaN);
  }

  private static double speed(List<Line> lines, int cores) {
    return line(lines, "ours", Work.IMAGES, cores).map(Line::rowsPerSecond).orElse(Double.NaN);
  }

  private static Optional<Line> line(List<Line> lines, String side, Work work, int cores) {
    return lines.stream()
        .filter(line -> line.side.equals(side) && line.work == work && line.cores == cores)
        .findFirst();
  }
}
