package parrot.jobs.quickstart;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import parrot.datasets.UsageException;
import parrot.datasets.shapes.ShapesWorld;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.failure.StoppedException;
import parrot.jobs.report.ReportJob;
import parrot.jobs.report.RunIndex;

/** The steps of the quickstart, in their order. */
public final class Quickstart {
  /**
   * What to do.
   *
   * @param out local folder to make
   * @param smoke whether on little data
   * @param overwrite whether the folder of an earlier quickstart may be replaced
   * @param hdfsPort of the embedded name node; 0 for any free one
   */
  public record Request(Path out, boolean smoke, boolean overwrite, long seed, int hdfsPort) {
    public Request {
      if (hdfsPort < 0 || hdfsPort > 65_535) {
        throw new UsageException(
            "Invalid --hdfs-port: " + hdfsPort + " (must be from 1 to 65535, or 0 for any)");
      }
    }
  }

  private final Request request;
  private final Consumer<String> console;
  private final Parameters parameters;
  private final Steps steps;
  private final OutputFolder out;
  private final RunDescription description;

  private Quickstart(Request request, Consumer<String> console, OutputFolder out) {
    this.request = request;
    this.console = console;
    this.out = out;
    this.parameters = Parameters.read(request.smoke(), request.seed());
    this.steps = new Steps(parameters.expectedSeconds(), console, System::nanoTime);
    this.description = new RunDescription(request, steps);
  }

  /**
   * Runs everything.
   *
   * @throws StoppedException if it was asked to stop
   * @throws UsageException if the folder exists and may not be replaced
   */
  public static void run(Request request, Consumer<String> console) throws Exception {
    try (OutputFolder out = OutputFolder.create(request.out(), request.overwrite())) {
      new Quickstart(request, console, out).run();
    }
  }

  private void run() throws Exception {
    console.accept(
        "Parrot in %d steps, about %s on two cores. Everything goes to %s."
            .formatted(steps.expectedCount(), Steps.time(steps.expectedSeconds()), request.out()));
    try (Workplace place =
        steps.run(
            "Start HDFS and Spark", () -> Workplace.start(out, request.hdfsPort(), console))) {
      WorldData data = new WorldData(parameters, place, out, console);
      steps.run("Make the world", data::make);
      steps.run("Preprocess into shards", data::preprocess);
      List<RunIndex.AskedQuestion> asked = trainAndEvaluate(place);
      steps.run("Write the report", () -> report(asked, place.session().version()));
      description.conclude(asked, console);
    } catch (StoppedException e) {
      console.accept("Stopped. What was made so far is in " + request.out() + ".");
      throw e;
    }
  }

  private List<RunIndex.AskedQuestion> trainAndEvaluate(Workplace place) throws Exception {
    Stages stages = new Stages(parameters, place, out, console);
    String aligned =
        steps.run(
            "Stage 1, align: the projector learns",
            () -> stages.train("align", place.hdfs().path("pretrained"), "captions"));
    steps.run("Evaluate after stage 1", () -> stages.evaluate("align", aligned, false));
    String model =
        steps.run(
            "Stage 2, instruct: projector, experts and decoder learn",
            () -> stages.train("instruct", aligned, "conversations"));
    out.copy(place.hdfs().files(), model, "model");
    OutputFolder.delete(out.path("model/training")); // the optimizer's state
    steps.run("Evaluate after stage 2", () -> stages.evaluate("instruct", model, false));
    String plain =
        steps.run(
            "Stage 2 again without experts",
            () -> stages.train("without_experts", aligned, "conversations"));
    steps.run("Evaluate without experts", () -> stages.evaluate("without_experts", plain, false));
    steps.run("Evaluate on blank images", () -> stages.evaluate("blank", model, true));
    return steps.run(
        "Ask three questions",
        () ->
            new Questions(
                    new ShapesWorld(parameters.shapes()), parameters.questions(), out, console)
                .ask());
  }

  private Void report(List<RunIndex.AskedQuestion> asked, String spark) throws IOException {
    Configuration configuration = new Configuration();
    org.apache.hadoop.fs.Path folder = out.hadoopPath("");
    description.index(asked, spark).write(FileSystems.of(folder.toString(), configuration), folder);
    ReportJob.write(folder, null, configuration);
    return null;
  }
}
