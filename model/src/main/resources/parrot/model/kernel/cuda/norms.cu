// RMSNorm and LayerNorm. Forward a block for each row; backward a block for each band of rows, whose share of the gradients
// of weight and bias it keeps in `partial`, where each thread has columns of its own.
#include "device.cuh"

extern "C" {
__global__ void rmsNorm(Matrix y, Matrix inverse, Matrix x, Matrix weight, float epsilon) {
  __shared__ float slots[32];
  long long row = blockIdx.x;
  float sum = 0;
  for (int j = threadIdx.x * 4; j < x.columns; j += blockDim.x * 4) {
    Four a = get4(x, row, j);
    for (int c = 0; c < 4; c++) sum += a.v[c] * a.v[c];
  }
  float r = 1.f / sqrtf(block_sum(sum, slots) / x.columns + epsilon);
  if (threadIdx.x == 0) put(inverse, row, 0, r);
  for (int j = threadIdx.x * 4; j < x.columns; j += blockDim.x * 4) {
    Four a = get4(x, row, j), w = get4(weight, 0, j);
    for (int c = 0; c < 4; c++) a.v[c] *= r * w.v[c];
    put4(y, row, j, a);
  }
}
EXPORT(rmsNorm)

__global__ void layerNorm(Matrix y, Matrix mean, Matrix inverse, Matrix x, Matrix weight, Matrix bias, float epsilon) {
  __shared__ float slots[32];
  long long row = blockIdx.x;
  float sum = 0;
  for (int j = threadIdx.x * 4; j < x.columns; j += blockDim.x * 4) {
    Four a = get4(x, row, j);
    for (int c = 0; c < 4; c++) sum += a.v[c];
  }
  float centre = block_sum(sum, slots) / x.columns, squares = 0;
  for (int j = threadIdx.x * 4; j < x.columns; j += blockDim.x * 4) {
    Four a = get4(x, row, j);
    for (int c = 0; c < 4 && j + c < x.columns; c++) squares += (a.v[c] - centre) * (a.v[c] - centre);
  }
  float r = 1.f / sqrtf(block_sum(squares, slots) / x.columns + epsilon);
  if (threadIdx.x == 0) {
    put(mean, row, 0, centre);
    put(inverse, row, 0, r);
  }
  for (int j = threadIdx.x * 4; j < x.columns; j += blockDim.x * 4) {
    Four a = get4(x, row, j), w = get4(weight, 0, j), b = get4(bias, 0, j);
    for (int c = 0; c < 4; c++) a.v[c] = (a.v[c] - centre) * r * w.v[c] + b.v[c];
    put4(y, row, j, a);
  }
}
EXPORT(layerNorm)

// dx (+)= r (g - n mean(g n)) with g = dy w and n = x r; dweight's share is the sum of dy n.
// With a mean it is LayerNorm: n = (x - mean) r, and mean(g) is taken off as well.
__global__ void normBackward(Matrix dx, int add, float* dweight, float* dbias, Matrix dy, Matrix mean, Matrix inverse,
    Matrix x, Matrix weight, int band) {
  __shared__ float slots[32];
  int first = blockIdx.x * band, last = min(x.rows, first + band);
  long long share = (long long)blockIdx.x * x.columns;
  for (int j = threadIdx.x * 4; j < x.columns; j += blockDim.x * 4)
    for (int c = 0; c < 4 && j + c < x.columns; c++) {
      if (dweight) dweight[share + j + c] = 0;
      if (dbias) dbias[share + j + c] = 0;
    }
  for (int i = first; i < last; i++) {
    float r = get(inverse, i, 0), centre = mean.at ? get(mean, i, 0) : 0.f, along = 0, average = 0;
    for (int j = threadIdx.x * 4; j < x.columns; j += blockDim.x * 4) {
      Four d = get4(dy, i, j), a = get4(x, i, j), w = get4(weight, 0, j);
      for (int c = 0; c < 4; c++) {
        float g = d.v[c] * w.v[c];
        along += g * (a.v[c] - centre) * r;
        average += g;
      }
    }
    along = block_sum(along, slots) / x.columns;
    average = mean.at ? block_sum(average, slots) / x.columns : 0.f;
    for (int j = threadIdx.x * 4; j < x.columns; j += blockDim.x * 4) {
      Four d = get4(dy, i, j), a = get4(x, i, j), w = get4(weight, 0, j), result = {{0, 0, 0, 0}};
      if (add) result = get4(dx, i, j);
      for (int c = 0; c < 4; c++) {
        float n = (a.v[c] - centre) * r;
        result.v[c] += r * (d.v[c] * w.v[c] - average - n * along);
        if (j + c < x.columns) {
          if (dweight) dweight[share + j + c] += d.v[c] * n;
          if (dbias) dbias[share + j + c] += d.v[c];
        }
      }
      put4(dx, i, j, result);
    }
  }
}
EXPORT(normBackward)
}
