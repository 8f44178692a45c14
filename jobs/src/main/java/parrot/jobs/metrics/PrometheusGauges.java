package parrot.jobs.metrics;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.MetricsSystem;
import org.apache.spark.metrics.source.Source;
import scala.collection.JavaConverters;

/**
 * What a training run tells Spark's metrics, for whatever sinks the cluster has. Through Spark's
 * Prometheus servlet, {@code loss} is {@code metrics_<namespace>_driver_training_loss_Value}.
 *
 * <p>Gauges hold the last round; counters add up rounds since {@link #register}.
 */
public final class PrometheusGauges implements AutoCloseable {
  static final String SOURCE = "training";

  private static final String PHASE = "phase_seconds.";

  /** A gauge is there before its first value is. */
  private static final double NOTHING_YET = Double.NaN;

  /**
   * What a round did.
   *
   * @param round done, counted from 1
   * @param loss mean over the round's supervised tokens
   * @param heldOutLoss NaN where it was not measured after this round; the last one stays then
   * @param examples of the round
   * @param tokens of the round
   * @param exchangeBytes to the replicas and from them
   * @param maxViolation of the experts' load; NaN where no image was routed
   * @param seconds that the round took
   * @param phaseSeconds by phase, such as {@code outer_step}
   */
  public record Round(
      long round,
      double loss,
      double heldOutLoss,
      long examples,
      long tokens,
      long exchangeBytes,
      double maxViolation,
      double seconds,
      Map<String, Double> phaseSeconds) {
    public Round {
      phaseSeconds = Map.copyOf(phaseSeconds);
    }
  }

  private final MetricsSystem system;
  private final Training source = new Training();

  private PrometheusGauges(MetricsSystem system) {
    this.system = system;
  }

  /**
   * Makes the numbers known to the metrics system of a context, in the place of those of an earlier
   * run in this process. They are readable until {@link #close}.
   */
  public static PrometheusGauges register(SparkContext spark) {
    if (spark.isStopped()) {
      throw new IllegalStateException("Cannot register metrics: Spark is stopped");
    }
    MetricsSystem system = SparkEnv.get().metricsSystem();
    registered(system).forEach(system::removeSource);
    PrometheusGauges metrics = new PrometheusGauges(system);
    system.registerSource(metrics.source);
    return metrics;
  }

  /** Takes the numbers of a round; to be called once for each. */
  public void update(Round round) {
    source.update(round);
  }

  /** Does nothing where a later run has taken the place. */
  @Override
  public void close() {
    // Spark removes by name, and the name is every run's.
    if (registered(system).contains(source)) {
      system.removeSource(source);
    }
  }

  private static List<Source> registered(MetricsSystem system) {
    return List.copyOf(JavaConverters.seqAsJavaList(system.getSourcesByName(SOURCE)));
  }

  private static final class Training implements Source {
    private final MetricRegistry registry = new MetricRegistry();
    private final Map<String, Double> values = new ConcurrentHashMap<>();
    private final Counter examples = registry.counter("examples");
    private final Counter tokens = registry.counter("tokens");
    private final Counter exchangeBytes = registry.counter("exchange_bytes");

    Training() {
      for (String name :
          new String[] {"round", "loss", "held_out_loss", "max_violation", "round_seconds"}) {
        gauge(name);
      }
    }

    private void gauge(String name) {
      Gauge<Double> gauge = () -> values.getOrDefault(name, NOTHING_YET);
      registry.register(name, gauge);
    }

    void update(Round round) {
      values.put("round", (double) round.round());
      values.put("loss", round.loss());
      if (!Double.isNaN(round.heldOutLoss())) {
        values.put("held_out_loss", round.heldOutLoss());
      }
      values.put("max_violation", round.maxViolation());
      values.put("round_seconds", round.seconds());
      examples.inc(round.examples());
      tokens.inc(round.tokens());
      exchangeBytes.inc(round.exchangeBytes());
      // A phase that this round did without, such as a checkpoint, took no time.
      values.replaceAll((name, value) -> name.startsWith(PHASE) ? 0.0 : value);
      round.phaseSeconds().forEach((phase, seconds) -> put(PHASE + phase, seconds));
    }

    private void put(String name, double value) {
      values.put(name, value);
      if (!registry.getNames().contains(name)) {
        gauge(name);
      }
    }

    @Override
    public String sourceName() {
      return SOURCE;
    }

    @Override
    public MetricRegistry metricRegistry() {
      return registry;
    }
  }
}
