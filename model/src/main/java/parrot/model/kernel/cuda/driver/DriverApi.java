package parrot.model.kernel.cuda.driver;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.nio.file.Path;

/**
 * Functions of NVIDIA's driver by the names that its library exports. Handles and pointers are
 * longs; arrays of one value are results; what is returned is an error, 0 for none.
 */
final class DriverApi {
  static final int OUT_OF_MEMORY = 2;
  static final int INVALID_IMAGE = 200;
  static final int NOT_FOUND = 500;

  static final int STREAM_NON_BLOCKING = 1;
  static final int EVENT_WITHOUT_TIME = 2;
  static final int MOST_SHARED_BYTES = 8; // of a function
  static final int CAPABILITY_MAJOR = 75; // of a device
  static final int CAPABILITY_MINOR = 76;

  private DriverApi() {}

  /**
   * Looks all functions up, so that none can be missing when it is called.
   *
   * @throws UnsatisfiedLinkError naming the library or the function that is missing
   */
  static void bind(Path library) {
    Native.register(DriverApi.class, NativeLibrary.getInstance(library.toString()));
  }

  static native int cuInit(int flags);

  static native int cuDriverGetVersion(int[] version);

  static native int cuGetErrorName(int error, long[] name);

  static native int cuGetErrorString(int error, long[] text);

  static native int cuDeviceGetCount(int[] count);

  static native int cuDeviceGet(int[] device, int ordinal);

  static native int cuDeviceGetName(byte[] name, int length, int device);

  static native int cuDeviceGetUuid_v2(byte[] uuid, int device);

  static native int cuDeviceGetPCIBusId(byte[] bus, int length, int device);

  static native int cuDeviceTotalMem_v2(long[] bytes, int device);

  static native int cuDeviceGetAttribute(int[] value, int attribute, int device);

  static native int cuDevicePrimaryCtxRetain(long[] context, int device);

  static native int cuCtxSetCurrent(long context);

  static native int cuStreamCreate(long[] stream, int flags);

  static native int cuStreamDestroy_v2(long stream);

  static native int cuStreamSynchronize(long stream);

  static native int cuEventCreate(long[] event, int flags);

  static native int cuEventDestroy_v2(long event);

  static native int cuEventRecord(long event, long stream);

  static native int cuEventSynchronize(long event);

  static native int cuMemGetInfo_v2(long[] free, long[] total);

  static native int cuMemAlloc_v2(long[] address, long bytes);

  static native int cuMemFree_v2(long address);

  static native int cuMemHostAlloc(long[] address, long bytes, int flags);

  static native int cuMemFreeHost(long address);

  static native int cuMemcpyHtoDAsync_v2(long to, long from, long bytes, long stream);

  static native int cuMemcpyDtoHAsync_v2(long to, long from, long bytes, long stream);

  static native int cuModuleLoadData(long[] module, byte[] image);

  static native int cuModuleUnload(long module);

  static native int cuModuleGetFunction(long[] function, long module, String name);

  static native int cuFuncSetAttribute(long function, int attribute, int value);

  static native int cuLaunchKernel(
      long function,
      int columns,
      int rows,
      int depth,
      int threads,
      int threadRows,
      int threadDepth,
      int sharedBytes,
      long stream,
      long arguments,
      long extra);
}
