// Sums over rows, columns and everything, in a fixed order: no atomics, the same bits each time.
#include "device.cuh"

extern "C" {
// partial[band] = column sums of a band of rows
__global__ void columnSums(float* partial, Matrix x, int band) {
  int first = blockIdx.x * band, last = min(x.rows, first + band);
  for (int j = threadIdx.x; j < x.columns; j += blockDim.x) {
    float sum = 0;
    for (int i = first; i < last; i++) sum += get(x, i, j);
    partial[(long long)blockIdx.x * x.columns + j] = sum;
  }
}
EXPORT(columnSums)

// sums[j] += partial[0][j] + partial[1][j] + ...
__global__ void addPartials(Matrix sums, const float* partial, int bands) {
  for (int j = blockIdx.x * blockDim.x + threadIdx.x; j < sums.columns; j += gridDim.x * blockDim.x) {
    float sum = 0;
    for (int b = 0; b < bands; b++) sum += partial[(long long)b * sums.columns + j];
    put(sums, 0, j, get(sums, 0, j) + sum);
  }
}
EXPORT(addPartials)

__device__ __forceinline__ double product(const Matrix& x, const Matrix& y, long long row, int column) {
  Four a = get4(x, row, column), b = get4(y, row, column);
  double sum = 0;
  for (int c = 0; c < 4; c++) sum += (double)a.v[c] * b.v[c];
  return sum;
}

// partial[block] = the block's share of the inner product of x and y
__global__ void dotPartials(double* partial, Matrix x, Matrix y) {
  __shared__ double slots[32];
  double sum = 0;
  cells(x.rows, x.columns, [&](long long i, int j) { sum += product(x, y, i, j); });
  sum = block_sum(sum, slots);
  if (threadIdx.x == 0) partial[blockIdx.x] = sum;
}
EXPORT(dotPartials)

// sum = partial[0] + partial[1] + ..., by one block
__global__ void addDoubles(double* sum, const double* partial, int count) {
  __shared__ double slots[32];
  double mine = 0;
  for (int i = threadIdx.x; i < count; i += blockDim.x) mine += partial[i];
  mine = block_sum(mine, slots);
  if (threadIdx.x == 0) *sum = mine;
}
EXPORT(addDoubles)

// products[block] = inner product of a block of rows
__global__ void dotBlocks(Matrix products, Matrix x, Matrix y, int rows) {
  __shared__ double slots[32];
  int packs = (x.columns + 3) / 4;
  double sum = 0;
  for (int i = threadIdx.x; i < rows * packs; i += blockDim.x)
    sum += product(x, y, (long long)blockIdx.x * rows + i / packs, i % packs * 4);
  sum = block_sum(sum, slots);
  if (threadIdx.x == 0) put(products, blockIdx.x, 0, (float)sum);
}
EXPORT(dotBlocks)

// y[i, n] = x[i] . w[n] + beta y[i, n], a warp for each n: a row's sum does not depend on the other rows, and w is read
// once for eight of them.
__global__ void productByRow(Matrix y, Matrix x, Matrix w, float beta) {
  int n = (blockIdx.x * blockDim.x + threadIdx.x) / 32, lane = threadIdx.x % 32;
  if (n >= w.rows) return;
  for (int first = 0; first < x.rows; first += 8) {
    float sums[8] = {};
    for (int k = lane * 4; k < x.columns; k += 128) {
      Four b = get4(w, n, k);
#pragma unroll
      for (int i = 0; i < 8; i++) {
        if (first + i >= x.rows) break;
        Four a = get4(x, first + i, k);
        for (int c = 0; c < 4; c++) sums[i] += a.v[c] * b.v[c];
      }
    }
#pragma unroll
    for (int i = 0; i < 8; i++) {
      float sum = warp_sum(sums[i]);
      if (lane == 0 && first + i < x.rows) put(y, first + i, n, beta == 0 ? sum : get(y, first + i, n) + sum);
    }
  }
}
EXPORT(productByRow)
}
