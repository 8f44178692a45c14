package parrot.benchmarks.limit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import parrot.benchmarks.side.Side;
import parrot.benchmarks.side.SideRequest;
import parrot.benchmarks.workload.Workload;

/**
 * The products of a step and nothing else, each cut into one block per thread; the threads do not
 * wait for each other in between. Of two ways of compiling a product the faster one is taken.
 */
public final class ProductsSide implements Side {
  /** Of the extra that a step reports: floating-point operations of the products. */
  public static final String OPERATIONS = "operations";

  private static final int TRIALS = 3;
  private static final int FILL = 0x3c; // about 0.01 as bfloat16 and as float32

  private final Team team;
  private final double operations;
  private final List<List<Repeated>> shares = new ArrayList<>();
  private final List<Pointer> memory = new ArrayList<>();

  /** A product, so many times in a row. */
  private record Repeated(Product product, int count) {}

  /**
   * One product alone.
   *
   * @see ProductPlan.Shape
   */
  public static ProductsSide single(
      int m, int n, int k, boolean transposeA, boolean transposeB, int threads) {
    return new ProductsSide(
        ProductPlan.of(new ProductPlan.Shape(m, n, k, transposeA, transposeB)), threads);
  }

  private ProductsSide(ProductPlan plan, int threads) {
    team = new Team(threads);
    operations = plan.operations();
    List<Operands> operands = new ArrayList<>();
    plan.products().forEach((shape, count) -> operands.add(new Operands(shape, count)));
    for (int i = 0; i < threads; i++) {
      shares.add(new ArrayList<>());
    }
    team.run(member -> compile(member, operands));
  }

  /** Builds the products of a request's workload. */
  public static ProductsSide open(SideRequest request) {
    Workload workload = request.workload();
    ProductPlan plan =
        ProductPlan.of(workload.kind(), workload.config(), workload.trained(), request.batch());
    return new ProductsSide(plan, request.threads());
  }

  @Override
  public StepOutcome step() {
    team.run(
        member -> {
          for (Repeated repeated : shares.get(member)) {
            for (int i = 0; i < repeated.count(); i++) {
              repeated.product().run();
            }
          }
        });
    return new StepOutcome(new double[0], Map.of(OPERATIONS, operations));
  }

  private void compile(int member, List<Operands> operands) {
    dnnl_engine engine = new dnnl_engine();
    dnnl_stream stream = new dnnl_stream();
    Product.check(dnnl.dnnl_engine_create(engine, dnnl.dnnl_cpu, 0));
    Product.check(dnnl.dnnl_stream_create(stream, engine, dnnl.dnnl_stream_default_flags));
    for (Operands one : operands) {
      Product exact = one.product(engine, stream, member, team.size(), false);
      Product runtime = one.product(engine, stream, member, team.size(), true);
      Product faster = seconds(exact) <= seconds(runtime) ? exact : runtime;
      shares.get(member).add(new Repeated(faster, one.count));
    }
  }

  private static double seconds(Product product) {
    product.run();
    double best = Double.POSITIVE_INFINITY;
    for (int i = 0; i < TRIALS; i++) {
      long start = System.nanoTime();
      product.run();
      best = Math.min(best, System.nanoTime() - start);
    }
    return best;
  }

  @Override
  public void close() {
    team.close();
    memory.forEach(Pointer::close);
  }

  /** Memory of one shape, used again for each of its products. */
  private final class Operands {
    private final ProductPlan.Shape shape;
    private final int count;
    private final long a;
    private final long b;
    private final long c;

    Operands(ProductPlan.Shape shape, int count) {
      this.shape = shape;
      this.count = count;
      a = allocate(2L * shape.m() * shape.k());
      b = allocate(2L * shape.k() * shape.n());
      c = allocate(4L * shape.m() * shape.n());
    }

    private long allocate(long bytes) {
      BytePointer pointer = new BytePointer(bytes + 64);
      Pointer.memset(pointer, FILL, bytes + 64);
      memory.add(pointer);
      return (pointer.address() + 63) & -64;
    }

    /** One block of the longer side of the result. */
    Product product(
        dnnl_engine engine, dnnl_stream stream, int member, int members, boolean runtimeSize) {
      boolean byRows = shape.m() >= shape.n();
      int length = byRows ? shape.m() : shape.n();
      int from = (int) ((long) length * member / members);
      int size = (int) ((long) length * (member + 1) / members) - from;
      int m = byRows ? size : shape.m();
      int n = byRows ? shape.n() : size;
      int k = shape.k();
      boolean ta = shape.transposeA();
      boolean tb = shape.transposeB();
      long row = byRows ? from : 0;
      long column = byRows ? 0 : from;
      long aAt = a + 2 * (ta ? row : row * k);
      long bAt = b + 2 * (tb ? column * k : column);
      long cAt = c + 4 * (row * shape.n() + column);
      return new Product(
          engine,
          stream,
          new Product.Matrix(m, k, ta, ta ? shape.m() : k, aAt),
          new Product.Matrix(k, n, tb, tb ? k : shape.n(), bAt),
          new Product.Matrix(m, n, false, shape.n(), cAt),
          runtimeSize);
    }
  }
}
