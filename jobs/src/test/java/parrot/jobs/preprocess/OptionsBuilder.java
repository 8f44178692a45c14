package parrot.jobs.preprocess;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import parrot.datasets.conversation.ControlTokens;
import parrot.datasets.image.ImageRules;
import parrot.datasets.image.VisionEncoder;
import parrot.datasets.source.RowReader;

/** Options for small data in a scratch folder. */
final class OptionsBuilder {
  private final String folder;
  private String input;
  private String out;
  private int patchSize = 14;
  private double maxRejected = 0.05;
  private boolean overwrite;
  private boolean resynchronise;
  private PreprocessOptions.Schedule schedule = PreprocessOptions.Schedule.ONCE;
  private long seed;
  private RowReader rows = RowReader.DEFAULT;
  private VisionEncoder vision = VisionEncoder.CLIP;
  private ControlTokens controlTokens = ControlTokens.TEXT;
  private ImageRules imageRules = ImageRules.PUBLISHED;
  private String images = "images";
  private boolean benchmarkQuestions;
  private NearDuplicates nearDuplicates = NearDuplicates.KEEP;
  private final List<String> allowedRoots = new ArrayList<>();
  private final List<String> benchmarks = new ArrayList<>();

  OptionsBuilder(Path folder) {
    this(folder.toString());
  }

  OptionsBuilder(String folder) {
    this.folder = folder;
    this.input = folder + "/rows.json";
    this.out = folder + "/out";
  }

  OptionsBuilder input(String value) {
    input = value;
    return this;
  }

  OptionsBuilder out(String name) {
    out = folder + "/" + name;
    return this;
  }

  OptionsBuilder vision(VisionEncoder value) {
    vision = value;
    return this;
  }

  OptionsBuilder patchSize(int value) {
    patchSize = value;
    return this;
  }

  OptionsBuilder maxRejected(double value) {
    maxRejected = value;
    return this;
  }

  OptionsBuilder overwrite() {
    overwrite = true;
    return this;
  }

  OptionsBuilder update() {
    return stages(PreprocessOptions.Schedule.STAGE_ROWS);
  }

  /** With a stage of an update that ends after so many rows. */
  OptionsBuilder stages(long rows) {
    schedule = new PreprocessOptions.Schedule(true, rows, false);
    return this;
  }

  OptionsBuilder rows(RowReader value) {
    rows = value;
    return this;
  }

  OptionsBuilder controlTokens(ControlTokens value) {
    controlTokens = value;
    return this;
  }

  OptionsBuilder imageRules(ImageRules value) {
    imageRules = value;
    return this;
  }

  OptionsBuilder images(String name) {
    images = name;
    return this;
  }

  OptionsBuilder benchmarkQuestions() {
    benchmarkQuestions = true;
    return this;
  }

  OptionsBuilder nearDuplicates(NearDuplicates value) {
    nearDuplicates = value;
    return this;
  }

  OptionsBuilder resynchronise() {
    resynchronise = true;
    return this;
  }

  OptionsBuilder allowRoot(String root) {
    allowedRoots.add(root);
    return this;
  }

  OptionsBuilder seed(long value) {
    seed = value;
    return this;
  }

  OptionsBuilder benchmark(String name) {
    benchmarks.add(folder + "/" + name);
    return this;
  }

  PreprocessOptions build() {
    return new PreprocessOptions(
        List.of(input),
        resynchronise,
        folder + "/" + images,
        allowedRoots,
        folder + "/tokenizer.json",
        out,
        vision,
        28,
        patchSize,
        128,
        16,
        4,
        null,
        rows,
        controlTokens,
        imageRules,
        nearDuplicates,
        benchmarks,
        benchmarkQuestions,
        ReportLimits.of(maxRejected),
        overwrite,
        false,
        seed,
        schedule);
  }
}
