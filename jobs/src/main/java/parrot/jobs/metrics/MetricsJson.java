package parrot.jobs.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import parrot.datasets.DataException;
import parrot.jobs.balance.BalanceReport;
import parrot.jobs.balance.Verdict;
import parrot.jobs.metrics.MetricsLine.Counts;
import parrot.jobs.metrics.MetricsLine.HeldOut;
import parrot.jobs.metrics.MetricsLine.LanguageLoss;
import parrot.jobs.metrics.MetricsLine.Progress;
import parrot.jobs.metrics.MetricsLine.Training;

/** Lines of the metrics file as JSON. Numbers that a line lacks are read as NaN or 0. */
final class MetricsJson {
  private static final String BALANCE = "balance";
  private static final String HELD_OUT = "held_out";
  private static final String OWN_RATES = "learning_rates";
  private static final String PHASES = "phases";
  private static final String MEMORY = "memory";

  private MetricsJson() {}

  static ObjectNode write(MetricsLine line) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("round", line.progress().round());
    json.put("rounds", line.progress().rounds());
    json.put("step", line.progress().step());
    json.put("examples", line.progress().examples());
    json.put("tokens", line.progress().tokens());
    json.put("epoch", line.progress().epoch());
    line.training()
        .ifPresent(
            training -> {
              json.put("loss", training.loss());
              json.put("learning_rate", training.learningRate());
              if (!training.ownRates().isEmpty()) {
                ObjectNode rates = json.putObject(OWN_RATES);
                training.ownRates().forEach(rates::put);
              }
              json.put("examples_per_second", training.examplesPerSecond());
              json.put("seconds", training.seconds());
              json.put("overhead_seconds", training.overheadSeconds());
            });
    line.counts()
        .ifPresent(
            counts -> {
              json.put("gradient_norm", counts.gradientNorm());
              json.put("tokens_per_second", counts.tokensPerSecond());
              json.put("supervised_tokens", counts.supervisedTokens());
              writeLosses(json.putObject("languages"), counts.languages());
              writeRows(json.putObject("routing"), counts.routing());
            });
    if (!line.dropped().isEmpty()) {
      line.dropped().forEach(json.putArray("dropped")::add);
    }
    if (!line.notes().isEmpty()) {
      line.notes().forEach(json.putArray("notes")::add);
    }
    line.balance().ifPresent(balance -> writeBalance(json.putObject(BALANCE), balance));
    line.heldOut()
        .ifPresent(
            heldOut -> {
              ObjectNode node = json.putObject(HELD_OUT);
              node.put("loss", heldOut.loss());
              node.put("examples", heldOut.examples());
              if (!Double.isNaN(heldOut.redundancy())) {
                node.put("redundancy", heldOut.redundancy());
              }
              writeLosses(node.putObject("languages"), heldOut.languages());
              writeRows(node.putObject("routing"), heldOut.routing());
            });
    line.times().ifPresent(times -> json.set(PHASES, times.toJson()));
    line.memory().ifPresent(memory -> json.set(MEMORY, memory.toJson()));
    return json;
  }

  static MetricsLine read(JsonNode json) {
    return new MetricsLine(
        new Progress(
            json.path("round").asInt(),
            json.path("rounds").asInt(),
            json.path("step").asInt(),
            json.path("examples").asLong(),
            json.path("tokens").asLong(),
            number(json, "epoch")),
        json.has("loss") ? Optional.of(training(json)) : Optional.empty(),
        json.has("gradient_norm") ? Optional.of(counts(json)) : Optional.empty(),
        list(json.path("dropped"), JsonNode::asText),
        list(json.path("notes"), JsonNode::asText),
        part(json, BALANCE).map(MetricsJson::balance),
        part(json, HELD_OUT).map(MetricsJson::heldOut),
        part(json, PHASES).map(RoundTimes::fromJson),
        part(json, MEMORY).map(RunMemory::fromJson));
  }

  private static Optional<JsonNode> part(JsonNode json, String key) {
    return json.hasNonNull(key) ? Optional.of(json.path(key)) : Optional.empty();
  }

  private static double number(JsonNode json, String key) {
    return json.path(key).asDouble(Double.NaN);
  }

  private static <T> List<T> list(JsonNode array, Function<JsonNode, T> value) {
    List<T> values = new ArrayList<>();
    array.forEach(node -> values.add(value.apply(node)));
    return values;
  }

  private static Training training(JsonNode json) {
    return new Training(
        number(json, "loss"),
        number(json, "learning_rate"),
        numbers(json.path(OWN_RATES)),
        json.path("examples_per_second").asDouble(),
        number(json, "seconds"),
        number(json, "overhead_seconds"));
  }

  private static Map<String, Double> numbers(JsonNode json) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    json.fields().forEachRemaining(one -> numbers.put(one.getKey(), one.getValue().asDouble()));
    return numbers;
  }

  private static Counts counts(JsonNode json) {
    return new Counts(
        number(json, "gradient_norm"),
        number(json, "tokens_per_second"),
        json.path("supervised_tokens").asLong(),
        losses(json.path("languages")),
        rows(json.path("routing")));
  }

  private static HeldOut heldOut(JsonNode json) {
    return new HeldOut(
        number(json, "loss"),
        json.path("examples").asLong(),
        number(json, "redundancy"),
        losses(json.path("languages")),
        rows(json.path("routing")));
  }

  private static void writeLosses(ObjectNode node, Map<String, LanguageLoss> languages) {
    languages.forEach(
        (tag, loss) -> {
          ObjectNode language = node.putObject(tag);
          language.put("loss", loss.loss());
          language.put("examples", loss.examples());
          language.put("supervised_tokens", loss.supervisedTokens());
        });
  }

  private static Map<String, LanguageLoss> losses(JsonNode node) {
    Map<String, LanguageLoss> losses = new LinkedHashMap<>();
    node.fields()
        .forEachRemaining(
            language ->
                losses.put(
                    language.getKey(),
                    new LanguageLoss(
                        number(language.getValue(), "loss"),
                        language.getValue().path("examples").asLong(),
                        language.getValue().path("supervised_tokens").asLong())));
    return losses;
  }

  private static void writeBalance(ObjectNode json, BalanceReport balance) {
    json.put("max_violation", balance.maxViolation());
    json.put("max_violation_run", balance.maxViolationRun());
    json.put("max_violation_within", balance.maxViolationWithin());
    json.put("gini", balance.gini());
    json.put("least_over_most", balance.leastOverMost());
    json.put("entropy", balance.entropy());
    json.put("information", balance.information());
    if (!Double.isNaN(balance.zLoss())) {
      json.put("z_loss", balance.zLoss());
    }
    json.put("verdict", balance.verdict().key());
    balance.deadExperts().forEach(json.putArray("dead_experts")::add);
    addAll(json.putArray("bias"), balance.bias());
    json.put("loss_weight", balance.lossWeight());
    writeRows(json.putObject("matrix"), balance.matrix());
  }

  private static BalanceReport balance(JsonNode json) {
    String verdict = json.path("verdict").asText();
    return new BalanceReport(
        number(json, "max_violation"),
        number(json, "max_violation_run"),
        number(json, "max_violation_within"),
        number(json, "gini"),
        number(json, "least_over_most"),
        number(json, "entropy"),
        number(json, "information"),
        number(json, "z_loss"),
        list(json.path("dead_experts"), JsonNode::asInt),
        rows(json.path("matrix")),
        list(json.path("bias"), JsonNode::asDouble),
        number(json, "loss_weight"),
        Verdict.of(verdict)
            .orElseThrow(
                () ->
                    new DataException(
                        "Invalid verdict: "
                            + verdict
                            + " (must be one of "
                            + Arrays.stream(Verdict.values()).map(Verdict::key).toList()
                            + ")")));
  }

  private static void writeRows(ObjectNode node, Map<String, List<Double>> rows) {
    rows.forEach((tag, row) -> addAll(node.putArray(tag), row));
  }

  private static void addAll(ArrayNode array, List<Double> values) {
    values.forEach(array::add);
  }

  private static Map<String, List<Double>> rows(JsonNode json) {
    Map<String, List<Double>> rows = new LinkedHashMap<>();
    json.fields()
        .forEachRemaining(
            entry -> rows.put(entry.getKey(), list(entry.getValue(), JsonNode::asDouble)));
    return rows;
  }
}
