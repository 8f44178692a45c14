// Attention for every type and head size, a block for each query row and head: where the tensor cores of flash.cu do not
// fit. Sums lie in shared memory; keys come by chunks of 64.
#include "device.cuh"

constexpr int CHUNK = 64;

constexpr int LANES = 4; // that share an inner product

// Part of an inner product: every fourth value, from the lane's own place on.
__device__ __forceinline__ float part(const Matrix& a, long long row, int column, const Matrix& b, long long other,
    int otherColumn, int size) {
  float sum = 0;
  for (int c = threadIdx.x % LANES; c < size; c += LANES) sum += get(a, row, column + c) * get(b, other, otherColumn + c);
  return sum;
}
// The whole of it; all lanes of a warp must come here.
__device__ __forceinline__ float whole(float part) {
  part += __shfl_xor_sync(0xffffffffu, part, 1);
  return part + __shfl_xor_sync(0xffffffffu, part, 2);
}
// Calls f(j) for four lanes at each j below n, rounded up so that whole warps take part.
template <class F> __device__ __forceinline__ void by_lanes(int n, F f) {
  int each = blockDim.x / LANES;
  for (int from = 0; from < n; from += each) f(from + (int)threadIdx.x / LANES);
}

extern "C" {
__global__ void attention(Matrix out, Matrix logSum, Matrix q, Matrix k, Matrix v, const int* firstKey, const int* seen,
    int group, int size, float scale) {
  DYNAMIC_SHARED(memory);
  float* scores = (float*)memory;
  float* sums = scores + CHUNK;
  int row = blockIdx.x, head = blockIdx.y, first = firstKey[row], count = seen[row], keyAt = head / group * size;
  for (int c = threadIdx.x; c < size; c += blockDim.x) sums[c] = 0;
  float most = LOWEST, sum = 0;
  for (int from = 0; from < count; from += CHUNK) {
    int n = min(CHUNK, count - from);
    __syncthreads();
    by_lanes(n, [&](int j) {
      float score = whole(j < n ? part(q, row, head * size, k, first + from + j, keyAt, size) : 0.f);
      if (j < n && threadIdx.x % LANES == 0) scores[j] = score * scale;
    });
    __syncthreads();
    float top = most;
    for (int j = 0; j < n; j++) top = fmaxf(top, scores[j]);
    float shrink = expf(most - top);
    most = top;
    __syncthreads();
    for (int j = threadIdx.x; j < n; j += blockDim.x) scores[j] = expf(scores[j] - top);
    __syncthreads();
    sum *= shrink;
    for (int j = 0; j < n; j++) sum += scores[j];
    for (int c = threadIdx.x; c < size; c += blockDim.x) {
      float total = sums[c] * shrink;
      for (int j = 0; j < n; j++) total += scores[j] * get(v, first + from + j, keyAt + c);
      sums[c] = total;
    }
  }
  for (int c = threadIdx.x; c < size; c += blockDim.x) put(out, row, head * size + c, sums[c] / sum);
  if (threadIdx.x == 0) put(logSum, row, head, most + logf(sum));
}
EXPORT(attention)

// delta[row, head] = dout . out, four lanes for each
__global__ void attentionDelta(float* delta, Matrix dout, Matrix out, int heads, int size) {
  int which = (blockIdx.x * blockDim.x + threadIdx.x) / LANES, row = which / heads, at = which % heads * size;
  bool there = row < out.rows;
  float sum = whole(there ? part(dout, row, at, out, row, at, size) : 0.f);
  if (there && threadIdx.x % LANES == 0) delta[which] = sum;
}
EXPORT(attentionDelta)

__global__ void attentionQueries(Matrix dq, Matrix dout, Matrix logSum, const float* delta, Matrix q, Matrix k, Matrix v,
    const int* firstKey, const int* seen, int heads, int group, int size, float scale) {
  DYNAMIC_SHARED(memory);
  float* slopes = (float*)memory;
  float* sums = slopes + CHUNK;
  int row = blockIdx.x, head = blockIdx.y, first = firstKey[row], count = seen[row], keyAt = head / group * size;
  float total = get(logSum, row, head), along = delta[(long long)row * heads + head];
  for (int c = threadIdx.x; c < size; c += blockDim.x) sums[c] = 0;
  for (int from = 0; from < count; from += CHUNK) {
    int n = min(CHUNK, count - from);
    __syncthreads();
    by_lanes(n, [&](int j) {
      float score = whole(j < n ? part(q, row, head * size, k, first + from + j, keyAt, size) : 0.f) * scale;
      float slope = whole(j < n ? part(dout, row, head * size, v, first + from + j, keyAt, size) : 0.f);
      if (j < n && threadIdx.x % LANES == 0) slopes[j] = expf(score - total) * (slope - along) * scale;
    });
    __syncthreads();
    for (int c = threadIdx.x; c < size; c += blockDim.x) {
      float sum = sums[c];
      for (int j = 0; j < n; j++) sum += slopes[j] * get(k, first + from + j, keyAt + c);
      sums[c] = sum;
    }
  }
  for (int c = threadIdx.x; c < size; c += blockDim.x) put(dq, row, head * size + c, sums[c]);
}
EXPORT(attentionQueries)

// dk and dv of one key row, over the query heads that share it and the queries of its segment that see it.
__global__ void attentionKeys(Matrix dk, Matrix dv, Matrix dout, Matrix logSum, const float* delta, Matrix q, Matrix k,
    Matrix v, const int* firstQuery, const int* lastQuery, const int* place, const int* seen, int heads, int group,
    int size, float scale) {
  DYNAMIC_SHARED(memory);
  float* weights = (float*)memory; // -1 for a query that does not see the key
  float* slopes = weights + CHUNK;
  float* keySums = slopes + CHUNK;
  float* valueSums = keySums + size;
  int row = blockIdx.x, keyAt = blockIdx.y * size;
  for (int c = threadIdx.x; c < size; c += blockDim.x) keySums[c] = valueSums[c] = 0;
  for (int head = blockIdx.y * group; head < (blockIdx.y + 1) * group; head++)
    for (int from = firstQuery[row]; from < lastQuery[row]; from += CHUNK) {
      int n = min(CHUNK, lastQuery[row] - from);
      __syncthreads();
      by_lanes(n, [&](int i) {
        bool sees = i < n && seen[from + i] > place[row];
        float score = whole(sees ? part(q, from + i, head * size, k, row, keyAt, size) : 0.f) * scale;
        float slope = whole(sees ? part(dout, from + i, head * size, v, row, keyAt, size) : 0.f);
        if (i >= n || threadIdx.x % LANES) return;
        float weight = sees ? expf(score - get(logSum, from + i, head)) : -1.f;
        weights[i] = weight;
        slopes[i] = sees ? weight * (slope - delta[(long long)(from + i) * heads + head]) * scale : 0.f;
      });
      __syncthreads();
      for (int c = threadIdx.x; c < size; c += blockDim.x)
        for (int i = 0; i < n; i++) {
          if (weights[i] == -1) continue;
          keySums[c] += slopes[i] * get(q, from + i, head * size + c);
          valueSums[c] += weights[i] * get(dout, from + i, head * size + c);
        }
    }
  for (int c = threadIdx.x; c < size; c += blockDim.x) {
    put(dk, row, keyAt + c, keySums[c]);
    put(dv, row, keyAt + c, valueSums[c]);
  }
}
EXPORT(attentionKeys)
}
