package parrot.jobs.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import parrot.datasets.language.Language;
import parrot.jobs.balance.BalanceReport;
import parrot.jobs.checkpoint.RunProgress;
import parrot.jobs.round.RoundOutcome;
import parrot.model.network.Tally;

/**
 * What is told about a round: a line of the metrics file, and of the console.
 *
 * @param progress of the run after the round
 * @param training of the round; empty for what was measured before the first
 * @param counts of the round's replicas; empty if unknown
 * @param dropped why replicas do not count, a sentence each
 * @param notes what happened to the run beside, a sentence each: changed settings, an early stop
 * @param balance of the experts; empty if no image was routed
 * @param heldOut losses on examples that are not trained on; empty if not measured after this round
 * @param times of the round's phases; empty if unknown
 * @param memory so far; empty if unknown
 */
public record MetricsLine(
    Progress progress,
    Optional<Training> training,
    Optional<Counts> counts,
    List<String> dropped,
    List<String> notes,
    Optional<BalanceReport> balance,
    Optional<HeldOut> heldOut,
    Optional<RoundTimes> times,
    Optional<RunMemory> memory) {

  /**
   * How far the run is.
   *
   * @param round rounds done; 0 before the first
   * @param rounds of the whole run
   * @param step optimizer steps of each replica
   * @param examples trained on
   * @param tokens trained on, visual ones not counted
   * @param epoch of the data, as a fraction
   */
  public record Progress(
      int round, int rounds, int step, long examples, long tokens, double epoch) {
    public static Progress of(RunProgress run, int rounds, double epoch) {
      return new Progress(
          run.round(), rounds, run.iteration(), run.examples(), run.tokens(), epoch);
    }
  }

  /**
   * A round's training.
   *
   * @param loss mean per supervised token
   * @param learningRate of the last step, of parts that have none of their own
   * @param ownRates of the last step, by the name of the part, or of the router, that has its own
   * @param seconds of the round, without measuring and writing
   * @param overheadSeconds of them beside the steps of the slowest replica
   */
  public record Training(
      double loss,
      double learningRate,
      Map<String, Double> ownRates,
      double examplesPerSecond,
      double seconds,
      double overheadSeconds) {
    public static Training of(
        RoundOutcome outcome, double learningRate, Map<String, Double> ownRates, double seconds) {
      return new Training(
          outcome.loss(),
          learningRate,
          ownRates,
          outcome.examples() / seconds,
          seconds,
          seconds - outcome.trainSeconds());
    }
  }

  /**
   * What a round's replicas counted.
   *
   * @param gradientNorm mean over steps, before clipping
   */
  public record Counts(
      double gradientNorm,
      double tokensPerSecond,
      long supervisedTokens,
      Map<String, LanguageLoss> languages,
      Map<String, List<Double>> routing) {
    /** Empty if nothing was counted. */
    public static Optional<Counts> of(Tally tally, double seconds) {
      return tally.samples() == 0
          ? Optional.empty()
          : Optional.of(
              new Counts(
                  tally.meanGradientNorm(),
                  tally.tokens() / seconds,
                  tally.supervisedTokens(),
                  losses(tally),
                  routes(tally)));
    }
  }

  /**
   * Losses on held-out examples.
   *
   * @param loss mean per supervised token
   * @param redundancy root mean square of the cosine between what two experts make of the same
   *     visual token; NaN if no two experts computed
   */
  public record HeldOut(
      double loss,
      long examples,
      double redundancy,
      Map<String, LanguageLoss> languages,
      Map<String, List<Double>> routing) {
    public static HeldOut of(Tally tally) {
      return new HeldOut(
          tally.meanLoss(), tally.samples(), tally.redundancy(), losses(tally), routes(tally));
    }
  }

  /**
   * The loss of a language.
   *
   * @param loss mean per supervised token
   */
  public record LanguageLoss(double loss, long examples, long supervisedTokens) {}

  public MetricsLine {
    dropped = List.copyOf(dropped);
    notes = List.copyOf(notes);
  }

  /** Of what was measured before the first round. */
  public static MetricsLine before(Progress progress, Tally heldOut) {
    return new MetricsLine(
        progress,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.of(HeldOut.of(heldOut)),
        Optional.empty(),
        Optional.empty());
  }

  public MetricsLine withNotes(List<String> added) {
    return new MetricsLine(
        progress, training, counts, dropped, added, balance, heldOut, times, memory);
  }

  private static Map<String, LanguageLoss> losses(Tally tally) {
    Map<String, LanguageLoss> losses = new LinkedHashMap<>();
    tally
        .languages()
        .forEach(
            (index, language) ->
                losses.put(
                    Language.ofIndex(index).tag(),
                    new LanguageLoss(
                        language.meanLoss(), language.samples(), language.supervisedTokens())));
    return losses;
  }

  /** Mean weight of each expert by language; no language without a routed image. */
  private static Map<String, List<Double>> routes(Tally tally) {
    Map<String, List<Double>> routes = new LinkedHashMap<>();
    tally
        .languages()
        .forEach(
            (index, language) -> {
              List<Double> weights = new ArrayList<>();
              for (double weight : language.meanRouting()) {
                weights.add(weight);
              }
              if (!weights.isEmpty()) {
                routes.put(Language.ofIndex(index).tag(), weights);
              }
            });
    return routes;
  }

  /** Mean loss per supervised token; NaN before the first round. */
  public double loss() {
    return training.map(Training::loss).orElse(Double.NaN);
  }

  /** 0 if unknown. */
  public double examplesPerSecond() {
    return training.map(Training::examplesPerSecond).orElse(0.0);
  }

  /** NaN if not measured after this round. */
  public double heldOutLoss() {
    return heldOut.map(HeldOut::loss).orElse(Double.NaN);
  }

  /** Tags of the languages that were measured after this round. */
  public Set<String> heldOutLanguages() {
    return heldOut.map(measured -> measured.languages().keySet()).orElse(Set.of());
  }

  /** Held-out loss of a language; NaN if not measured after this round. */
  public double heldOutLoss(String language) {
    return heldOut
        .map(measured -> measured.languages().get(language))
        .map(LanguageLoss::loss)
        .orElse(Double.NaN);
  }

  /** Mean weight of each expert by language, on held-out examples if measured on them. */
  public Map<String, List<Double>> routing() {
    return heldOut
        .map(HeldOut::routing)
        .filter(routing -> !routing.isEmpty())
        .or(() -> counts.map(Counts::routing))
        .orElse(Map.of());
  }

  /** The line of the metrics file. */
  public ObjectNode toJson() {
    return MetricsJson.write(this);
  }

  /**
   * The inverse of {@link #toJson}. Keys that other versions do not write may be absent.
   *
   * @throws parrot.datasets.DataException if a value is damaged
   */
  public static MetricsLine fromJson(JsonNode json) {
    return MetricsJson.read(json);
  }
}
