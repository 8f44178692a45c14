package parrot.jobs.export;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import parrot.datasets.storage.FileSystems;
import parrot.datasets.storage.InputGuard;
import parrot.jobs.checkpoint.CheckpointLayout;
import parrot.jobs.checkpoint.Checkpoints;
import parrot.jobs.cli.ModelOption;
import parrot.jobs.cli.OutOption;
import parrot.jobs.cli.OverwriteOption;
import parrot.model.config.ParrotConfig;
import parrot.model.weights.AdaptedWeights;
import parrot.model.weights.Adapter;
import parrot.model.weights.DataType;
import parrot.model.weights.ModelFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code parrot merge-adapter}. */
@Command(
    name = "merge-adapter",
    header = "Merge a LoRA adapter into the model that it was trained on.",
    description = {
      "Reads an adapter as PEFT writes it (adapter_config.json with adapter_model.safetensors or"
          + " adapter_model.bin), with LLaVA's non_lora_trainables.bin if it lies beside them, and"
          + " writes the model that computes the same without it, as float32, with the tokenizer of"
          + " the given model."
    },
    footerHeading = "%nExample:%n%n",
    footer = {
      "  ./parrot merge-adapter --model models/parrot --adapter models/lora --out models/merged",
      "  ./parrot merge-adapter --model run/checkpoints/base --adapter run --out models/merged"
    })
public final class MergeAdapterCommand implements Callable<Void> {
  @Spec private CommandSpec spec;

  @Mixin private ModelOption model;

  @Option(
      names = "--adapter",
      required = true,
      paramLabel = "DIR",
      description =
          "Folder of the adapter, or a run that trained adapters: its newest checkpoint; local or"
              + " in HDFS.")
  private String adapter;

  @Mixin private OutOption out;

  @Mixin private OverwriteOption overwrite;

  @Override
  public Void call() throws IOException {
    Configuration hadoop = new Configuration();
    Path base = Checkpoints.resolveModel(FileSystems.path(model.folder()), hadoop);
    Path from = Checkpoints.resolveModel(FileSystems.path(adapter), hadoop);
    Path to = out.folder();
    InputGuard.requireOutside(to, List.of(base, from), hadoop);
    try (ModelFolder folder = ModelFolder.open(base, hadoop);
        Adapter lora = Adapter.open(from, hadoop)) {
      AdaptedWeights merged = new AdaptedWeights(folder.requireMerged().weights(), lora);
      ParrotConfig config = config(folder, from, hadoop);
      Export export =
          new Export(Optional.of(DataType.F32), Long.MAX_VALUE, "vision", overwrite.given());
      List<String> lines = export.write(base, config, merged, to, hadoop);
      spec.commandLine().getOut().println(lines.get(0) + "; " + lora.summary());
    }
    return null;
  }

  /** What a run trained may be in its checkpoint's configuration: the bias that selects experts. */
  private static ParrotConfig config(ModelFolder base, Path adapter, Configuration hadoop)
      throws IOException {
    if (!FileSystems.of(adapter, hadoop).exists(new Path(adapter, CheckpointLayout.MANIFEST))) {
      return base.config();
    }
    try (ModelFolder trained = ModelFolder.open(adapter, hadoop)) {
      return trained.config().withAdapters(Optional.empty());
    }
  }
}
