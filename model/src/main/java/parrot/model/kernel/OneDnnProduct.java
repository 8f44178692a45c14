package parrot.model.kernel;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * One compiled oneDNN product of bfloat16 matrices into a float32 one. Compiling takes about a
 * millisecond, running allocates nothing. For one thread at a time.
 */
final class OneDnnProduct implements AutoCloseable {

  /**
   * What a product is compiled for: {@code c = op(a) op(b) + beta c}.
   *
   * @param lda values from one row of {@code a}, as it is stored, to the next
   */
  record Key(
      int m,
      int n,
      int k,
      boolean transposeA,
      boolean transposeB,
      int lda,
      int ldb,
      int ldc,
      boolean add) {}

  private final Key key;
  private final dnnl_primitive primitive = new dnnl_primitive();
  private final dnnl_memory a;
  private final dnnl_memory b;
  private final dnnl_memory c;
  private final dnnl_memory scratch;
  private final long scratchBytes;
  private final dnnl_exec_arg_t arguments = new dnnl_exec_arg_t(4);
  private final Address address = new Address();

  OneDnnProduct(dnnl_engine engine, Key key) {
    this.key = key;
    dnnl_memory_desc left = matrix(dnnl.dnnl_bf16, key.m(), key.k(), key.lda(), key.transposeA());
    dnnl_memory_desc right = matrix(dnnl.dnnl_bf16, key.k(), key.n(), key.ldb(), key.transposeB());
    dnnl_memory_desc result = matrix(dnnl.dnnl_f32, key.m(), key.n(), key.ldc(), false);
    dnnl_primitive_attr attributes = attributes();
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    check(
        dnnl.dnnl_matmul_primitive_desc_create(
            description, engine, left, right, null, result, attributes));
    check(dnnl.dnnl_primitive_create(primitive, description));
    dnnl_memory_desc pad =
        dnnl.dnnl_primitive_desc_query_md(description, dnnl.dnnl_query_scratchpad_md, 0);
    scratchBytes = dnnl.dnnl_memory_desc_get_size(pad);
    a = memory(engine, left, 0, dnnl.DNNL_ARG_SRC);
    b = memory(engine, right, 1, dnnl.DNNL_ARG_WEIGHTS);
    c = memory(engine, result, 2, dnnl.DNNL_ARG_DST);
    scratch = memory(engine, pad, 3, dnnl.DNNL_ARG_SCRATCHPAD);
    arguments.position(0);
    dnnl.dnnl_primitive_desc_destroy(description);
    dnnl.dnnl_primitive_attr_destroy(attributes);
    dnnl.dnnl_memory_desc_destroy(left);
    dnnl.dnnl_memory_desc_destroy(right);
    dnnl.dnnl_memory_desc_destroy(result);
  }

  /**
   * Scratch memory is ours: oneDNN's own belongs to the thread that compiled, which need not be the
   * one that runs.
   */
  private dnnl_primitive_attr attributes() {
    dnnl_primitive_attr attributes = new dnnl_primitive_attr();
    check(dnnl.dnnl_primitive_attr_create(attributes));
    check(dnnl.dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl.dnnl_scratchpad_mode_user));
    if (key.add()) {
      dnnl_post_ops sum = new dnnl_post_ops();
      check(dnnl.dnnl_post_ops_create(sum));
      check(dnnl.dnnl_post_ops_append_sum(sum, 1, 0, dnnl.dnnl_f32));
      check(dnnl.dnnl_primitive_attr_set_post_ops(attributes, sum));
      dnnl.dnnl_post_ops_destroy(sum);
    }
    return attributes;
  }

  private dnnl_memory_desc matrix(int type, int rows, int columns, int stride, boolean transpose) {
    dnnl_memory_desc description = new dnnl_memory_desc();
    long[] strides = transpose ? new long[] {1, stride} : new long[] {stride, 1};
    check(
        dnnl.dnnl_memory_desc_create_with_strides(
            description, 2, new long[] {rows, columns}, type, strides));
    return description;
  }

  private dnnl_memory memory(
      dnnl_engine engine, dnnl_memory_desc description, int index, int argument) {
    dnnl_memory memory = new dnnl_memory();
    check(dnnl.dnnl_memory_create(memory, description, engine, address.at(0)));
    arguments.position(index).arg(argument).memory(memory);
    return memory;
  }

  /** Bytes that {@link #run} needs beside its matrices. */
  long scratchBytes() {
    return scratchBytes;
  }

  /** Runs on the matrices at these addresses, in bytes. */
  void run(dnnl_stream stream, long aAt, long bAt, long cAt, long scratchAt) {
    check(dnnl.dnnl_memory_set_data_handle(a, address.at(aAt)));
    check(dnnl.dnnl_memory_set_data_handle(b, address.at(bAt)));
    check(dnnl.dnnl_memory_set_data_handle(c, address.at(cAt)));
    check(dnnl.dnnl_memory_set_data_handle(scratch, address.at(scratchAt)));
    check(dnnl.dnnl_primitive_execute(primitive, stream, 4, arguments));
  }

  private void check(int status) {
    if (status != dnnl.dnnl_success) {
      OneDnn.check(status, "multiply in bf16, " + key);
    }
  }

  @Override
  public void close() {
    dnnl.dnnl_primitive_destroy(primitive);
    dnnl.dnnl_memory_destroy(a);
    dnnl.dnnl_memory_destroy(b);
    dnnl.dnnl_memory_destroy(c);
    dnnl.dnnl_memory_destroy(scratch);
    arguments.close();
  }

  /** A pointer that moves, so that running allocates nothing. */
  private static final class Address extends BytePointer {
    Address() {
      super((Pointer) null);
    }

    Address at(long bytes) {
      address = bytes;
      return this;
    }
  }
}
