// Attention by tiles on tensor cores, in bfloat16: ragged segments, grouped heads, and as many keys as each query sees. A
// block has four warps of 16 rows each. While a tile is computed the next one is copied. No atomics: the same bits each time.
#include "tensorcore.cuh"

constexpr int KEYS = 64; // of a tile that queries go through
constexpr int QUERIES = 32; // of a tile that keys go through

struct Lane {
  int local[2]; // rows of the block's 64 that its sums belong to
  int pair; // columns 2 pair and 2 pair + 1 of eight
};
__device__ __forceinline__ Lane lane_of_block() {
  int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  return Lane{{warp * 16 + lane / 4, warp * 16 + lane / 4 + 8}, lane % 4};
}

// tiles[4 block] = first query row, query rows, first key row of the segment, keys that the tile's last query sees
template <int H>
__device__ __forceinline__ void attend(const Matrix& out, const Matrix& logSum, const Matrix& q, const Matrix& k,
    const Matrix& v, const int* tiles, const int* seen, int group, float scale) {
  DYNAMIC_SHARED(memory);
  constexpr int SIZE = KEYS * Tile<H>::WIDTH;
  const int* tile = tiles + 4 * blockIdx.x;
  int row = tile[0], rows = tile[1], firstKey = tile[2], count = tile[3], head = blockIdx.y, keyAt = head / group * H;
  Lane lane = lane_of_block();
  auto fetch = [&](int from) {
    bf16* at = (bf16*)memory + from / KEYS % 2 * 2 * SIZE;
    Tile<H>{at}.fetch(KEYS, halves(k, firstKey + from, keyAt), k.stride, count - from);
    Tile<H>{at + SIZE}.fetch(KEYS, halves(v, firstKey + from, keyAt), v.stride, count - from);
    commit_copies();
  };
  fetch(0);
  unsigned a[H / 16][4];
  left_rows<H>(a, halves(q, row, head * H), q.stride, lane.local, rows);
  int sees[2];
#pragma unroll
  for (int r = 0; r < 2; r++) sees[r] = lane.local[r] < rows ? seen[row + lane.local[r]] : 0;
  float o[H / 8][4] = {}, most[2] = {LOWEST, LOWEST}, sum[2] = {0, 0};
  for (int from = 0; from < count; from += KEYS) {
    wait_for_copies();
    __syncthreads(); // this tile is there, and nobody reads the other one any more
    if (from + KEYS < count) fetch(from + KEYS);
    Tile<H> keys = {(bf16*)memory + from / KEYS % 2 * 2 * SIZE}, values = {keys.at + SIZE};
    float s[KEYS / 8][4] = {};
#pragma unroll
    for (int n = 0; n < KEYS / 16; n++)
#pragma unroll
      for (int c = 0; c < H / 16; c++) {
        unsigned b[4];
        keys.across(b, n * 16, c * 16);
        multiply(s[2 * n], a[c], b);
        multiply(s[2 * n + 1], a[c], b + 2);
      }
    float top[2] = {most[0], most[1]};
#pragma unroll
    for (int n = 0; n < KEYS / 8; n++)
#pragma unroll
      for (int i = 0; i < 4; i++) {
        bool visible = from + n * 8 + lane.pair * 2 + (i & 1) < sees[i / 2];
        s[n][i] = visible ? s[n][i] * scale : LOWEST;
        top[i / 2] = fmaxf(top[i / 2], s[n][i]);
      }
#pragma unroll
    for (int r = 0; r < 2; r++) {
      top[r] = fmaxf(top[r], __shfl_xor_sync(0xffffffffu, top[r], 1));
      top[r] = fmaxf(top[r], __shfl_xor_sync(0xffffffffu, top[r], 2));
      float shrink = __expf(most[r] - top[r]);
      most[r] = top[r];
      sum[r] *= shrink;
#pragma unroll
      for (int n = 0; n < H / 8; n++) {
        o[n][2 * r] *= shrink;
        o[n][2 * r + 1] *= shrink;
      }
    }
#pragma unroll
    for (int n = 0; n < KEYS / 8; n++)
#pragma unroll
      for (int i = 0; i < 4; i++) {
        s[n][i] = s[n][i] == LOWEST ? 0.f : __expf(s[n][i] - most[i / 2]);
        sum[i / 2] += s[n][i];
      }
#pragma unroll
    for (int c = 0; c < KEYS / 16; c++) {
      unsigned p[4] = {pair(s[2 * c][0], s[2 * c][1]), pair(s[2 * c][2], s[2 * c][3]),
          pair(s[2 * c + 1][0], s[2 * c + 1][1]), pair(s[2 * c + 1][2], s[2 * c + 1][3])};
#pragma unroll
      for (int n = 0; n < H / 16; n++) {
        unsigned b[4];
        values.down(b, c * 16, n * 16);
        multiply(o[2 * n], p, b);
        multiply(o[2 * n + 1], p, b + 2);
      }
    }
  }
  float factor[2];
#pragma unroll
  for (int r = 0; r < 2; r++) {
    sum[r] += __shfl_xor_sync(0xffffffffu, sum[r], 1);
    sum[r] += __shfl_xor_sync(0xffffffffu, sum[r], 2);
    factor[r] = 1.f / sum[r];
    if (lane.local[r] < rows && lane.pair == 0) *floats(logSum, row + lane.local[r], head) = most[r] + logf(sum[r]);
  }
  store_rows<H>(halves(out, row, head * H), out.stride, lane.local, rows, o, factor);
}

// dq of 64 queries of one head: probabilities again from logSum, a tile of keys at a time.
template <int H>
__device__ __forceinline__ void back_queries(const Matrix& dq, const Matrix& dout, const Matrix& logSum, const float* delta,
    const Matrix& q, const Matrix& k, const Matrix& v, const int* tiles, const int* seen, int heads, int group, float scale) {
  DYNAMIC_SHARED(memory);
  constexpr int SIZE = KEYS * Tile<H>::WIDTH;
  const int* tile = tiles + 4 * blockIdx.x;
  int row = tile[0], rows = tile[1], firstKey = tile[2], count = tile[3], head = blockIdx.y, keyAt = head / group * H;
  Lane lane = lane_of_block();
  auto fetch = [&](int from) {
    bf16* at = (bf16*)memory + from / KEYS % 2 * 2 * SIZE;
    Tile<H>{at}.fetch(KEYS, halves(k, firstKey + from, keyAt), k.stride, count - from);
    Tile<H>{at + SIZE}.fetch(KEYS, halves(v, firstKey + from, keyAt), v.stride, count - from);
    commit_copies();
  };
  fetch(0);
  unsigned a[H / 16][4], o[H / 16][4];
  left_rows<H>(a, halves(q, row, head * H), q.stride, lane.local, rows);
  left_rows<H>(o, halves(dout, row, head * H), dout.stride, lane.local, rows);
  int sees[2];
  float sum[2], d[2];
#pragma unroll
  for (int r = 0; r < 2; r++) {
    bool there = lane.local[r] < rows;
    long long at = row + lane.local[r];
    sees[r] = there ? seen[at] : 0;
    sum[r] = there ? *floats(logSum, at, head) : 0.f;
    d[r] = there ? delta[at * heads + head] : 0.f;
  }
  float total[H / 8][4] = {};
  for (int from = 0; from < count; from += KEYS) {
    wait_for_copies();
    __syncthreads();
    if (from + KEYS < count) fetch(from + KEYS);
    Tile<H> keys = {(bf16*)memory + from / KEYS % 2 * 2 * SIZE}, values = {keys.at + SIZE};
#pragma unroll
    for (int m = 0; m < KEYS / 16; m++) {
      float s[2][4] = {}, p[2][4] = {};
#pragma unroll
      for (int c = 0; c < H / 16; c++) {
        unsigned b[4];
        keys.across(b, m * 16, c * 16);
        multiply(s[0], a[c], b);
        multiply(s[1], a[c], b + 2);
        values.across(b, m * 16, c * 16);
        multiply(p[0], o[c], b);
        multiply(p[1], o[c], b + 2);
      }
      unsigned f[4];
#pragma unroll
      for (int n = 0; n < 2; n++) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
          bool visible = from + m * 16 + n * 8 + lane.pair * 2 + (i & 1) < sees[i / 2];
          s[n][i] = visible ? __expf(s[n][i] * scale - sum[i / 2]) * (p[n][i] - d[i / 2]) * scale : 0.f;
        }
        f[2 * n] = pair(s[n][0], s[n][1]);
        f[2 * n + 1] = pair(s[n][2], s[n][3]);
      }
#pragma unroll
      for (int n = 0; n < H / 16; n++) {
        unsigned b[4];
        keys.down(b, m * 16, n * 16);
        multiply(total[2 * n], f, b);
        multiply(total[2 * n + 1], f, b + 2);
      }
    }
  }
  float factor[2] = {1, 1};
  store_rows<H>(halves(dq, row, head * H), dq.stride, lane.local, rows, total, factor);
}

// dk and dv of 64 keys of one key head, over the query heads that share it and the queries that see it.
// tiles[5 block] = first key row, key rows, its place in the segment, first query row, end of the query rows
template <int H>
__device__ __forceinline__ void back_keys(const Matrix& dk, const Matrix& dv, const Matrix& dout, const Matrix& logSum,
    const float* delta, const Matrix& q, const Matrix& k, const Matrix& v, const int* tiles, const int* seen, int heads,
    int group, float scale) {
  DYNAMIC_SHARED(memory);
  constexpr int OWN = 64 * Tile<H>::WIDTH, SIZE = QUERIES * Tile<H>::WIDTH;
  __shared__ float sums[2][QUERIES], deltas[2][QUERIES];
  __shared__ int sees[2][QUERIES];
  const int* tile = tiles + 5 * blockIdx.x;
  int row = tile[0], rows = tile[1], place = tile[2], firstQuery = tile[3], lastQuery = tile[4], keyAt = blockIdx.y * H;
  Lane lane = lane_of_block();
  int steps = (lastQuery - firstQuery + QUERIES - 1) / QUERIES;
  Tile<H> keys = {(bf16*)memory}, values = {keys.at + OWN};
  bf16* others = values.at + OWN;
  auto fetch = [&](int step) {
    int turn = step % 2, head = blockIdx.y * group + step / steps, from = firstQuery + step % steps * QUERIES;
    Tile<H>{others + turn * 2 * SIZE}.fetch(QUERIES, halves(q, from, head * H), q.stride, lastQuery - from);
    Tile<H>{others + turn * 2 * SIZE + SIZE}.fetch(QUERIES, halves(dout, from, head * H), dout.stride, lastQuery - from);
    if (threadIdx.x < QUERIES) {
      long long at = from + threadIdx.x;
      bool there = at < lastQuery;
      sums[turn][threadIdx.x] = there ? *floats(logSum, at, head) : 0.f;
      deltas[turn][threadIdx.x] = there ? delta[at * heads + head] : 0.f;
      sees[turn][threadIdx.x] = there ? seen[at] : 0;
    }
    commit_copies();
  };
  keys.fetch(64, halves(k, row, keyAt), k.stride, rows);
  values.fetch(64, halves(v, row, keyAt), v.stride, rows);
  if (steps > 0) fetch(0);
  float totalK[H / 8][4] = {}, totalV[H / 8][4] = {};
  int mine = threadIdx.x / 32 * 16;
  for (int step = 0; step < steps * group; step++) {
    wait_for_copies();
    __syncthreads();
    if (step + 1 < steps * group) fetch(step + 1);
    int turn = step % 2;
    Tile<H> queries = {others + turn * 2 * SIZE}, douts = {queries.at + SIZE};
#pragma unroll
    for (int m = 0; m < QUERIES / 16; m++) {
      float s[2][4] = {}, p[2][4] = {};
#pragma unroll
      for (int c = 0; c < H / 16; c++) {
        unsigned a[4], b[4];
        keys.left(a, mine, c * 16);
        queries.across(b, m * 16, c * 16);
        multiply(s[0], a, b);
        multiply(s[1], a, b + 2);
        values.left(a, mine, c * 16);
        douts.across(b, m * 16, c * 16);
        multiply(p[0], a, b);
        multiply(p[1], a, b + 2);
      }
      unsigned fp[4], fs[4];
#pragma unroll
      for (int n = 0; n < 2; n++) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
          int query = m * 16 + n * 8 + lane.pair * 2 + (i & 1);
          bool visible = place + lane.local[i / 2] < sees[turn][query];
          s[n][i] = visible ? __expf(s[n][i] * scale - sums[turn][query]) : 0.f;
          p[n][i] = s[n][i] * (p[n][i] - deltas[turn][query]) * scale;
        }
        fp[2 * n] = pair(s[n][0], s[n][1]);
        fp[2 * n + 1] = pair(s[n][2], s[n][3]);
        fs[2 * n] = pair(p[n][0], p[n][1]);
        fs[2 * n + 1] = pair(p[n][2], p[n][3]);
      }
#pragma unroll
      for (int n = 0; n < H / 16; n++) {
        unsigned b[4];
        douts.down(b, m * 16, n * 16);
        multiply(totalV[2 * n], fp, b);
        multiply(totalV[2 * n + 1], fp, b + 2);
        queries.down(b, m * 16, n * 16);
        multiply(totalK[2 * n], fs, b);
        multiply(totalK[2 * n + 1], fs, b + 2);
      }
    }
  }
  wait_for_copies();
  float factor[2] = {1, 1};
  store_rows<H>(halves(dk, row, keyAt), dk.stride, lane.local, rows, totalK, factor);
  store_rows<H>(halves(dv, row, keyAt), dv.stride, lane.local, rows, totalV, factor);
}

extern "C" {
#define FLASH(H)                                                                                                              \
  __global__ void __launch_bounds__(128) flash_##H(Matrix out, Matrix logSum, Matrix q, Matrix k, Matrix v, const int* tiles, \
      const int* seen, int group, float scale) {                                                                              \
    attend<H>(out, logSum, q, k, v, tiles, seen, group, scale);                                                               \
  }                                                                                                                           \
  EXPORT(flash_##H)                                                                                                           \
  __global__ void __launch_bounds__(128) flashQueries_##H(Matrix dq, Matrix dout, Matrix logSum, const float* delta, Matrix q, \
      Matrix k, Matrix v, const int* tiles, const int* seen, int heads, int group, float scale) {                             \
    back_queries<H>(dq, dout, logSum, delta, q, k, v, tiles, seen, heads, group, scale);                                      \
  }                                                                                                                           \
  EXPORT(flashQueries_##H)                                                                                                    \
  __global__ void __launch_bounds__(128) flashKeys_##H(Matrix dk, Matrix dv, Matrix dout, Matrix logSum, const float* delta,  \
      Matrix q, Matrix k, Matrix v, const int* tiles, const int* seen, int heads, int group, float scale) {                   \
    back_keys<H>(dk, dv, dout, logSum, delta, q, k, v, tiles, seen, heads, group, scale);                                     \
  }                                                                                                                           \
  EXPORT(flashKeys_##H)
FLASH(64)
FLASH(80)
FLASH(96)
FLASH(128)
}
