package parrot.jobs.round;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.SparkEnv;
import org.deeplearning4j.nn.graph.ComputationGraph;
import parrot.datasets.order.Minibatch;
import parrot.jobs.balance.LoadStretches;
import parrot.jobs.spark.EnvironmentCheck;
import parrot.jobs.spark.ProcessMemory;
import parrot.jobs.spark.TaskDevice;
import parrot.jobs.state.ReplicaOutcome;
import parrot.jobs.state.ReplicaPiece;
import parrot.jobs.state.RouterOutcome;
import parrot.jobs.state.StateChunk;
import parrot.jobs.state.StateReader;
import parrot.jobs.state.StateWork;
import parrot.model.dl4j.NetworkSpec;
import parrot.model.dl4j.OptimizerSpec;
import parrot.model.dl4j.ParrotGraph;
import parrot.model.dl4j.ParrotGraphVertex;
import parrot.model.exchange.ExchangeFormat;
import parrot.model.exchange.StateLayout;
import parrot.model.exchange.StateLayout.Chunk;
import parrot.model.exchange.StateLayout.Section;
import parrot.model.layer.Routing;
import parrot.model.network.Tally;

/**
 * Trains a replica for one round: restores the state, then takes a step for each minibatch. The
 * same state, plan and residuals give the same bytes on every executor.
 *
 * @param iteration steps of each replica so far, which the schedule and Adam's correction count
 * @param routing how the router is steered; null for what the model's configuration says
 */
record TrainReplica(
    NetworkSpec network,
    OptimizerSpec optimizer,
    StateLayout layout,
    ExchangeFormat exchange,
    int iteration,
    Routing routing,
    RowLoader loader)
    implements StateWork<ReplicaPlan, ReplicaPiece> {

  private static final double[] NO_LOAD = {};

  /** A round is looked at in so many stretches, each of many images and yet short. */
  private static final int STRETCHES = 4;

  static TrainReplica of(RoundSettings settings, RoundPlan plan, RowLoader loader) {
    return new TrainReplica(
        settings.network(),
        settings.optimizer(),
        settings.layout(),
        settings.averaging().exchange(),
        plan.iteration(),
        plan.routing(),
        loader);
  }

  /**
   * @param residuals of the replica's last round, if the exchange format keeps them
   * @return a piece for each chunk, the first chunk's last, with the outcome; if the replica has
   *     nothing to give, that one alone
   */
  @Override
  public Iterator<ReplicaPiece> run(ReplicaPlan plan, StateReader state, StateReader residuals)
      throws Exception {
    EnvironmentCheck.logOnExecutor();
    TaskDevice.select();
    long began = System.nanoTime();
    ComputationGraph graph = GraphPool.take(network, optimizer);
    byte[][] before = exchange == ExchangeFormat.F32 ? null : new byte[layout.parameterChunks()][];
    GraphRestore.parameters(graph, layout, state, before);
    GraphRestore.moments(graph, layout, state, iteration);
    GraphRestore.routing(graph, routing);
    double restoreSeconds = secondsSince(began);
    long wall = System.currentTimeMillis();
    long first = System.nanoTime();
    LoadStretches stretches = new LoadStretches();
    String divergence = train(graph, plan, stretches);
    double trainSeconds = secondsSince(first);
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
    return new Pieces(graph, plan.replica(), gives, tally, before, residuals, outcome);
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
  private String train(ComputationGraph graph, ReplicaPlan plan, LoadStretches stretches)
      throws IOException {
    ParrotGraphVertex vertex = ParrotGraph.vertex(graph);
    int step = 0;
    for (Minibatch minibatch : plan.minibatches()) {
      step++;
      graph.fit(loader.load(minibatch));
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

  /** Encodes each chunk on demand, so that only one is in memory twice. */
  private final class Pieces implements Iterator<ReplicaPiece> {
    private final ComputationGraph graph;
    private final int replica;
    private final boolean gives;
    private final long examples;
    private final double[] load;
    private final byte[][] before;
    private final StateReader residuals;
    private final ReplicaOutcome outcome;
    private int next;
    private boolean done;
    private long bytes;
    private double seconds;

    Pieces(
        ComputationGraph graph,
        int replica,
        boolean gives,
        Tally tally,
        byte[][] before,
        StateReader residuals,
        ReplicaOutcome outcome) {
      this.graph = graph;
      this.replica = replica;
      this.gives = gives;
      this.examples = tally.samples();
      this.load = tally.load().images() > 0 ? tally.load().weights() : NO_LOAD;
      this.before = before;
      this.residuals = residuals;
      this.outcome = outcome;
      // The outcome goes with chunk 0, and is complete when all others are encoded.
      this.next = 1;
    }

    @Override
    public boolean hasNext() {
      return !done;
    }

    @Override
    public ReplicaPiece next() {
      if (done) {
        throw new NoSuchElementException();
      }
      int last = gives ? layout.count() : exchange.keepsResidual() ? layout.parameterChunks() : 0;
      boolean isLast = next >= last;
      int chunk = isLast ? 0 : next++;
      long began = System.nanoTime();
      byte[] residual = residual(chunk);
      byte[] encoded = gives ? encode(layout.chunk(chunk), residual) : null;
      seconds += secondsSince(began);
      bytes += encoded == null ? 0 : encoded.length;
      if (isLast) {
        done = true;
        GraphPool.giveBack(network, optimizer, graph);
      }
      return new ReplicaPiece(
          chunk,
          replica,
          examples,
          encoded,
          load,
          residual,
          isLast ? outcome.withEncoding(seconds, bytes) : null);
    }

    /** A copy: a repeated task begins with the old residual. */
    private byte[] residual(int chunk) {
      if (!exchange.keepsResidual() || chunk >= layout.parameterChunks()) {
        return null;
      }
      StateChunk old = residuals.chunk(chunk);
      return old == null
          ? new byte[Float.BYTES * layout.chunk(chunk).length()]
          : old.values().clone();
    }

    private byte[] encode(Chunk chunk, byte[] residual) {
      ByteBuffer values = GraphRestore.memory(graph, chunk);
      if (chunk.section() == Section.MOMENTS) {
        return exchange.forMoments().encode(values, null, null);
      }
      byte[] old = before == null ? null : before[chunk.index()];
      if (old != null) {
        before[chunk.index()] = null; // makes room for the residual
      }
      return exchange.encode(values, old, residual);
    }
  }
}
