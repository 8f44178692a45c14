package parrot.jobs.checkpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import parrot.jobs.balance.ExpertBalance;

/**
 * How far a run has come after a round, and how its experts are steered.
 *
 * @param version of this record
 * @param round rounds done
 * @param iteration steps that each replica has done
 * @param minibatches consumed by all replicas, the position in the data
 * @param examples trained on
 * @param tokens trained on, visual ones not counted
 * @param data fingerprints of what is trained on
 * @param heldOut fingerprints of what losses are measured on; empty if nothing is, and in
 *     checkpoints of older versions
 * @param balance how experts are steered; older versions did not write it
 * @param changes of settings by resuming, in order; not written if there are none
 */
public record RunProgress(
    int version,
    int round,
    int iteration,
    long minibatches,
    long examples,
    long tokens,
    List<String> data,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> heldOut,
    ExpertBalance balance,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<SettingsChange> changes) {
  public static final int VERSION = 1;

  /** The setting that tells what losses are measured on. */
  public static final String HELD_OUT_DATA = "held_out.data";

  private static final Set<String> HELD_OUT_ROWS = Set.of(HELD_OUT_DATA, "held_out.examples");

  public RunProgress {
    data = List.copyOf(data);
    heldOut = heldOut == null ? List.of() : List.copyOf(heldOut);
    balance = balance == null ? ExpertBalance.NONE : balance;
    changes = changes == null ? List.of() : List.copyOf(changes);
  }

  /**
   * The progress after one more round.
   *
   * @param steps of the round, of each replica
   * @param minibatches of the round, as are examples and tokens
   */
  public RunProgress afterRound(
      int steps, int minibatches, long examples, long tokens, ExpertBalance balance) {
    return new RunProgress(
        VERSION,
        round + 1,
        iteration + steps,
        this.minibatches + minibatches,
        this.examples + examples,
        this.tokens + tokens,
        data,
        heldOut,
        balance,
        changes);
  }

  /**
   * The same progress under other settings.
   *
   * @param settings that differ; if there are none, no change is recorded
   * @param data fingerprints of what is trained on from now on
   * @param heldOut fingerprints of what losses are measured on from now on
   */
  public RunProgress changed(
      List<SettingsChange.Setting> settings, List<String> data, List<String> heldOut) {
    List<SettingsChange> all = new ArrayList<>(changes);
    if (!settings.isEmpty()) {
      all.add(new SettingsChange(round, iteration, examples, !data.equals(this.data), settings));
    }
    return new RunProgress(
        VERSION, round, iteration, minibatches, examples, tokens, data, heldOut, balance, all);
  }

  /** The last change of settings; at 0 if there was none. */
  public SettingsChange lastChange() {
    return changes.isEmpty() ? SettingsChange.NONE : changes.get(changes.size() - 1);
  }

  /** Steps that each replica had done before the last round, if that was not a shorter one. */
  public int iterationBefore() {
    int rounds = Math.max(1, round - lastChange().round()); // since then of the same length
    return iteration - (iteration - lastChange().iteration()) / rounds;
  }

  /** Examples trained on before the present data. */
  public long examplesOfOtherData() {
    return changes.stream()
        .filter(SettingsChange::newData)
        .mapToLong(SettingsChange::examples)
        .max()
        .orElse(0);
  }

  /** The round after which the held-out rows last changed; 0 if they never did. */
  public int heldOutSince() {
    return changes.stream()
        .filter(change -> change.concernsAny(HELD_OUT_ROWS))
        .mapToInt(SettingsChange::round)
        .max()
        .orElse(0);
  }

  /** Before the first round. */
  public static RunProgress start(List<String> data, List<String> heldOut, ExpertBalance balance) {
    return new RunProgress(VERSION, 0, 0, 0, 0, 0, data, heldOut, balance, List.of());
  }
}
