package parrot.model.kernel.cpu;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import org.bytedeco.javacpp.PointerPointer;
import parrot.model.kernel.Activation;
import parrot.model.tensor.ElementType;

/**
 * One compiled oneDNN product of bfloat16 matrices. Compiling takes about a millisecond, running
 * allocates nothing once a shape has been seen. For one thread at a time.
 */
final class CompiledBf16Product implements AutoCloseable {
  /** Shapes whose descriptions are kept. */
  private static final int MOST_SHAPES = 4096;

  /**
   * What a product is compiled for: {@code c = f(op(a) op(b) + bias + beta c)}.
   *
   * @param bias whether there is one
   * @param activation {@code f}, or null
   * @param shape exact, or null to compile once for all shapes
   */
  record Kind(
      boolean transposeA,
      boolean transposeB,
      ElementType result,
      boolean add,
      boolean bias,
      Activation activation,
      Shape shape) {}

  /**
   * Sizes of one product.
   *
   * @param lda values from one row of {@code a}, as it is stored, to the next
   */
  record Shape(int m, int n, int k, int lda, int ldb, int ldc) {}

  /** A matrix as oneDNN sees it: rows and columns after transposing, strides in values. */
  private record Layout(long rows, long columns, long rowStride, long columnStride) {
    static Layout of(int rows, int columns, int stride, boolean transpose) {
      return new Layout(rows, columns, transpose ? 1 : stride, transpose ? stride : 1);
    }

    Layout ofAnySize(boolean transpose) {
      long any = dnnl.DNNL_RUNTIME_DIM_VAL;
      return new Layout(any, any, transpose ? 1 : any, transpose ? any : 1);
    }
  }

  private final Kind kind;
  private final dnnl_engine engine;
  private final dnnl_primitive primitive = new dnnl_primitive();
  private final List<Operand> operands = new ArrayList<>();
  private final dnnl_memory scratch;
  private final long scratchBytes;
  private final dnnl_exec_arg_t arguments;
  private final Address address = new Address();

  CompiledBf16Product(dnnl_engine engine, Kind kind, Shape shape) {
    this.engine = engine;
    this.kind = kind;
    dnnl_memory_desc left = describe(a(shape), kind.transposeA, dnnl.dnnl_bf16);
    dnnl_memory_desc right = describe(b(shape), kind.transposeB, dnnl.dnnl_bf16);
    dnnl_memory_desc bias = kind.bias ? describeBias(shape) : null;
    dnnl_memory_desc result = describe(c(shape), false, type(kind.result));
    dnnl_primitive_attr attributes = attributes();
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    check(
        dnnl.dnnl_matmul_primitive_desc_create(
            description, engine, left, right, bias, result, attributes));
    check(dnnl.dnnl_primitive_create(primitive, description));
    dnnl_memory_desc pad =
        dnnl.dnnl_primitive_desc_query_md(description, dnnl.dnnl_query_scratchpad_md, 0);
    scratchBytes = dnnl.dnnl_memory_desc_get_size(pad);
    operands.add(new Operand(0, dnnl.DNNL_ARG_SRC, dnnl.dnnl_bf16));
    operands.add(new Operand(1, dnnl.DNNL_ARG_WEIGHTS, dnnl.dnnl_bf16));
    operands.add(new Operand(2, dnnl.DNNL_ARG_DST, type(kind.result)));
    if (kind.bias) {
      operands.add(new Operand(3, dnnl.DNNL_ARG_BIAS, dnnl.dnnl_f32));
      dnnl.dnnl_memory_desc_destroy(bias);
    }
    arguments = new dnnl_exec_arg_t(operands.size() + 1);
    scratch = new dnnl_memory();
    check(dnnl.dnnl_memory_create(scratch, pad, engine, address.at(0)));
    arguments.position(operands.size()).arg(dnnl.DNNL_ARG_SCRATCHPAD).memory(scratch);
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
    dnnl_post_ops after = new dnnl_post_ops();
    check(dnnl.dnnl_post_ops_create(after));
    if (kind.add) {
      // Naming the result's own type here makes oneDNN fall back to plain loops.
      check(dnnl.dnnl_post_ops_append_sum(after, 1, 0, dnnl.dnnl_data_type_undef));
    }
    if (kind.activation == Activation.QUICK_GELU) {
      check(dnnl.dnnl_post_ops_append_eltwise(after, dnnl.dnnl_eltwise_swish, 1.702f, 0));
    } else if (kind.activation == Activation.GELU) {
      check(dnnl.dnnl_post_ops_append_eltwise(after, dnnl.dnnl_eltwise_gelu_erf, 0, 0));
    } else if (kind.activation == Activation.TANH_GELU) {
      check(dnnl.dnnl_post_ops_append_eltwise(after, dnnl.dnnl_eltwise_gelu_tanh, 0, 0));
    }
    check(dnnl.dnnl_primitive_attr_set_post_ops(attributes, after));
    dnnl.dnnl_post_ops_destroy(after);
    return attributes;
  }

  private static int type(ElementType type) {
    return type == ElementType.F32 ? dnnl.dnnl_f32 : dnnl.dnnl_bf16;
  }

  private Layout a(Shape s) {
    return Layout.of(s.m, s.k, s.lda, kind.transposeA);
  }

  private Layout b(Shape s) {
    return Layout.of(s.k, s.n, s.ldb, kind.transposeB);
  }

  private static Layout c(Shape s) {
    return Layout.of(s.m, s.n, s.ldc, false);
  }

  private static Layout bias(Shape s) {
    return Layout.of(1, s.n, s.n, false);
  }

  private dnnl_memory_desc describe(Layout layout, boolean transpose, int type) {
    return description(kind.shape == null ? layout.ofAnySize(transpose) : layout, type);
  }

  private dnnl_memory_desc describeBias(Shape shape) {
    long any = dnnl.DNNL_RUNTIME_DIM_VAL;
    return description(
        kind.shape == null ? new Layout(1, any, any, 1) : bias(shape), dnnl.dnnl_f32);
  }

  private dnnl_memory_desc description(Layout layout, int type) {
    dnnl_memory_desc description = new dnnl_memory_desc();
    check(
        dnnl.dnnl_memory_desc_create_with_strides(
            description,
            2,
            new long[] {layout.rows, layout.columns},
            type,
            new long[] {layout.rowStride, layout.columnStride}));
    return description;
  }

  /** Name of oneDNN's implementation that runs; it contains "ref" if that is plain loops. */
  String implementation() {
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    check(dnnl.dnnl_primitive_get_primitive_desc(primitive, description));
    try (PointerPointer<BytePointer> name = new PointerPointer<>(1)) {
      check(dnnl.dnnl_primitive_desc_query(description, dnnl.dnnl_query_impl_info_str, 0, name));
      return name.get(BytePointer.class).getString();
    }
  }

  /** Bytes that {@link #run} needs beside its matrices. */
  long scratchBytes() {
    return scratchBytes;
  }

  /** Runs on the matrices, and the bias if there is one, at these addresses, in bytes. */
  void run(
      dnnl_stream stream, Shape shape, long aAt, long bAt, long cAt, long biasAt, long scratchAt) {
    operands.get(0).point(a(shape), aAt);
    operands.get(1).point(b(shape), bAt);
    operands.get(2).point(c(shape), cAt);
    if (kind.bias) {
      operands.get(3).point(bias(shape), biasAt);
    }
    check(dnnl.dnnl_memory_set_data_handle(scratch, address.at(scratchAt)));
    check(dnnl.dnnl_primitive_execute(primitive, stream, operands.size() + 1, arguments));
  }

  private void check(int status) {
    if (status != dnnl.dnnl_success) {
      OneDnn.check(status, "multiply in bf16, " + kind);
    }
  }

  @Override
  public void close() {
    dnnl.dnnl_primitive_destroy(primitive);
    operands.forEach(Operand::close);
    dnnl.dnnl_memory_destroy(scratch);
    arguments.close();
  }

  /** One argument: descriptions of the layouts it has had, and the one it has. */
  private final class Operand {
    private final int index;
    private final int argument;
    private final int type;
    private final Map<Layout, dnnl_memory> memories =
        new LinkedHashMap<>(64, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<Layout, dnnl_memory> eldest) {
            if (size() <= MOST_SHAPES) {
              return false;
            }
            dnnl.dnnl_memory_destroy(eldest.getValue());
            return true;
          }
        };
    private dnnl_memory current;

    Operand(int index, int argument, int type) {
      this.index = index;
      this.argument = argument;
      this.type = type;
    }

    void point(Layout layout, long at) {
      dnnl_memory memory = memories.get(layout);
      if (memory == null) {
        memory = create(layout);
        memories.put(layout, memory);
      }
      check(dnnl.dnnl_memory_set_data_handle(memory, address.at(at)));
      if (memory != current) {
        arguments.position(index).arg(argument).memory(memory);
        arguments.position(0);
        current = memory;
      }
    }

    private dnnl_memory create(Layout layout) {
      dnnl_memory memory = new dnnl_memory();
      dnnl_memory_desc description = description(layout, type);
      check(dnnl.dnnl_memory_create(memory, description, engine, address.at(0)));
      dnnl.dnnl_memory_desc_destroy(description);
      return memory;
    }

    void close() {
      memories.values().forEach(dnnl::dnnl_memory_destroy);
      memories.clear();
    }
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
