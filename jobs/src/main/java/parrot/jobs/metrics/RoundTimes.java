package parrot.jobs.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import parrot.datasets.DataException;

/**
 * Where the time of a round went, and how much it sent. Seconds count from the begin of the round.
 *
 * @param begin of the round, milliseconds since 1970
 * @param spans in the order they began; a phase may come more than once, or not at all
 * @param replicas by number
 * @param bytesOut from the state to the replicas
 * @param bytesIn from the replicas to where they are averaged
 */
public record RoundTimes(
    long begin, List<Span> spans, List<Replica> replicas, long bytesOut, long bytesIn) {
  /** What a round does, in its usual order. */
  public enum Phase {
    /** Which replica sees which rows. */
    PLAN,
    /** The replicas' steps. */
    COMPUTE,
    /** Differences on their way, and their mean. */
    EXCHANGE,
    /** From the mean to the next state. */
    OUTER_STEP,
    CHECKPOINT,
    /** Losses on examples that are not trained on. */
    HELD_OUT;

    /** Name in files, in lower case. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }

    private static Phase of(String key) {
      for (Phase phase : values()) {
        if (phase.key().equals(key)) {
          return phase;
        }
      }
      throw new DataException("Invalid phase: " + key + " (must be one of " + keys() + ")");
    }

    private static List<String> keys() {
      List<String> keys = new ArrayList<>();
      for (Phase phase : values()) {
        keys.add(phase.key());
      }
      return keys;
    }
  }

  /** One stretch of time. */
  public record Span(Phase phase, double start, double seconds) {
    public Span {
      requireTime("start", start);
      requireTime("seconds", seconds);
    }

    public double end() {
      return start + seconds;
    }
  }

  /**
   * A replica's steps.
   *
   * @param executor Spark's id of it
   * @param start by the clock of its host, which may differ from the driver's
   * @param seconds from its first step to its last
   */
  public record Replica(int number, String executor, String host, double start, double seconds) {
    public Replica {
      requireTime("start", start);
      requireTime("seconds", seconds);
    }
  }

  public RoundTimes {
    spans = spans.stream().sorted(Comparator.comparingDouble(Span::start)).toList();
    replicas = replicas.stream().sorted(Comparator.comparingInt(Replica::number)).toList();
    if (bytesOut < 0 || bytesIn < 0) {
      throw new IllegalArgumentException(
          "Invalid bytes: out " + bytesOut + ", in " + bytesIn + " (must not be negative)");
    }
  }

  private static void requireTime(String name, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException("Invalid " + name + ": " + value + " (must be >= 0)");
    }
  }

  /** Seconds by phase; no phase that did not occur. */
  public Map<Phase, Double> seconds() {
    Map<Phase, Double> sums = new EnumMap<>(Phase.class);
    spans.forEach(span -> sums.merge(span.phase(), span.seconds(), Double::sum));
    return sums;
  }

  /** When the last phase ended. */
  public double end() {
    return spans.stream().mapToDouble(Span::end).max().orElse(0);
  }

  /** Seconds that a replica waited for the slowest. */
  public double waiting(Replica replica) {
    return slowest() - replica.seconds();
  }

  /** Sum of the seconds that replicas waited for the slowest. */
  public double waiting() {
    return replicas.stream().mapToDouble(this::waiting).sum();
  }

  private double slowest() {
    return replicas.stream().mapToDouble(Replica::seconds).max().orElse(0);
  }

  /** The value of {@code phases} in the metrics file. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("begin", begin);
    json.put("bytes_out", bytesOut);
    json.put("bytes_in", bytesIn);
    json.put("waiting_seconds", waiting());
    ArrayNode spanNodes = json.putArray("spans");
    for (Span span : spans) {
      ObjectNode node = spanNodes.addObject();
      node.put("phase", span.phase().key());
      node.put("start", span.start());
      node.put("seconds", span.seconds());
    }
    ArrayNode replicaNodes = json.putArray("replicas");
    for (Replica replica : replicas) {
      ObjectNode node = replicaNodes.addObject();
      node.put("replica", replica.number());
      node.put("executor", replica.executor());
      node.put("host", replica.host());
      node.put("start", replica.start());
      node.put("seconds", replica.seconds());
      node.put("waiting_seconds", waiting(replica));
    }
    return json;
  }

  /**
   * The inverse of {@link #toJson}.
   *
   * @throws DataException if it is damaged
   */
  static RoundTimes fromJson(JsonNode json) {
    List<Span> spans = new ArrayList<>();
    for (JsonNode node : json.path("spans")) {
      String phase = required(node, "phase").asText();
      spans.add(
          new Span(Phase.of(phase), notNegative(node, "start"), notNegative(node, "seconds")));
    }
    List<Replica> replicas = new ArrayList<>();
    for (JsonNode node : json.path("replicas")) {
      replicas.add(
          new Replica(
              required(node, "replica").asInt(),
              required(node, "executor").asText(),
              required(node, "host").asText(),
              notNegative(node, "start"),
              notNegative(node, "seconds")));
    }
    return new RoundTimes(
        required(json, "begin").asLong(),
        spans,
        replicas,
        (long) notNegative(json, "bytes_out"),
        (long) notNegative(json, "bytes_in"));
  }

  private static JsonNode required(JsonNode node, String key) {
    JsonNode value = node.path(key);
    if (!value.isValueNode() || value.isNull()) {
      throw new DataException("Cannot read the phases of a round: " + key + " is missing");
    }
    return value;
  }

  private static double notNegative(JsonNode node, String key) {
    double value = required(node, key).asDouble(Double.NaN);
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new DataException(
          "Cannot read the phases of a round: "
              + key
              + " is "
              + node.path(key)
              + " (must be >= 0)");
    }
    return value;
  }
}
