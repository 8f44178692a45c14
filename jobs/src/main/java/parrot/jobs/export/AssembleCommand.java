package parrot.jobs.export;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;
import parrot.datasets.conversation.HuggingFaceTextTokenizer;
import parrot.datasets.conversation.TokenizerFile;
import parrot.datasets.storage.FileSystems;
import parrot.datasets.storage.InputGuard;
import parrot.jobs.checkpoint.Checkpoints;
import parrot.jobs.cli.OutOption;
import parrot.jobs.cli.OverwriteOption;
import parrot.model.config.ParrotConfig;
import parrot.model.weights.Initializer;
import parrot.model.weights.ModelFolder;
import parrot.model.weights.ModelParts;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code parrot assemble}. */
@Command(
    name = "assemble",
    header = "Put a model together from a language model and a vision encoder.",
    description = {
      "Writes a folder to start training from: config.json from the parts' own, their weights in the"
          + " types in which they are stored, a projector and experts that are fresh or were trained"
          + " before, and the language model's tokenizer and generation files. Parts that contradict"
          + " each other are refused."
    },
    footerHeading = "%nExamples:%n%n",
    footer = {
      "  ./parrot assemble --decoder models/Qwen1.5-7B-Chat \\",
      "    --vision models/clip-vit-large-patch14-336 --out models/start",
      "  ./parrot assemble --decoder models/Qwen2-7B-Instruct --experts 0 \\",
      "    --vision models/clip-vit-large-patch14-336 --projector mm_projector.bin --out models/llava"
    })
public final class AssembleCommand implements Callable<Void> {
  private static final long SHARD_BYTES = 5_000_000_000L;

  @Spec private CommandSpec spec;

  @Option(
      names = "--decoder",
      required = true,
      paramLabel = "DIR",
      description = "Folder of a Qwen1.5, Qwen2, Qwen2.5 or Qwen3, or of a Parrot for its decoder.")
  private String decoder;

  @Option(
      names = "--vision",
      required = true,
      paramLabel = "DIR",
      description = "Folder of a CLIP or SigLIP, or of a Parrot for its vision encoder.")
  private String vision;

  @Option(
      names = "--projector",
      paramLabel = "FILE|DIR",
      description =
          "A trained projector: mm_projector.bin or mm_projector.safetensors as LLaVA writes them, or"
              + " a folder; experts that lie there are taken with it (default: fresh).")
  private Optional<String> projector;

  @Option(
      names = "--experts",
      paramLabel = "N",
      defaultValue = "6",
      description =
          "Experts between projector and language model; 0 for none, as in LLaVA (default:"
              + " ${DEFAULT-VALUE}).")
  private int experts;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Decides fresh values (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private OutOption out;

  @Mixin private OverwriteOption overwrite;

  @Override
  public Void call() throws IOException {
    if (experts < 0) {
      throw new UsageException("Invalid --experts: " + experts + " (must be 0 or more)");
    }
    Configuration hadoop = new Configuration();
    Path to = out.folder();
    ModelParts.Places places =
        new ModelParts.Places(
            place(decoder, hadoop),
            place(vision, hadoop),
            projector.map(given -> place(given, hadoop)));
    InputGuard.requireOutside(to, places.all(), hadoop);
    Initializer initializer = new Initializer(seed, Initializer.Experts.SMALL);
    try (ModelParts parts = ModelParts.open(places, experts, initializer, hadoop)) {
      ImagePreprocessor.check(places.vision(), parts.config().vision(), hadoop);
      List<String> lines = new ArrayList<>();
      Optional<Path> tokenizer = ModelFolder.tokenizer(places.decoder(), hadoop);
      if (tokenizer.isPresent()) {
        requireRoom(tokenizer.get(), parts.config(), hadoop);
      } else {
        lines.add(
            "There is no tokenizer in %s: put its tokenizer.json into the new folder to ask the model."
                .formatted(places.decoder()));
      }
      lines.addAll(0, parts.remarks());
      new Export(Optional.empty(), SHARD_BYTES, "vision", overwrite.given())
          .write(places.decoder(), parts.config(), parts.weights(), to, hadoop).stream()
              .limit(1)
              .forEach(line -> lines.add(0, line));
      lines.forEach(spec.commandLine().getOut()::println);
    }
    return null;
  }

  private static Path place(String given, Configuration hadoop) {
    return Checkpoints.resolveModel(FileSystems.path(given), hadoop);
  }

  private static void requireRoom(Path file, ParrotConfig config, Configuration hadoop)
      throws IOException {
    FileSystem files = FileSystems.of(file, hadoop);
    byte[] json = TokenizerFile.read(files, file);
    int tokens = HuggingFaceTextTokenizer.vocabularySize(json, file.toString());
    if (tokens > config.decoder().vocabSize()) {
      throw new DataException(
          "Cannot use tokenizer %s: it has %d tokens (at most %d expected, the decoder's vocab_size); it belongs to another model"
              .formatted(file, tokens, config.decoder().vocabSize()));
    }
  }
}
