// What moves whole rows: tables, positions, patches.
#include "device.cuh"

extern "C" {
// y[i] = table[rows[i]]; a negative row leaves y[i] as it is.
__global__ void gather(Matrix y, Matrix table, const int* rows) {
  cells(y.rows, y.columns, [&](long long i, int j) {
    if (rows[i] >= 0) put4(y, i, j, get4(table, rows[i], j));
  });
}
EXPORT(gather)

// y[rows[i]] = x[i]
__global__ void scatter(Matrix y, Matrix x, const int* rows) {
  cells(x.rows, x.columns, [&](long long i, int j) {
    if (rows[i] >= 0) put4(y, rows[i], j, get4(x, i, j));
  });
}
EXPORT(scatter)

// dtable[targets[b]] += dy[order[starts[b]]] + ..., a block for each target, in the order of the rows: no atomics.
__global__ void gatherBackward(Matrix dtable, Matrix dy, const int* targets, const int* starts, const int* order) {
  int target = targets[blockIdx.x];
  for (int j = threadIdx.x * 4; j < dtable.columns; j += blockDim.x * 4) {
    Four sum = get4(dtable, target, j);
    for (int e = starts[blockIdx.x]; e < starts[blockIdx.x + 1]; e++) {
      Four d = get4(dy, order[e], j);
      for (int c = 0; c < 4; c++) sum.v[c] += d.v[c];
    }
    put4(dtable, target, j, sum);
  }
}
EXPORT(gatherBackward)

// Turns value j of a head and value j + half by the angle of the row's position.
__global__ void rotate(Matrix x, Matrix cosine, Matrix sine, const int* positions, int half, float direction) {
  int pairs = x.columns / 2;
  long long count = (long long)x.rows * pairs;
  for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += (long long)gridDim.x * blockDim.x) {
    long long row = i / pairs;
    int pair = (int)(i % pairs), j = pair % half, column = pair / half * 2 * half + j;
    float c = get(cosine, positions[row], j), s = direction * get(sine, positions[row], j);
    float left = get(x, row, column), right = get(x, row, column + half);
    put(x, row, column, left * c - right * s);
    put(x, row, column + half, right * c + left * s);
  }
}
EXPORT(rotate)

__global__ void patches(Matrix y, Matrix pixels, int size, int patch) {
  int grid = size / patch;
  cells(y.rows, y.columns, [&](long long i, int j) {
    Four values = {{0, 0, 0, 0}};
    for (int c = 0; c < 4 && j + c < y.columns; c++) {
      int cell = j + c, channel = cell / (patch * patch);
      int row = (int)(i / grid % grid) * patch + cell / patch % patch, column = (int)(i % grid) * patch + cell % patch;
      values.v[c] = get(pixels, i / (grid * grid), (channel * size + row) * size + column);
    }
    put4(y, i, j, values);
  });
}
EXPORT(patches)
}
