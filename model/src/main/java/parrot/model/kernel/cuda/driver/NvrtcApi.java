package parrot.model.kernel.cuda.driver;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.file.Path;

/** Functions of NVRTC, NVIDIA's compiler at run time; see {@link DriverApi}. */
final class NvrtcApi {
  private NvrtcApi() {}

  /**
   * Looks all functions up.
   *
   * @throws UnsatisfiedLinkError naming the library or the function that is missing
   */
  static void bind(Path library) {
    Native.register(NvrtcApi.class, NativeLibrary.getInstance(library.toString()));
  }

  static native int nvrtcVersion(int[] major, int[] minor);

  static native int nvrtcGetNumSupportedArchs(int[] count);

  static native int nvrtcGetSupportedArchs(int[] architectures);

  static native int nvrtcCreateProgram(
      long[] program,
      String source,
      String name,
      int headerCount,
      Pointer headers,
      Pointer headerNames);

  static native int nvrtcDestroyProgram(long[] program);

  static native int nvrtcCompileProgram(long program, int optionCount, Pointer options);

  static native int nvrtcGetProgramLogSize(long program, long[] bytes);

  static native int nvrtcGetProgramLog(long program, byte[] log);

  static native int nvrtcGetCUBINSize(long program, long[] bytes);

  static native int nvrtcGetCUBIN(long program, byte[] code);

  static native int nvrtcGetPTXSize(long program, long[] bytes);

  static native int nvrtcGetPTX(long program, byte[] code);

  static native String nvrtcGetErrorString(int error);
}
