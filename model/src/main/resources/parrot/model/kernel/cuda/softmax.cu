// Softmax and cross-entropy, a block for each row. Largest value and sum are found in one pass over the row.
#include "device.cuh"

// The sum of exp(x - most) so far. Not-a-number is never the largest, and makes every sum not-a-number.
struct Online {
  float most, sum;
  __device__ __forceinline__ void add(float x) {
    if (x > most) {
      sum = sum * expf(most - x) + 1.f;
      most = x;
    } else {
      sum += expf(x - most);
    }
  }
  __device__ __forceinline__ void join(float other, float otherSum) {
    float top = fmaxf(most, other);
    sum = sum * expf(most - top) + otherSum * expf(other - top);
    most = top;
  }
};

__device__ __forceinline__ Online online(const Matrix& x, long long row) {
  __shared__ float mosts[32], sums[32];
  Online o = {LOWEST, 0};
  for (int j = threadIdx.x * 4; j < x.columns; j += blockDim.x * 4) {
    Four a = get4(x, row, j);
    for (int c = 0; c < 4 && j + c < x.columns; c++) o.add(a.v[c]);
  }
  for (int lane = 16; lane > 0; lane >>= 1) {
    float most = __shfl_xor_sync(0xffffffffu, o.most, lane), sum = __shfl_xor_sync(0xffffffffu, o.sum, lane);
    o.join(most, sum);
  }
  if (threadIdx.x % 32 == 0) {
    mosts[threadIdx.x / 32] = o.most;
    sums[threadIdx.x / 32] = o.sum;
  }
  __syncthreads();
  o = Online{mosts[0], sums[0]};
  for (int w = 1; w < blockDim.x / 32; w++) o.join(mosts[w], sums[w]);
  return o;
}

extern "C" {
__global__ void softmax(Matrix x) {
  long long row = blockIdx.x;
  Online o = online(x, row);
  for (int j = threadIdx.x * 4; j < x.columns; j += blockDim.x * 4) {
    Four a = get4(x, row, j);
    for (int c = 0; c < 4; c++) a.v[c] = expf(a.v[c] - o.most) / o.sum;
    put4(x, row, j, a);
  }
}
EXPORT(softmax)

// dx = p (dp - sum(p dp))
__global__ void softmaxBackward(Matrix dx, Matrix dp, Matrix p) {
  __shared__ float slots[32];
  long long row = blockIdx.x;
  float along = 0;
  for (int j = threadIdx.x * 4; j < p.columns; j += blockDim.x * 4) {
    Four a = get4(p, row, j), d = get4(dp, row, j);
    for (int c = 0; c < 4; c++) along += a.v[c] * d.v[c];
  }
  along = block_sum(along, slots);
  for (int j = threadIdx.x * 4; j < p.columns; j += blockDim.x * 4) {
    Four a = get4(p, row, j), d = get4(dp, row, j);
    for (int c = 0; c < 4; c++) a.v[c] *= d.v[c] - along;
    put4(dx, row, j, a);
  }
}
EXPORT(softmaxBackward)

// dlogits may be the logits, which are then lost, or nowhere.
__global__ void crossEntropy(Matrix losses, Matrix dlogits, Matrix logits, const int* targets, float scale) {
  long long row = blockIdx.x;
  Online o = online(logits, row);
  int target = targets[row];
  float hit = get(logits, row, target);
  __syncthreads(); // everybody has read the target's logit before it is overwritten
  if (threadIdx.x == 0) put(losses, row, 0, o.most - hit + logf(o.sum));
  if (!dlogits.at) return;
  for (int j = threadIdx.x * 4; j < logits.columns; j += blockDim.x * 4) {
    Four a = get4(logits, row, j);
    for (int c = 0; c < 4; c++) a.v[c] = scale * (expf(a.v[c] - o.most) / o.sum - (j + c == target ? 1.f : 0.f));
    put4(dlogits, row, j, a);
  }
}
EXPORT(crossEntropy)
}
