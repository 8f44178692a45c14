package parrot.jobs.checkpoint;

import java.util.List;
import java.util.Set;

/**
 * Settings that changed when a run was resumed.
 *
 * @param round rounds done before
 * @param iteration steps that each replica had done
 * @param examples trained on before
 * @param newData whether other data is trained on since, from its beginning
 */
public record SettingsChange(
    int round, int iteration, long examples, boolean newData, List<Setting> settings) {
  /** Of a run that goes on as it began. */
  static final SettingsChange NONE = new SettingsChange(0, 0, 0, false, List.of());

  /**
   * A key with the values before and after.
   *
   * @param key with dots
   */
  public record Setting(String key, String was, String is) {
    @Override
    public String toString() {
      return key + " was " + was + " and is " + is;
    }
  }

  public SettingsChange {
    settings = List.copyOf(settings);
  }

  boolean concernsAny(Set<String> keys) {
    return settings.stream().anyMatch(setting -> keys.contains(setting.key()));
  }
}
