package parrot.model.kernel.cuda.driver;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.nio.file.Path;

/**
 * Functions of cuBLASLt, NVIDIA's matrix products; see {@link DriverApi}. An attribute is the first
 * bytes of a long, whose lowest byte lies first on all processors that NVIDIA's cards go with.
 */
final class CublasLtApi {
  static final int FLOAT32 = 0; // cudaDataType
  static final int BFLOAT16 = 14;
  static final int COMPUTE_FLOAT32 = 68; // cublasComputeType
  static final int TRANSPOSE_A = 3; // attributes of a product
  static final int TRANSPOSE_B = 4;
  static final int MOST_WORKSPACE = 1; // attributes of a preference
  static final int ALIGNMENT_A = 5;
  static final int ALIGNMENT_B = 6;
  static final int ALIGNMENT_C = 7;
  static final int ALIGNMENT_D = 8;

  /** Longs of a heuristic's result; the first {@link #ALGORITHM} of them are the algorithm. */
  static final int RESULT = 12;

  static final int ALGORITHM = 8;

  private CublasLtApi() {}

  /**
   * Looks all functions up.
   *
   * @throws UnsatisfiedLinkError naming the library or the function that is missing
   */
  static void bind(Path library) {
    Native.register(CublasLtApi.class, NativeLibrary.getInstance(library.toString()));
  }

  static native long cublasLtGetVersion();

  static native String cublasLtGetStatusName(int status);

  static native int cublasLtCreate(long[] handle);

  static native int cublasLtDestroy(long handle);

  static native int cublasLtMatmulDescCreate(long[] description, int compute, int scale);

  static native int cublasLtMatmulDescDestroy(long description);

  static native int cublasLtMatmulDescSetAttribute(
      long description, int attribute, long[] value, long bytes);

  static native int cublasLtMatrixLayoutCreate(
      long[] layout, int type, long rows, long columns, long stride);

  static native int cublasLtMatrixLayoutDestroy(long layout);

  static native int cublasLtMatmulPreferenceCreate(long[] preference);

  static native int cublasLtMatmulPreferenceDestroy(long preference);

  static native int cublasLtMatmulPreferenceSetAttribute(
      long preference, int attribute, long[] value, long bytes);

  static native int cublasLtMatmulAlgoGetHeuristic(
      long handle,
      long description,
      long a,
      long b,
      long c,
      long d,
      long preference,
      int asked,
      long[] results,
      int[] found);

  static native int cublasLtMatmul(
      long handle,
      long description,
      float[] alpha,
      long a,
      long layoutA,
      long b,
      long layoutB,
      float[] beta,
      long c,
      long layoutC,
      long d,
      long layoutD,
      long[] algorithm,
      long workspace,
      long workspaceBytes,
      long stream);
}
