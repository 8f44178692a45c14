package parrot.benchmarks.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Map;

/** Stores results as Markdown and as JSON, with what is needed to measure them again. */
public final class ResultWriter {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Path folder;
  private final String command;
  private final Map<String, String> machine;
  private final Map<String, String> versions;
  private final Instant when = Instant.now().truncatedTo(ChronoUnit.SECONDS);

  /**
   * @param folder of the files; made if it is missing
   * @param command that was given
   * @param home the project's folder
   */
  public ResultWriter(Path folder, String command, Path home) throws IOException {
    this.folder = folder;
    this.command = command;
    machine = Machine.facts();
    versions = Versions.all(home);
  }

  /** Writes {@code ID.md} and {@code ID.json}. */
  public void write(Result result) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(result.id() + ".md"), markdown(result));
    JSON.writeValue(folder.resolve(result.id() + ".json").toFile(), json(result));
  }

  /** The table, the targets and the notes: what a person wants to see first. */
  public static String body(Result result) {
    StringBuilder text = new StringBuilder(result.table().markdown());
    if (!result.targets().isEmpty()) {
      Table targets = new Table("target", "measured", "demanded", "");
      for (Target target : result.targets()) {
        targets.add(target.what(), target.value(), target.demand(), target.verdict());
      }
      text.append('\n').append(targets.markdown());
    }
    if (!result.notes().isEmpty()) {
      text.append('\n');
      result.notes().forEach(note -> text.append("- ").append(note).append('\n'));
    }
    return text.toString();
  }

  private String markdown(Result result) {
    StringBuilder text = new StringBuilder();
    text.append("# ").append(result.id()).append("\n\n");
    text.append(result.summary()).append("\n\n").append(body(result)).append('\n');
    Table facts = new Table("measured", "with");
    facts.add("command", "`" + command + "`");
    facts.add("when", when.toString());
    machine.forEach(facts::add);
    versions.forEach(facts::add);
    text.append(facts.markdown());
    if (!result.settings().isEmpty()) {
      Table settings = new Table("side", "settings");
      result
          .settings()
          .forEach((side, values) -> settings.add(side, "`" + assignments(values) + "`"));
      text.append('\n').append(settings.markdown());
    }
    return text.toString();
  }

  private static String assignments(Map<String, String> values) {
    return String.join(
        " ", values.entrySet().stream().map(one -> one.getKey() + "=" + one.getValue()).toList());
  }

  private ObjectNode json(Result result) {
    ObjectNode json = JSON.createObjectNode();
    json.put("workload", result.id());
    json.put("summary", result.summary());
    json.put("command", command);
    json.put("when", when.toString());
    json.set("machine", JSON.valueToTree(machine));
    json.set("versions", JSON.valueToTree(versions));
    json.set("settings", JSON.valueToTree(result.settings()));
    json.set("rows", result.table().json());
    ArrayNode targets = json.putArray("targets");
    for (Target target : result.targets()) {
      ObjectNode one = targets.addObject().put("what", target.what());
      if (Double.isFinite(target.value())) {
        one.put("measured", target.value());
      } else {
        one.putNull("measured");
      }
      one.put("demanded", target.demand()).put("met", target.met());
    }
    json.set("notes", JSON.valueToTree(result.notes()));
    ObjectNode seconds = json.putObject("seconds");
    result
        .seconds()
        .forEach((side, all) -> Arrays.stream(all).forEach(seconds.withArray(side)::add));
    return json;
  }
}
