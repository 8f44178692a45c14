// Tensor cores and asynchronous copies, from sm_80 on: tiles of bfloat16 in shared memory, 16 bytes more than a row needs,
// so that eight rows lie in different banks.
#pragma once
#include "device.cuh"

#ifdef PARROT_EMULATED
__device__ inline void copy_async(void* to, const void* from, bool there) { emuCopyAsync(to, from, there); }
__device__ inline void commit_copies() { emuCommitCopies(); }
__device__ inline void wait_for_copies() { emuWaitForCopies(); }
__device__ inline void load_tiles(unsigned* r, const bf16* row, bool transposed) { emuLoadTiles(r, row, transposed); }
__device__ inline void multiply(float* d, const unsigned* a, const unsigned* b) { emuMultiply(d, a, b); }
#else
__device__ __forceinline__ unsigned shared_address(const void* p) { return (unsigned)__cvta_generic_to_shared(p); }
// 16 bytes to shared memory; zeros if they are not there.
__device__ __forceinline__ void copy_async(void* to, const void* from, bool there) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(to)), "l"(from), "r"(there ? 16 : 0) : "memory");
}
__device__ __forceinline__ void commit_copies() { asm volatile("cp.async.commit_group;" ::: "memory"); }
__device__ __forceinline__ void wait_for_copies() { asm volatile("cp.async.wait_all;" ::: "memory"); }
// Four 8 x 8 tiles: lane 8 i + r gives the address of row r of tile i.
__device__ __forceinline__ void load_tiles(unsigned* r, const bf16* row, bool transposed) {
  if (transposed)
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
        : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(shared_address(row)) : "memory");
  else
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
        : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(shared_address(row)) : "memory");
}
// d[16 x 8] += a[16 x 16] b[16 x 8]
__device__ __forceinline__ void multiply(float* d, const unsigned* a, const unsigned* b) {
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
#endif

__device__ __forceinline__ unsigned pair(float lower, float upper) {
  return (unsigned)narrow(lower).bits | (unsigned)narrow(upper).bits << 16;
}

template <int H> struct Tile {
  static constexpr int WIDTH = H + 8;
  bf16* at;

  // Begins to copy `rows` rows of one head, zeros from row `there` on.
  __device__ __forceinline__ void fetch(int rows, const bf16* from, long long stride, int there) const {
    for (int i = threadIdx.x; i < rows * (H / 8); i += blockDim.x) {
      int row = i / (H / 8), column = i % (H / 8) * 8;
      copy_async(at + row * WIDTH + column, from + (row < there ? row : 0) * stride + column, row < there);
    }
  }
  // Left factor: 16 rows, 16 columns.
  __device__ __forceinline__ void left(unsigned* a, int row, int column) const {
    int lane = threadIdx.x % 32;
    load_tiles(a, at + (row + lane % 16) * WIDTH + column + lane / 16 * 8, false);
  }
  // Right factors of a product with the transpose: 2 x 8 rows, 16 columns.
  __device__ __forceinline__ void across(unsigned* b, int row, int column) const {
    int lane = threadIdx.x % 32, tile = lane / 8;
    load_tiles(b, at + (row + tile / 2 * 8 + lane % 8) * WIDTH + column + tile % 2 * 8, false);
  }
  // Right factors: 16 rows, 2 x 8 columns.
  __device__ __forceinline__ void down(unsigned* b, int row, int column) const {
    int lane = threadIdx.x % 32, tile = lane / 8;
    load_tiles(b, at + (row + tile % 2 * 8 + lane % 8) * WIDTH + column + tile / 2 * 8, true);
  }
};

// 16 rows of a warp as left factors, from global memory: local[0] and local[1] are a lane's two rows.
template <int H>
__device__ __forceinline__ void left_rows(unsigned (*a)[4], const bf16* from, long long stride, const int* local, int rows) {
  int t = threadIdx.x % 4;
#pragma unroll
  for (int r = 0; r < 2; r++)
#pragma unroll
    for (int c = 0; c < H / 16; c++) {
      bool there = local[r] < rows;
      const bf16* row = from + (there ? local[r] : 0) * stride + c * 16 + t * 2;
      a[c][r] = there ? *(const unsigned*)row : 0u;
      a[c][r + 2] = there ? *(const unsigned*)(row + 8) : 0u;
    }
}

// 16 rows of sums of a warp as bfloat16.
template <int H>
__device__ __forceinline__ void store_rows(bf16* to, long long stride, const int* local, int rows, float (*sums)[4], const float* factor) {
  int t = threadIdx.x % 4;
#pragma unroll
  for (int r = 0; r < 2; r++)
    if (local[r] < rows)
#pragma unroll
      for (int n = 0; n < H / 8; n++)
        *(unsigned*)(to + local[r] * stride + n * 8 + t * 2) = pair(sums[n][2 * r] * factor[r], sums[n][2 * r + 1] * factor[r]);
}
