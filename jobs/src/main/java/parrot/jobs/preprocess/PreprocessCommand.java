package parrot.jobs.preprocess;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import parrot.datasets.DataException;
import parrot.datasets.image.VisionEncoder;
import parrot.datasets.language.Language;
import parrot.jobs.cli.OverwriteOption;
import parrot.jobs.cli.SparkOptions;
import parrot.jobs.spark.SparkSessions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code parrot preprocess}. */
@Command(
    name = "preprocess",
    header = "Make shards to train on from conversations and their images.",
    description = {
      "Rows that cannot be used are set aside with the reason in rejected.parquet; duplicates are"
          + " dropped. Run again on unchanged input with the same options, it writes nothing; with"
          + " --update, it writes only what changed input touches.",
      "Paths may be local or hdfs://."
    },
    footerHeading = "%nExample:%n%n",
    footer = {
      "  ./parrot preprocess --input data/instruct.json --images data/images \\",
      "      --tokenizer data/tokenizer.json --out shards/instruct \\",
      "      --image-size 336 --patch-size 14 --max-length 2048 --benchmark data/benchmark",
      "",
      "  ./parrot preprocess --input data/messages.jsonl --format openai --turns merge \\",
      "      --last-question reject --tokenizer data/tokenizer.json --out shards/messages",
      "",
      "  ./parrot preprocess --input data/instruct.json --tokenizer data/tokenizer.json \\",
      "      --vision siglip --out shards/siglip",
      "",
      "  ./parrot preprocess --input 'wds/*.tar' --tokenizer data/tokenizer.json --out shards/wds",
      "",
      "  ./parrot preprocess --input data/photos.jsonl --images data/photos.zip --orientation apply \\",
      "      --tokenizer data/tokenizer.json --out shards/photos",
      "",
      "  ./parrot preprocess --input data/scored.jsonl --column quality --near-duplicates mark \\",
      "      --tokenizer data/tokenizer.json --out shards/scored",
      "",
      "  ./parrot preprocess --update --if-busy wait --input incoming/ --images data/images \\",
      "      --tokenizer data/tokenizer.json --out shards/nightly \\",
      "      --fail-on 'rejected>1%%,written<100000'"
    })
public final class PreprocessCommand implements Callable<Void> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--input",
      required = true,
      arity = "1..*",
      paramLabel = "FILE|DIR",
      description =
          "JSON, JSONL or WebDataset (tar), plain or compressed (gzip, zstd, bzip2, xz), or Parquet:"
              + " files, folders, which are searched with all folders in them, or patterns. May be"
              + " given several times.")
  private List<String> inputs = new ArrayList<>();

  @Option(
      names = "--images",
      paramLabel = "FILE|DIR",
      description =
          "Folder, zip or tar file that the rows' image paths start from (default: the folder of the"
              + " first input).")
  private String images;

  @Option(
      names = "--allow-root",
      paramLabel = "DIR",
      description =
          "Folder that links among the images and absolute paths in rows may lead to. May be given"
              + " several times.")
  private List<String> allowedRoots = new ArrayList<>();

  @Option(
      names = "--resynchronise",
      description =
          "Read a damaged input on at its next whole row, and count the bytes left out (default: a"
              + " damaged input is an error).")
  private boolean resynchronise;

  @Option(
      names = "--tokenizer",
      required = true,
      paramLabel = "FILE",
      description = "The model's tokenizer.json, or its vocab.json with merges.txt beside it.")
  private String tokenizer;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder for the shards; appears when it is complete.")
  private String out;

  @Option(
      names = "--vision",
      defaultValue = "clip",
      paramLabel = "NAME",
      description =
          "The vision encoder that images are prepared for: clip or siglip (default:"
              + " ${DEFAULT-VALUE}).")
  private VisionEncoder vision;

  @Option(
      names = "--image-size",
      paramLabel = "PIXELS",
      description =
          "Width and height that the vision encoder takes (default: 336; with --vision siglip 384).")
  private Integer imageSize;

  @Option(
      names = "--patch-size",
      defaultValue = "14",
      paramLabel = "PIXELS",
      description = "Width and height of a visual token (default: ${DEFAULT-VALUE}).")
  private int patchSize;

  @Option(
      names = "--max-length",
      defaultValue = "2048",
      paramLabel = "N",
      description =
          "Longest sequence; an image counts as its visual tokens (default: ${DEFAULT-VALUE}).")
  private int maxLength;

  @Option(
      names = "--shard-rows",
      defaultValue = "0",
      paramLabel = "N",
      description = "About how many rows a shard has (default: as many as make 512 MiB).")
  private int shardRows;

  @Option(
      names = "--row-group-rows",
      defaultValue = "0",
      paramLabel = "N",
      description = "Rows of a row group (default: as many as make 32 MiB).")
  private int rowGroupRows;

  @Option(
      names = "--language",
      paramLabel = "TAG",
      description =
          "Language of rows without a field language: a tag such as en, pt-BR or zh-Hans, or a name"
              + " (default: identified from the text).")
  private String language;

  @Mixin private RowOptions rows;

  @Mixin private ImageOptions imageReading;

  @Option(
      names = "--near-duplicates",
      defaultValue = "keep",
      paramLabel = "NAME",
      description =
          "What is done with rows that say nearly the same, about the same image or a copy of it:"
              + " keep (they are not looked for), mark (they are written, and told apart by the"
              + " columns near_group and near_rank) or drop (only the first is written); with --update"
              + " only keep (default: ${DEFAULT-VALUE}).")
  private NearDuplicates nearDuplicates;

  @Option(
      names = "--benchmark",
      arity = "1..*",
      paramLabel = "FILE|DIR",
      description =
          "Benchmarks whose images must not be trained on: rows with one, or with a copy encoded or"
              + " scaled anew, are rejected.")
  private List<String> benchmarks = new ArrayList<>();

  @Option(
      names = "--benchmark-questions",
      description =
          "Also reject rows, with any image or none, whose text has a question of a benchmark in"
              + " nearly its words (default: images alone count).")
  private boolean benchmarkQuestions;

  @Option(
      names = "--max-rejected",
      defaultValue = "0.05",
      paramLabel = "SHARE",
      description =
          "Share of rejected rows above which the command fails and writes nothing (default:"
              + " ${DEFAULT-VALUE}).")
  private double maxRejected;

  @Option(
      names = "--fail-on",
      split = ",",
      paramLabel = "LIST",
      description =
          "Conditions on which the command fails and writes nothing, such as"
              + " 'rejected>1%%,PICTURE_MISSING>0,written.zh<1000': on read, written, written.TAG of a"
              + " language, duplicate, near_duplicate, rejected, a reason, truncated, files,"
              + " passed_over or lost_bytes.")
  private List<String> alarms = new ArrayList<>();

  @Mixin private OverwriteOption overwrite;

  @Option(
      names = "--check",
      description =
          "Read and judge everything, and keep no shards: report.json and the rejected rows go to"
              + " a folder beside --out, with .check behind its name.")
  private boolean check;

  @Option(
      names = "--seed",
      defaultValue = "0",
      paramLabel = "N",
      description = "Seed of the order of rows (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private ScheduleOptions schedule;

  @Mixin private SparkOptions spark;

  /** Bad usage here, although the same tag in a row is bad data. */
  private Language parseLanguage(String tag) {
    try {
      return Language.of(tag);
    } catch (DataException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  @Override
  public Void call() throws IOException {
    PreprocessOptions options =
        new PreprocessOptions(
            inputs,
            resynchronise,
            images,
            allowedRoots,
            tokenizer,
            out,
            vision,
            imageSize == null ? vision.usualSize() : imageSize,
            patchSize,
            maxLength,
            shardRows,
            rowGroupRows,
            language == null ? null : parseLanguage(language),
            rows.reader(),
            rows.controlTokens(),
            imageReading.rules(),
            nearDuplicates,
            benchmarks,
            benchmarkQuestions,
            new ReportLimits(maxRejected, alarms.stream().map(ReportAlarm::parse).toList()),
            overwrite.given(),
            check,
            seed,
            schedule.schedule());
    PrintWriter console = spec.commandLine().getOut();
    try (SparkSession session =
        SparkSessions.create("parrot preprocess", spark.master(), spark.settings())) {
      PreprocessReport report =
          new PreprocessJob(
                  SparkSessions.context(session),
                  options,
                  line -> {
                    console.println(line);
                    console.flush();
                  })
              .run();
      console.print(report.toText());
      console.flush();
    }
    return null;
  }
}
