package parrot.jobs.export;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import parrot.datasets.UsageException;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.cli.ModelOption;
import parrot.jobs.cli.OutOption;
import parrot.jobs.cli.OverwriteOption;
import parrot.model.weights.DataType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code parrot export}. */
@Command(
    name = "export",
    header = "Write a model as the published Python code opens it.",
    description = {
      "Writes decoder, projector, experts and the vision encoder under their published names into"
          + " one set of weights, with config.json, the vision encoder's configuration, and the"
          + " tokenizer and generation files beside the model. The folder also opens here.",
      "The published code first loads a CLIP of the same shape, by the name that --vision-tower"
          + " writes into config.json, and then the exported values over it."
    },
    footerHeading = "%nExample:%n%n",
    footer = {
      "  ./parrot export --model run --out parrot-7b"
          + " --vision-tower openai/clip-vit-large-patch14-336"
    })
public final class ExportCommand implements Callable<Void> {
  private static final Pattern SIZE = Pattern.compile("([1-9][0-9]*)(KB|MB|GB)");

  @Spec private CommandSpec spec;

  @Mixin private ModelOption model;

  @Mixin private OutOption out;

  @Option(
      names = "--dtype",
      paramLabel = "NAME",
      defaultValue = "bf16",
      description = "Type of the weights: bf16, rounded, or f32 (default: ${DEFAULT-VALUE}).")
  private String dtype;

  @Option(
      names = "--shard-size",
      paramLabel = "SIZE",
      defaultValue = "5GB",
      description =
          "Largest file of weights, in KB, MB or GB of a thousand (default: ${DEFAULT-VALUE}).")
  private String shardSize;

  @Option(
      names = "--vision-tower",
      paramLabel = "NAME",
      defaultValue = "vision",
      description =
          "The mm_vision_tower to write: a hub's name or a folder (default: ${DEFAULT-VALUE}).")
  private String visionTower;

  @Mixin private OverwriteOption overwrite;

  @Override
  public Void call() throws IOException {
    Export export = new Export(Optional.of(type()), bytes(), visionTower, overwrite.given());
    List<String> lines =
        export.write(FileSystems.path(model.folder()), out.folder(), new Configuration());
    lines.forEach(spec.commandLine().getOut()::println);
    return null;
  }

  private DataType type() {
    return switch (dtype) {
      case "bf16" -> DataType.BF16;
      case "f32" -> DataType.F32;
      default -> throw new UsageException("Invalid --dtype: " + dtype + " (must be bf16 or f32)");
    };
  }

  private long bytes() {
    Matcher size = SIZE.matcher(shardSize.toUpperCase(Locale.ROOT));
    if (!size.matches()) {
      throw new UsageException(
          "Invalid --shard-size: "
              + shardSize
              + " (must be a number of KB, MB or GB, such as 5GB)");
    }
    long unit =
        switch (size.group(2)) {
          case "KB" -> 1_000L;
          case "MB" -> 1_000_000L;
          default -> 1_000_000_000L;
        };
    return Math.multiplyExact(Long.parseLong(size.group(1)), unit);
  }
}
