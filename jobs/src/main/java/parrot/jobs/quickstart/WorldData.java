package parrot.jobs.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import parrot.datasets.conversation.ControlTokens;
import parrot.datasets.image.ImageRules;
import parrot.datasets.image.VisionEncoder;
import parrot.datasets.shapes.ShapesConfig;
import parrot.datasets.shapes.ShapesWriter;
import parrot.datasets.source.RowReader;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.cli.Progress;
import parrot.jobs.preprocess.NearDuplicates;
import parrot.jobs.preprocess.PreprocessJob;
import parrot.jobs.preprocess.PreprocessOptions;
import parrot.jobs.preprocess.ReportLimits;

/** The world of shapes as files, then as shards. */
final class WorldData {
  private final Parameters parameters;
  private final Workplace place;
  private final OutputFolder out;
  private final Consumer<String> console;

  WorldData(Parameters parameters, Workplace place, OutputFolder out, Consumer<String> console) {
    this.parameters = parameters;
    this.place = place;
    this.out = out;
    this.console = console;
  }

  /** Writes images, conversations and the benchmark. */
  Void make() throws IOException {
    ShapesConfig config = parameters.shapes();
    Path raw = out.work("shapes");
    FileSystem local = FileSystems.of(raw.toUri().toString(), new Configuration());
    try (Progress progress = Progress.start("  shapes", "examples", ShapesWriter.total(config))) {
      new ShapesWriter(config, local, new org.apache.hadoop.fs.Path(raw.toUri()), progress::update)
          .write();
    }
    Files.move(raw.resolve(RunDescription.BENCHMARK), out.path(RunDescription.BENCHMARK));
    return null;
  }

  /** Makes shards of captions and conversations, to train on and held out. */
  Void preprocess() throws IOException {
    preprocess("captions", "train/captions.json");
    preprocess("conversations", "train/conversations.json");
    preprocess("held-out-captions", "heldout/captions.json");
    preprocess("held-out-conversations", "heldout/conversations.json");
    return null;
  }

  private void preprocess(String name, String file) throws IOException {
    Path raw = out.work("shapes");
    PreprocessOptions options =
        new PreprocessOptions(
            List.of(raw.resolve(file).toUri().toString()),
            false,
            raw.toUri().toString(),
            List.of(),
            place.hdfs().path("pretrained/tokenizer.json"),
            place.shards(name),
            VisionEncoder.CLIP,
            place.parts().imageSize(),
            place.parts().patchSize(),
            parameters.maxLength(),
            parameters.shardRows(),
            parameters.rowGroupRows(),
            null,
            RowReader.DEFAULT,
            ControlTokens.TEXT,
            ImageRules.PUBLISHED,
            NearDuplicates.KEEP,
            List.of(out.path(RunDescription.BENCHMARK).toUri().toString()),
            false,
            ReportLimits.of(0.05),
            false,
            false,
            parameters.shapes().seed(),
            PreprocessOptions.Schedule.ONCE);
    var result = new PreprocessJob(place.spark(), options, line -> {}).run();
    console.accept(
        String.format(
            Locale.ROOT,
            "  %-24s %,7d read, %,7d written, %d duplicate, %d rejected",
            name,
            result.totals().read(),
            result.totals().written(),
            result.totals().duplicate(),
            result.totals().rejected()));
    out.copy(place.hdfs().files(), place.shards(name) + "/manifest.json", "data/" + name + ".json");
  }
}
