// What all kernels share. One source for nvcc, NVRTC and the emulator of the tests; NVRTC has no headers, so nothing is
// included here.
#pragma once
#ifdef PARROT_EMULATED
#include "emulator.h"
#else
#define EXPORT(NAME) // the emulator finds kernels by it
#define DYNAMIC_SHARED(NAME) extern __shared__ __align__(16) unsigned char NAME[]
#endif

constexpr float LOWEST = -3.402823466e38f;

struct bf16 {
  unsigned short bits;
};

// A tensor as the host passes it: Arguments.java writes the same layout.
struct Matrix {
  char* at; // null if there is none
  long long stride; // values from one row to the next
  int rows, columns;
  int rounded; // 1 for bfloat16, 0 for float32
};

__device__ __forceinline__ float widen(bf16 x) { return __uint_as_float((unsigned)x.bits << 16); }

// The nearest, ties to even; not-a-number stays one.
__device__ __forceinline__ bf16 narrow(float x) {
  unsigned b = __float_as_uint(x);
  bool number = (b & 0x7fffffffu) <= 0x7f800000u;
  return bf16{number ? (unsigned short)((b + 0x7fffu + (b >> 16 & 1u)) >> 16) : (unsigned short)0x7fc0};
}

__device__ __forceinline__ float* floats(const Matrix& m, long long row, int column) {
  return (float*)m.at + row * m.stride + column;
}
__device__ __forceinline__ bf16* halves(const Matrix& m, long long row, int column) {
  return (bf16*)m.at + row * m.stride + column;
}
__device__ __forceinline__ float get(const Matrix& m, long long row, int column) {
  return m.rounded ? widen(*halves(m, row, column)) : *floats(m, row, column);
}
__device__ __forceinline__ void put(const Matrix& m, long long row, int column, float value) {
  if (m.rounded) *halves(m, row, column) = narrow(value);
  else *floats(m, row, column) = value;
}

// Four values of a row at a time; fewer at its end.
struct Four {
  float v[4];
};
struct alignas(16) FourFloats {
  float v[4];
};
struct alignas(8) FourHalves {
  bf16 v[4];
};

__device__ __forceinline__ Four get4(const Matrix& m, long long row, int column) {
  Four result = {{0, 0, 0, 0}};
  bool whole = column + 4 <= m.columns;
  if (m.rounded) {
    const bf16* from = halves(m, row, column);
    if (whole && (unsigned long long)from % 8 == 0) {
      FourHalves pack = *(const FourHalves*)from;
      for (int i = 0; i < 4; i++) result.v[i] = widen(pack.v[i]);
    } else {
      for (int i = 0; i < 4 && column + i < m.columns; i++) result.v[i] = widen(from[i]);
    }
  } else {
    const float* from = floats(m, row, column);
    if (whole && (unsigned long long)from % 16 == 0) {
      FourFloats pack = *(const FourFloats*)from;
      for (int i = 0; i < 4; i++) result.v[i] = pack.v[i];
    } else {
      for (int i = 0; i < 4 && column + i < m.columns; i++) result.v[i] = from[i];
    }
  }
  return result;
}

__device__ __forceinline__ void put4(const Matrix& m, long long row, int column, const Four& value) {
  bool whole = column + 4 <= m.columns;
  if (m.rounded) {
    bf16* to = halves(m, row, column);
    if (whole && (unsigned long long)to % 8 == 0) {
      FourHalves pack;
      for (int i = 0; i < 4; i++) pack.v[i] = narrow(value.v[i]);
      *(FourHalves*)to = pack;
    } else {
      for (int i = 0; i < 4 && column + i < m.columns; i++) to[i] = narrow(value.v[i]);
    }
  } else {
    float* to = floats(m, row, column);
    if (whole && (unsigned long long)to % 16 == 0) {
      FourFloats pack;
      for (int i = 0; i < 4; i++) pack.v[i] = value.v[i];
      *(FourFloats*)to = pack;
    } else {
      for (int i = 0; i < 4 && column + i < m.columns; i++) to[i] = value.v[i];
    }
  }
}

// Calls f(row, column) for every fourth column of every row, over the whole grid.
template <class F> __device__ __forceinline__ void cells(int rows, int columns, F f) {
  int packs = (columns + 3) / 4;
  long long count = (long long)rows * packs;
  for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += (long long)gridDim.x * blockDim.x)
    f(i / packs, (int)(i % packs) * 4);
}

template <class T> __device__ __forceinline__ T warp_sum(T x) {
  for (int lane = 16; lane > 0; lane >>= 1) x += __shfl_xor_sync(0xffffffffu, x, lane);
  return x;
}

// Sum over a block of whole warps; every thread gets it. The order is fixed, so the bits are.
template <class T> __device__ __forceinline__ T block_sum(T x, T* slots) {
  int warp = threadIdx.x / 32, lane = threadIdx.x % 32, warps = blockDim.x / 32;
  x = warp_sum(x);
  __syncthreads(); // slots may still be read from the call before
  if (lane == 0) slots[warp] = x;
  __syncthreads();
  return warp_sum(lane < warps ? slots[lane] : T(0));
}
