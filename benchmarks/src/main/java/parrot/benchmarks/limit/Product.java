package parrot.benchmarks.limit;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * A oneDNN product on memory that stays where it is: bfloat16 factors, float32 result. For the
 * thread that made it.
 */
final class Product {
  private final dnnl_primitive primitive = new dnnl_primitive();
  private final dnnl_exec_arg_t arguments = new dnnl_exec_arg_t(3);
  private final dnnl_stream stream;

  /**
   * A matrix as it lies in memory.
   *
   * @param rows of the factor, transposed if so
   * @param stride values from one stored row to the next
   */
  record Matrix(int rows, int columns, boolean transposed, int stride, long address) {
    private long[] strides() {
      return transposed ? new long[] {1, stride} : new long[] {stride, 1};
    }
  }

  /**
   * @param runtimeSize whether the number of rows (of columns of a transposed left factor) is told
   *     only when running, which makes oneDNN choose another implementation
   */
  Product(
      dnnl_engine engine, dnnl_stream stream, Matrix a, Matrix b, Matrix c, boolean runtimeSize) {
    this.stream = stream;
    long unknown = dnnl.DNNL_RUNTIME_DIM_VAL;
    long m = runtimeSize && !a.transposed() ? unknown : a.rows();
    long k = runtimeSize && a.transposed() ? unknown : a.columns();
    dnnl_primitive_attr attributes = new dnnl_primitive_attr();
    check(dnnl.dnnl_primitive_attr_create(attributes));
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    check(
        dnnl.dnnl_matmul_primitive_desc_create(
            description,
            engine,
            describe(dnnl.dnnl_bf16, m, k, a),
            describe(dnnl.dnnl_bf16, k, b.columns(), b),
            null,
            describe(dnnl.dnnl_f32, m, c.columns(), c),
            attributes));
    check(dnnl.dnnl_primitive_create(primitive, description));
    place(engine, 0, dnnl.DNNL_ARG_SRC, dnnl.dnnl_bf16, a);
    place(engine, 1, dnnl.DNNL_ARG_WEIGHTS, dnnl.dnnl_bf16, b);
    place(engine, 2, dnnl.DNNL_ARG_DST, dnnl.dnnl_f32, c);
    arguments.position(0);
  }

  private static dnnl_memory_desc describe(int type, long rows, long columns, Matrix matrix) {
    dnnl_memory_desc description = new dnnl_memory_desc();
    check(
        dnnl.dnnl_memory_desc_create_with_strides(
            description, 2, new long[] {rows, columns}, type, matrix.strides()));
    return description;
  }

  private void place(dnnl_engine engine, int index, int argument, int type, Matrix matrix) {
    dnnl_memory memory = new dnnl_memory();
    dnnl_memory_desc description = describe(type, matrix.rows(), matrix.columns(), matrix);
    check(dnnl.dnnl_memory_create(memory, description, engine, new Foreign(matrix.address())));
    arguments.position(index).arg(argument).memory(memory);
  }

  void run() {
    check(dnnl.dnnl_primitive_execute(primitive, stream, 3, arguments));
  }

  static void check(int status) {
    if (status != dnnl.dnnl_success) {
      throw new IllegalStateException("Cannot multiply: oneDNN reports status " + status);
    }
  }

  /** A pointer to memory that it does not own. */
  private static final class Foreign extends BytePointer {
    Foreign(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }
}
