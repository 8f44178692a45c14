// CUDA's execution model on one x86-64 processor, for tests: each thread of a block is a fiber. Barriers, shuffles, tensor-core
// products and the loads of their tiles are the points at which fibers hand over; between them they run in an order drawn from
// a seed, so that a missing barrier shows as a result that depends on the seed.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>
using std::max;
using std::min;
#define __global__
#define __device__
#define __forceinline__ inline
#define __shared__ static // one block runs at a time, so a static is the block's
#define __launch_bounds__(...)
#define DYNAMIC_SHARED(NAME) unsigned char* NAME = emuShared()

struct EmuIndex {
  unsigned x, y, z;
};
struct EmuThread {
  EmuIndex index;
};
extern EmuIndex emuBlock, emuBlockDim, emuGridDim;
extern EmuThread* emuSelf;
#define threadIdx (emuSelf->index)
#define blockIdx emuBlock
#define blockDim emuBlockDim
#define gridDim emuGridDim

void emuSyncBlock();
uint64_t emuExchange(uint64_t mine, int source, unsigned mask); // the value of lane `source` of this warp
int emuLane();
unsigned char* emuShared();
void emuMultiply(float* d, const unsigned* a, const unsigned* b);
void emuLoadTiles(unsigned* r, const void* row, bool transposed);
void emuCopyAsync(void* to, const void* from, bool there); // happens at the wait: a missing one shows
void emuCommitCopies();
void emuWaitForCopies();

static inline void __syncthreads() { emuSyncBlock(); }
template <class T> static inline T emuShuffle(T value, int source, unsigned mask) {
  uint64_t bits = 0;
  memcpy(&bits, &value, sizeof value);
  bits = emuExchange(bits, source, mask);
  memcpy(&value, &bits, sizeof value);
  return value;
}
template <class T> static inline T __shfl_xor_sync(unsigned mask, T value, int lane) {
  return emuShuffle(value, emuLane() ^ lane, mask);
}
static inline float __uint_as_float(unsigned bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}
static inline unsigned __float_as_uint(float value) {
  unsigned bits;
  memcpy(&bits, &value, 4);
  return bits;
}
#define __expf expf

// Unpacks parameters as cuLaunchKernel is given them: an address for each.
template <class F> struct EmuCall;
template <class... A> struct EmuCall<void(A...)> {
  template <size_t... I> static void with(void (*f)(A...), void** p, std::index_sequence<I...>) {
    f(*(std::remove_reference_t<A>*)p[I]...);
  }
  static void of(void (*f)(A...), void** p) { with(f, p, std::index_sequence_for<A...>{}); }
};
#define EXPORT(NAME) EXPORT_(NAME)
#define EXPORT_(NAME) \
  __attribute__((visibility("default"))) void emu_##NAME(void** p) { EmuCall<decltype(NAME)>::of(NAME, p); }
