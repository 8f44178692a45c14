package parrot.jobs.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.datasets.UsageException;
import parrot.datasets.storage.FileSystems;
import parrot.datasets.storage.InputGuard;
import parrot.jobs.checkpoint.Checkpoints;
import parrot.jobs.cli.OutOption;
import parrot.jobs.cli.OverwriteOption;
import parrot.model.ModelException;
import parrot.model.config.ParrotConfig;
import parrot.model.weights.Blend;
import parrot.model.weights.DataType;
import parrot.model.weights.ModelFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code parrot merge}. */
@Command(
    name = "merge",
    header = "Blend two models of one shape.",
    description = {
      "Writes alpha of the first model's weights plus the rest of the second's, as float32, with the"
          + " first one's tokenizer. With an alpha of 1 or 0 the weights are one model's, to the last"
          + " bit. Blending a tuned model with the one that it was tuned from keeps more of what that"
          + " one could."
    },
    footerHeading = "%nExample:%n%n",
    footer = {"  ./parrot merge --alpha 0.7 runs/instruct runs/align --out models/blend"})
public final class MergeCommand implements Callable<Void> {
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "2",
      paramLabel = "DIR",
      description = "The two models, each a folder or a run (its newest checkpoint).")
  private List<String> models;

  @Option(
      names = "--alpha",
      required = true,
      paramLabel = "SHARE",
      description = "Share of the first model, 0 to 1.")
  private double alpha;

  @Mixin private OutOption out;

  @Mixin private OverwriteOption overwrite;

  @Override
  public Void call() throws IOException {
    if (!(alpha >= 0 && alpha <= 1)) {
      throw new UsageException("Invalid --alpha: " + alpha + " (must be between 0 and 1)");
    }
    Configuration hadoop = new Configuration();
    Path to = out.folder();
    List<Path> sources = new ArrayList<>();
    for (String model : models) {
      sources.add(Checkpoints.resolveModel(FileSystems.path(model), hadoop));
    }
    InputGuard.requireOutside(to, sources, hadoop);
    try (ModelFolder first = ModelFolder.open(sources.get(0), hadoop);
        ModelFolder second = ModelFolder.open(sources.get(1), hadoop)) {
      requireSameComputation(first.requireMerged().config(), second.requireMerged().config());
      new Export(Optional.of(DataType.F32), Long.MAX_VALUE, "vision", overwrite.given())
              .write(
                  sources.get(0),
                  blend(first.config(), second.config()),
                  new Blend(first.weights(), second.weights(), alpha),
                  to,
                  hadoop)
              .stream()
              .limit(1)
              .forEach(spec.commandLine().getOut()::println);
    }
    return null;
  }

  /** The bias that selects experts was trained as weights are, and is blended as they are. */
  private ParrotConfig blend(ParrotConfig first, ParrotConfig second) {
    if (!first.experts().selected() || alpha == 1) {
      return first;
    }
    List<Double> bias = new ArrayList<>();
    for (int expert = 0; expert < first.experts().count(); expert++) {
      double one = bias(first, expert);
      double other = bias(second, expert);
      bias.add(alpha == 0 ? other : alpha * one + (1 - alpha) * other);
    }
    return first.withSelectionBias(bias);
  }

  /** No list says that there is no bias. */
  private static double bias(ParrotConfig config, int expert) {
    List<Double> bias = config.experts().selectionBias();
    return bias.isEmpty() ? 0 : bias.get(expert);
  }

  private void requireSameComputation(ParrotConfig first, ParrotConfig second) {
    ObjectNode one = computation(first);
    ObjectNode other = computation(second);
    List<String> differing = new ArrayList<>();
    Set<String> keys = new TreeSet<>(); // a key that is the default is left out
    one.fieldNames().forEachRemaining(keys::add);
    other.fieldNames().forEachRemaining(keys::add);
    for (String key : keys) {
      if (!one.path(key).equals(other.path(key))) {
        differing.add(key + " (" + value(one, key) + " and " + value(other, key) + ")");
      }
    }
    if (!differing.isEmpty()) {
      throw new ModelException(
          "Cannot blend %s and %s: they differ in %s"
              .formatted(models.get(0), models.get(1), String.join(", ", differing)));
    }
  }

  private static String value(ObjectNode json, String key) {
    return json.has(key) ? json.get(key).toString() : "none";
  }

  private static ObjectNode computation(ParrotConfig config) {
    ObjectNode json = config.toJson();
    json.remove(List.of("moe_selection_bias", "mm_vision_tower", "torch_dtype"));
    json.set("vision", config.vision().toJson());
    return json;
  }
}
