package parrot.jobs.round;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.SparkEnv;
import org.deeplearning4j.core.loader.MultiDataSetLoader;
import org.deeplearning4j.nn.graph.ComputationGraph;
import parrot.jobs.spark.EnvironmentCheck;
import parrot.jobs.spark.TaskDevice;
import parrot.jobs.state.ReplicaPiece;
import parrot.jobs.state.ReplicaReport;
import parrot.jobs.state.StateChunk;
import parrot.jobs.state.StateReader;
import parrot.jobs.state.StateWork;
import parrot.model.dl4j.FlatVectors;
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
 * Trains a replica for one round, from the state through its minibatches. The same state, plan and
 * memories give the same bytes on every executor.
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
    MultiDataSetLoader loader)
    implements StateWork<String, ReplicaPiece> {

  private static final double[] NO_LOAD = {};

  /**
   * @param text a {@link ReplicaPlan}
   * @param memories what the replica's last round has lost, for formats that remember
   * @return a piece for each chunk, the first chunk's last, with the report; that one alone where
   *     there is nothing to give
   */
  @Override
  public Iterator<ReplicaPiece> run(String text, StateReader state, StateReader memories)
      throws Exception {
    EnvironmentCheck.logOnExecutor();
    TaskDevice.select();
    ReplicaPlan plan = ReplicaPlan.parse(text);
    long began = System.nanoTime();
    ComputationGraph graph = GraphPool.take(network, optimizer);
    byte[][] before = exchange == ExchangeFormat.F32 ? null : new byte[layout.parameterChunks()][];
    GraphRestore.parameters(graph, layout, state, before);
    GraphRestore.moments(graph, layout, state, iteration);
    GraphRestore.routing(graph, routing);
    double restoreSeconds = secondsSince(began);
    long wall = System.currentTimeMillis();
    long first = System.nanoTime();
    String divergence = train(graph, plan);
    double trainSeconds = secondsSince(first);
    Tally tally = ParrotGraph.vertex(graph).takeTally();
    ReplicaReport report =
        new ReplicaReport(
            plan.replica(),
            tally,
            divergence,
            SparkEnv.get().executorId(),
            SparkEnv.get().blockManager().blockManagerId().host(),
            wall,
            restoreSeconds,
            trainSeconds,
            0,
            0);
    boolean gives = divergence == null && !plan.minibatches().isEmpty();
    return new Pieces(graph, plan.replica(), gives, tally, before, memories, report);
  }

  private static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }

  /**
   * @return what is no number and when, or null
   */
  private String train(ComputationGraph graph, ReplicaPlan plan) throws IOException {
    ParrotGraphVertex vertex = ParrotGraph.vertex(graph);
    for (int step = 1; step <= plan.minibatches().size(); step++) {
      graph.fit(loader.load(new MinibatchLoader.Line(plan.minibatches().get(step - 1))));
      if (!Double.isFinite(graph.score())) {
        return "the loss of step " + step + " is " + graph.score();
      }
      if (!Double.isFinite(vertex.lastGradientNorm())) {
        return "the gradient's norm of step " + step + " is " + vertex.lastGradientNorm();
      }
    }
    return FlatVectors.isFinite(graph.params())
        ? null
        : "a parameter is no number after " + plan.minibatches().size() + " steps";
  }

  /** Encodes a chunk when it is asked for, so that only one is in memory twice. */
  private final class Pieces implements Iterator<ReplicaPiece> {
    private final ComputationGraph graph;
    private final int replica;
    private final boolean gives;
    private final long examples;
    private final double[] load;
    private final byte[][] before;
    private final StateReader memories;
    private final ReplicaReport report;
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
        StateReader memories,
        ReplicaReport report) {
      this.graph = graph;
      this.replica = replica;
      this.gives = gives;
      this.examples = tally.samples();
      this.load = tally.load().images() > 0 ? tally.load().weights() : NO_LOAD;
      this.before = before;
      this.memories = memories;
      this.report = report;
      // The report goes with chunk 0, and is complete when all others are encoded.
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
      int last = gives ? layout.count() : exchange.remembers() ? layout.parameterChunks() : 0;
      boolean isLast = next >= last;
      int chunk = isLast ? 0 : next++;
      long began = System.nanoTime();
      byte[] memory = memory(chunk);
      byte[] encoded = gives ? encode(layout.chunk(chunk), memory) : null;
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
          memory,
          isLast ? report.withEncoding(seconds, bytes) : null);
    }

    /** A copy: a task that is run again begins with the old one. */
    private byte[] memory(int chunk) {
      if (!exchange.remembers() || chunk >= layout.parameterChunks()) {
        return null;
      }
      StateChunk remembered = memories.chunk(chunk);
      return remembered == null
          ? new byte[Float.BYTES * layout.chunk(chunk).length()]
          : remembered.values().clone();
    }

    private byte[] encode(Chunk chunk, byte[] memory) {
      ByteBuffer values = GraphRestore.memory(graph, chunk);
      if (chunk.section() == Section.MOMENTS) {
        return exchange.forMoments().encode(values, null, null);
      }
      byte[] old = before == null ? null : before[chunk.index()];
      if (old != null) {
        before[chunk.index()] = null; // room for what is remembered
      }
      return exchange.encode(values, old, memory);
    }
  }
}
