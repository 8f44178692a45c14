package parrot.jobs.metrics;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import parrot.jobs.balance.BalanceReport;
import parrot.jobs.checkpoint.RunProgress;
import parrot.jobs.round.MinibatchLoader;
import parrot.model.network.Tally;

/**
 * What is told about a round, on the console and in the metrics file.
 *
 * @param rounds of the whole run
 * @param epoch of the data after the round, as a fraction
 * @param examples of the round; 0 for what was measured before the first
 * @param tally of its replicas; empty where nobody counts
 * @param loss mean per supervised token
 * @param learningRate of the round's last step
 * @param seconds that the round took, without measuring and writing
 * @param trainSeconds of them spent in steps, by the slowest replica
 * @param dropped replicas that do not count, in words
 * @param balance of the experts; empty where no image was routed
 */
public record MetricsLine(
    RunProgress state,
    int rounds,
    double epoch,
    long examples,
    Tally tally,
    double loss,
    double learningRate,
    double seconds,
    double trainSeconds,
    List<String> dropped,
    Optional<BalanceReport> balance,
    Optional<Tally> heldOut) {

  /** Of what was measured before the first round. */
  public static MetricsLine before(RunProgress state, int rounds, Tally heldOut) {
    return new MetricsLine(
        state,
        rounds,
        0,
        0,
        new Tally(),
        Double.NaN,
        0,
        0,
        0,
        List.of(),
        Optional.empty(),
        Optional.of(heldOut));
  }

  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("round", state.round());
    json.put("rounds", rounds);
    json.put("step", state.iteration());
    json.put("examples", state.examples());
    json.put("tokens", state.tokens());
    json.put("epoch", epoch);
    if (examples > 0) {
      json.put("loss", loss);
      json.put("learning_rate", learningRate);
      json.put("examples_per_second", examples / seconds);
      json.put("seconds", seconds);
      json.put("overhead_seconds", seconds - trainSeconds);
    }
    if (tally.samples() > 0) {
      json.put("gradient_norm", tally.meanGradientNorm());
      json.put("tokens_per_second", tally.tokens() / seconds);
      json.put("supervised_tokens", tally.supervisedTokens());
      losses(json.putObject("languages"), tally);
      routing(json.putObject("routing"), tally);
    }
    if (!dropped.isEmpty()) {
      dropped.forEach(json.putArray("dropped")::add);
    }
    balance.ifPresent(experts -> experts.writeTo(json.putObject("balance")));
    heldOut.ifPresent(
        measured -> {
          ObjectNode node = json.putObject("held_out");
          node.put("loss", measured.meanLoss());
          node.put("examples", measured.samples());
          losses(node.putObject("languages"), measured);
          routing(node.putObject("routing"), measured);
        });
    return json;
  }

  private static void losses(ObjectNode node, Tally tally) {
    for (Map.Entry<Integer, Tally.Language> entry : tally.languages().entrySet()) {
      ObjectNode language = node.putObject(tag(entry.getKey()));
      language.put("loss", entry.getValue().meanLoss());
      language.put("examples", entry.getValue().samples());
      language.put("supervised_tokens", entry.getValue().supervisedTokens());
    }
  }

  private static void routing(ObjectNode node, Tally tally) {
    for (Map.Entry<Integer, Tally.Language> entry : tally.languages().entrySet()) {
      double[] weights = entry.getValue().meanRouting();
      if (weights.length > 0) {
        var array = node.putArray(tag(entry.getKey()));
        for (double weight : weights) {
          array.add(weight);
        }
      }
    }
  }

  public static String tag(int language) {
    return MinibatchLoader.LANGUAGES.get(language).tag();
  }

  /** One line with progress and the time left. */
  public String toLine(double secondsLeft) {
    StringBuilder line = new StringBuilder();
    line.append(String.format(Locale.ROOT, "round %d/%d", state.round(), rounds));
    if (examples > 0) {
      line.append(
          String.format(
              Locale.ROOT,
              "  epoch %.2f  loss %.4f  lr %.2e  %.0f examples/s",
              epoch,
              loss,
              learningRate,
              examples / seconds));
    }
    if (tally.samples() > 0) {
      line.append(
          String.format(
              Locale.ROOT,
              "  gradient %.3g  %.0f tokens/s",
              tally.meanGradientNorm(),
              tally.tokens() / seconds));
    }
    heldOut.ifPresent(
        measured -> {
          line.append(String.format(Locale.ROOT, "  held-out %.4f (", measured.meanLoss()));
          String separator = "";
          for (Map.Entry<Integer, Tally.Language> entry : measured.languages().entrySet()) {
            line.append(separator).append(tag(entry.getKey()));
            line.append(String.format(Locale.ROOT, " %.3f", entry.getValue().meanLoss()));
            separator = ", ";
          }
          line.append(')');
        });
    if (secondsLeft > 0) {
      line.append("  ").append(duration(secondsLeft)).append(" left");
    }
    return line.toString();
  }

  static String duration(double seconds) {
    long whole = Math.round(seconds);
    if (whole >= 3600) {
      return whole / 3600 + "h" + String.format(Locale.ROOT, "%02d", whole / 60 % 60) + "m";
    }
    return whole >= 60
        ? whole / 60 + "m" + String.format(Locale.ROOT, "%02d", whole % 60) + "s"
        : whole + "s";
  }
}
