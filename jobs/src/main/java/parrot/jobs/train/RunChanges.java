package parrot.jobs.train;

import static parrot.jobs.checkpoint.RunProgress.HELD_OUT_DATA;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import parrot.datasets.DataException;
import parrot.datasets.UsageException;
import parrot.datasets.shard.Manifest;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.checkpoint.RunProgress;
import parrot.jobs.checkpoint.SettingsChange.Setting;
import parrot.jobs.config.ResumeRules;
import parrot.jobs.config.TrainConfigReader;
import parrot.jobs.state.Kept;
import parrot.model.kernel.DeviceChoice;
import parrot.model.network.Part;

/** How the settings of a run differ from those that a checkpoint was written under. */
final class RunChanges {
  private static final String DATA = "data";
  private static final String OUT = "out"; // a run that was moved is the same run

  private final UnaryOperator<String> qualify;
  private final ObjectNode stored;
  private final ObjectNode current;

  /**
   * @param storedYaml resolved configuration of the checkpoint
   * @param yaml that of the run as it goes on
   */
  RunChanges(FileSystem files, String storedYaml, String yaml) {
    this.qualify = folder -> qualified(files, folder);
    this.stored = TrainConfigReader.fromYaml(storedYaml);
    this.current = TrainConfigReader.fromYaml(yaml);
    for (ObjectNode config : List.of(stored, current)) {
      qualifyPaths(config.path("model"));
      omitProcessor(config);
    }
  }

  /** Runs compute on processors with each device but cuda, also with none. */
  private static void omitProcessor(ObjectNode config) {
    if (config.path("kernels") instanceof ObjectNode kernels
        && !kernels.path("device").asText().equals(DeviceChoice.CUDA.toString())) {
      kernels.remove("device");
    }
  }

  /** Two texts may name one place, as ./models/a and models/a do. */
  private static String qualified(FileSystem files, String folder) {
    Path path = FileSystems.path(folder);
    return (path.toUri().getScheme() != null ? path : files.makeQualified(path)).toString();
  }

  private void qualifyPaths(JsonNode model) {
    List<String> names = new ArrayList<>(List.of("folder", "tokenizer"));
    Arrays.stream(Part.values()).map(Part::key).forEach(names::add);
    for (String name : names) {
      if (model.path(name).isTextual()) {
        ((ObjectNode) model).put(name, qualify.apply(model.path(name).asText()));
      }
    }
  }

  /**
   * Refuses what cannot change in a run.
   *
   * @throws UsageException naming each key with both values and the reason
   */
  void requireAllowed() {
    List<String> refused = new ArrayList<>();
    for (Setting setting : settings()) {
      Optional<String> reason = ResumeRules.reasonToStay(setting.key());
      reason.ifPresent(why -> refused.add(setting + ": " + why));
    }
    if (!refused.isEmpty()) {
      throw new UsageException(
          "Cannot resume: "
              + String.join("; ", refused)
              + " (restore these values, or start another run with --out)");
    }
  }

  /**
   * What changed. Data is known by its fingerprints: the same under another path is no change, and
   * other held-out rows under the same path are one.
   *
   * @throws DataException if a folder no longer holds the rows that were trained on
   */
  List<Setting> settings(RunProgress progress, TrainingData data) {
    requireSame(progress.data(), data.fingerprints());
    boolean same =
        progress.data().equals(data.fingerprints())
            && withoutFolders(stored).equals(withoutFolders(current));
    List<Setting> changes = new ArrayList<>(settings());
    changes.removeIf(setting -> same && setting.key().equals(DATA));
    List<String> before = progress.heldOut();
    if (before.equals(data.heldOutFingerprints())) {
      changes.removeIf(setting -> setting.key().equals(HELD_OUT_DATA));
    } else if (!before.isEmpty() && !concernHeldOut(changes)) {
      changes.add(
          new Setting(
              HELD_OUT_DATA,
              "rows with checksum " + before,
              "rows with checksum " + data.heldOutFingerprints()));
    }
    return List.copyOf(changes);
  }

  /**
   * Refuses another number of replicas if each keeps values of its own, which others do not have.
   *
   * @param round that they have come to
   * @throws UsageException if they do
   */
  static void requireSameReplicas(List<Setting> changes, Kept kept, int round) {
    boolean changed = changes.stream().anyMatch(change -> change.key().equals("replicas"));
    if (changed && !kept.isNothing()) {
      throw new UsageException(
          "Cannot resume with another number of replicas: after round "
              + round
              + " each replica keeps values of its own (with exchange int8 or int4, overlap, and"
              + " between two averages of moments); restore replicas, or start another run with"
              + " --out");
    }
  }

  private static boolean concernHeldOut(List<Setting> changes) {
    return changes.stream().anyMatch(setting -> setting.key().equals(HELD_OUT_DATA));
  }

  private void requireSame(List<String> before, List<String> now) {
    List<String> folders = folders(stored);
    List<String> present = folders(current);
    for (int i = 0; i < present.size(); i++) {
      int was = folders.indexOf(present.get(i));
      if (was >= 0 && was < before.size() && !before.get(was).equals(now.get(i))) {
        throw new DataException(
            "Cannot resume: "
                + present.get(i)
                + " has changed since the run trained on it (its "
                + Manifest.FILE_NAME
                + " has checksum "
                + now.get(i)
                + ", expected "
                + before.get(was)
                + "); put the data back, or give the new data in a folder of its own");
      }
    }
  }

  private List<String> folders(ObjectNode config) {
    List<String> folders = new ArrayList<>();
    config.path(DATA).forEach(each -> folders.add(qualify.apply(each.path("folder").asText())));
    return folders;
  }

  private static JsonNode withoutFolders(ObjectNode config) {
    JsonNode copy = config.path(DATA).deepCopy();
    copy.forEach(source -> ((ObjectNode) source).remove("folder"));
    return copy;
  }

  private List<Setting> settings() {
    List<Setting> settings = new ArrayList<>();
    compare("", stored, current, settings);
    return settings;
  }

  private static void compare(String prefix, JsonNode was, JsonNode is, List<Setting> settings) {
    if (was.isObject() && is.isObject()) {
      Set<String> keys = new TreeSet<>();
      was.fieldNames().forEachRemaining(keys::add);
      is.fieldNames().forEachRemaining(keys::add);
      keys.removeIf(key -> prefix.isEmpty() && key.equals(OUT));
      for (String key : keys) {
        String name = prefix.isEmpty() ? key : prefix + "." + key;
        compare(name, was.path(key), is.path(key), settings);
      }
    } else if (!was.equals(is)) {
      settings.add(new Setting(prefix, inWords(was), inWords(is)));
    }
  }

  private static String inWords(JsonNode value) {
    return value.isMissingNode() || value.isNull() ? "absent" : value.toString();
  }
}
