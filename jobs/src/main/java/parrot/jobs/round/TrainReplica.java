package parrot.jobs.round;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.deeplearning4j.nn.graph.ComputationGraph;
import parrot.datasets.order.Minibatch;
import parrot.jobs.balance.LoadStretches;
import parrot.jobs.spark.EnvironmentCheck;
import parrot.jobs.spark.ProcessMemory;
import parrot.jobs.spark.TaskDevice;
import parrot.jobs.state.Kept;
import parrot.jobs.state.ReplicaOutcome;
import parrot.jobs.state.ReplicaPiece;
import parrot.jobs.state.RouterOutcome;
import parrot.jobs.state.StateReader;
import parrot.jobs.state.StateWork;
import parrot.model.dl4j.NetworkSpec;
import parrot.model.dl4j.OptimizerSpec;
import parrot.model.dl4j.ParrotGraph;
import parrot.model.dl4j.ParrotGraphVertex;
import parrot.model.exchange.ExchangeFormat;
import parrot.model.exchange.StateLayout;
import parrot.model.layer.Routing;
import parrot.model.network.Tally;

/**
 * Trains a replica for one round: restores the state, then takes a step for each minibatch. The
 * same state, plan and kept chunks give the same bytes on every executor.
 *
 * @param before what each replica has kept in the round before
 * @param after what it keeps in this round
 * @param overlap steps after which the replica exchanges what it gave to the last average for that
 *     average, if it goes on from there
 * @param iteration steps of each replica so far, which the schedule and Adam's correction count
 * @param routing how the router is steered; null for what the model's configuration says
 */
record TrainReplica(
    NetworkSpec network,
    OptimizerSpec optimizer,
    Kept before,
    Kept after,
    ExchangeFormat exchange,
    int overlap,
    int iteration,
    Routing routing,
    RowLoader loader)
    implements StateWork<ReplicaPlan, ReplicaPiece> {

  /** A round is looked at in so many stretches, each of many images and yet short. */
  private static final int STRETCHES = 4;

  static TrainReplica of(RoundSettings settings, RoundPlan plan, RowLoader loader) {
    return new TrainReplica(
        settings.network(),
        settings.optimizer(),
        settings.kept(plan.round() - 1),
        settings.kept(plan.round()),
        settings.averaging().exchange(),
        settings.averaging().overlap(),
        plan.iteration(),
        plan.routing(),
        loader);
  }

  /**
   * @param own what the replica kept in its last round
   * @return a piece for each chunk, the first chunk's last, with the outcome; if the replica has
   *     nothing to give, that one alone
   */
  @Override
  public Iterator<ReplicaPiece> run(ReplicaPlan plan, StateReader state, StateReader own)
      throws Exception {
    EnvironmentCheck.logOnExecutor();
    TaskDevice.lease(network.kernels());
    long began = System.nanoTime();
    return run(GraphPool.take(network, optimizer), plan, state, own, began);
  }

  private ReplicaPieces run(
      ComputationGraph graph, ReplicaPlan plan, StateReader state, StateReader own, long began)
      throws IOException {
    StateLayout layout = after.layout();
    StartValues start = new StartValues(before, state, own);
    GraphRestore.parameters(graph, layout, start::chunk);
    GraphRestore.moments(graph, layout, start::chunk, iteration);
    GraphRestore.routing(graph, routing);
    double restoreSeconds = secondsSince(began);
    long wall = System.currentTimeMillis();
    long first = System.nanoTime();
    LoadStretches stretches = new LoadStretches();
    Exchange pending = new Exchange(graph, start);
    String divergence = train(graph, plan, stretches, pending);
    double trainSeconds = secondsSince(first) - pending.seconds;
    Tally tally = ParrotGraph.vertex(graph).takeTally();
    ReplicaOutcome outcome =
        new ReplicaOutcome(
            plan.replica(),
            tally,
            new RouterOutcome(selectionBias(graph), stretches.maxViolation()),
            divergence,
            SparkEnv.get().executorId(),
            SparkEnv.get().blockManager().blockManagerId().host(),
            wall,
            restoreSeconds,
            trainSeconds,
            0,
            0,
            ProcessMemory.now().orElse(null));
    boolean gives = divergence == null && !plan.minibatches().isEmpty();
    return new ReplicaPieces(this, graph, start, outcome, gives);
  }

  private static List<Double> selectionBias(ComputationGraph graph) {
    Routing reached = ParrotGraph.vertex(graph).routing();
    return reached == null ? List.of() : reached.selectionBias();
  }

  private static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }

  /**
   * @return the first non-finite value and its step, or null
   */
  private String train(
      ComputationGraph graph, ReplicaPlan plan, LoadStretches stretches, Exchange pending)
      throws IOException {
    ParrotGraphVertex vertex = ParrotGraph.vertex(graph);
    int step = 0;
    for (Minibatch minibatch : plan.minibatches()) {
      step++;
      graph.fit(loader.load(minibatch));
      pending.after(step, plan.minibatches().size());
      if (endsStretch(step, plan.minibatches().size())) {
        stretches.end(vertex.load());
      }
      if (!Double.isFinite(graph.score())) {
        return "the loss of step " + step + " is " + graph.score();
      }
      if (!Double.isFinite(vertex.lastGradientNorm())) {
        return "the gradient's norm of step " + step + " is " + vertex.lastGradientNorm();
      }
    }
    return vertex.state().parameters().isFinite()
        ? null
        : "a parameter is no number after " + plan.minibatches().size() + " steps";
  }

  private static boolean endsStretch(int step, int steps) {
    return step * STRETCHES / steps > (step - 1) * STRETCHES / steps;
  }

  /** What a replica does for the last average after {@link #overlap} steps, or after its last. */
  private final class Exchange {
    private final ComputationGraph graph;
    private final StartValues start;
    private double seconds;

    Exchange(ComputationGraph graph, StartValues start) {
      this.graph = graph;
      this.start = start;
    }

    void after(int step, int steps) {
      if (before.contributions() && step == Math.min(overlap, steps)) {
        long began = System.nanoTime();
        double[] decays = {Math.pow(optimizer.beta1(), step), Math.pow(optimizer.beta2(), step)};
        start.exchange(graph, decays);
        seconds = secondsSince(began);
      }
    }
  }
}
