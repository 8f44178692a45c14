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
import parrot.jobs.balance.BalanceReport;
import parrot.jobs.round.RoundOutcome;
import scala.collection.JavaConverters;

/**
 * A training run's numbers in Spark's metrics, for all sinks of the cluster. In Spark's Prometheus
 * servlet, {@code loss} is {@code metrics_<namespace>_driver_training_loss_Value}.
 *
 * <p>Gauges hold the last round; counters add up rounds since {@link #register}.
 */
public final class PrometheusGauges implements AutoCloseable {
  static final String SOURCE = "training";

  private static final String PHASE = "phase_seconds.";

  /** A gauge exists before its first value. */
  private static final double NOTHING_YET = Double.NaN;

  private final MetricsSystem system;
  private final Training source = new Training();

  private PrometheusGauges(MetricsSystem system) {
    this.system = system;
  }

  /**
   * Registers the numbers with the metrics system of a context, in place of those of an earlier run
   * in this process. They are readable until {@link #close}.
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

  /**
   * Takes the numbers of a round; to be called once for each.
   *
   * @param line what is told about the outcome
   */
  public void update(RoundOutcome outcome, MetricsLine line) {
    source.update(outcome, line);
  }

  /** Does nothing if a later run has registered. */
  @Override
  public void close() {
    // Spark removes by name, which all runs share.
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

    void update(RoundOutcome outcome, MetricsLine line) {
      values.put("round", (double) line.progress().round());
      values.put("loss", line.loss());
      line.heldOut().ifPresent(heldOut -> values.put("held_out_loss", heldOut.loss()));
      values.put(
          "max_violation", line.balance().map(BalanceReport::maxViolation).orElse(NOTHING_YET));
      values.put(
          "round_seconds", line.training().map(MetricsLine.Training::seconds).orElse(NOTHING_YET));
      examples.inc(outcome.examples());
      tokens.inc(outcome.tally().tokens());
      exchangeBytes.inc(outcome.bytesOut() + outcome.bytesIn());
      // A phase that did not occur in this round, such as a checkpoint, took no time.
      values.replaceAll((name, value) -> name.startsWith(PHASE) ? 0.0 : value);
      line.times()
          .ifPresent(
              times ->
                  times.seconds().forEach((phase, seconds) -> put(PHASE + phase.key(), seconds)));
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
