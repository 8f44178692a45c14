// Value by value: copies, sums, activations.
#include "device.cuh"

__device__ __forceinline__ float sigmoid(float x) { return 1.f / (1.f + expf(-x)); }
__device__ __forceinline__ float swish_slope(float x, float beta) {
  float s = sigmoid(beta * x);
  return s + beta * x * s * (1.f - s);
}
// 2 sqrt(2 / pi) (x + cubes 0.044715 x^3)
__device__ __forceinline__ float tanh_term(float x, float cubes) {
  return x * (1.5957691216057308f + cubes * 0.07135481627159545f * x * x);
}
// 0 for none, 1 for GELU with the exact error function, 2 for x sigmoid(1.702 x), 3 for GELU by the hyperbolic tangent.
__device__ __forceinline__ float activated(float x, int activation) {
  if (activation == 1) return x * (0.5f * erfcf(-x * 0.70710678118654752f));
  if (activation == 2) return x * sigmoid(1.702f * x);
  if (activation == 3) return x * sigmoid(tanh_term(x, 1.f));
  return x;
}
__device__ __forceinline__ float activation_slope(float x, int activation) {
  if (activation == 2) return swish_slope(x, 1.702f);
  if (activation == 3) {
    float s = sigmoid(tanh_term(x, 1.f));
    return s + tanh_term(x, 3.f) * s * (1.f - s);
  }
  return 0.5f * erfcf(-x * 0.70710678118654752f) + x * 0.39894228040143268f * expf(-0.5f * x * x);
}

extern "C" {
__global__ void copy(Matrix y, Matrix x) {
  cells(y.rows, y.columns, [&](long long i, int j) { put4(y, i, j, get4(x, i, j)); });
}
EXPORT(copy)

__global__ void fill(Matrix y, float value) {
  cells(y.rows, y.columns, [&](long long i, int j) { put4(y, i, j, Four{{value, value, value, value}}); });
}
EXPORT(fill)

// y += alpha x
__global__ void add(Matrix y, Matrix x, float alpha) {
  cells(y.rows, y.columns, [&](long long i, int j) {
    Four a = get4(y, i, j), b = get4(x, i, j);
    for (int c = 0; c < 4; c++) a.v[c] += alpha * b.v[c];
    put4(y, i, j, a);
  });
}
EXPORT(add)

__global__ void scale(Matrix y, float alpha) {
  cells(y.rows, y.columns, [&](long long i, int j) {
    Four a = get4(y, i, j);
    for (int c = 0; c < 4; c++) a.v[c] *= alpha;
    put4(y, i, j, a);
  });
}
EXPORT(scale)

// What four neighbouring places have in common: DropMask.java computes the same.
__device__ __forceinline__ unsigned long long drop_bits(unsigned long long seed, unsigned long long place) {
  unsigned long long z = seed + ((place >> 2) + 1) * 0x9e3779b97f4a7c15ull;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ z >> 27) * 0x94d049bb133111ebull;
  return z ^ z >> 31;
}

// y = scale x, but 0 where the bits of a place are below a share of 65536
__global__ void drop(Matrix y, Matrix x, long long seed, int below, float scale) {
  cells(y.rows, y.columns, [&](long long i, int j) {
    Four a = get4(x, i, j);
    for (int c = 0; c < 4; c++) {
      unsigned long long place = i * x.columns + j + c;
      int bits = (int)(drop_bits((unsigned long long)seed, place) >> 16 * (place & 3) & 0xffff);
      a.v[c] = bits < below ? 0 : a.v[c] * scale;
    }
    put4(y, i, j, a);
  });
}
EXPORT(drop)

// y = f(x + bias + beta y): the end of a linear layer, with one rounding.
__global__ void finish(Matrix y, Matrix x, Matrix bias, float beta, int activation) {
  cells(y.rows, y.columns, [&](long long i, int j) {
    Four a = get4(x, i, j);
    if (bias.at) {
      Four b = get4(bias, 0, j);
      for (int c = 0; c < 4; c++) a.v[c] += b.v[c];
    }
    if (beta != 0) {
      Four b = get4(y, i, j);
      for (int c = 0; c < 4; c++) a.v[c] += b.v[c];
    }
    for (int c = 0; c < 4; c++) a.v[c] = activated(a.v[c], activation);
    put4(y, i, j, a);
  });
}
EXPORT(finish)

// y = factors[block] x
__global__ void scaleBlocks(Matrix y, Matrix x, Matrix factors, int rows) {
  cells(y.rows, y.columns, [&](long long i, int j) {
    float factor = get(factors, i / rows, 0);
    Four a = get4(x, i, j);
    for (int c = 0; c < 4; c++) a.v[c] *= factor;
    put4(y, i, j, a);
  });
}
EXPORT(scaleBlocks)

// dx = dy f'(x)
__global__ void activateBackward(Matrix dx, Matrix dy, Matrix x, int activation) {
  cells(dx.rows, dx.columns, [&](long long i, int j) {
    Four a = get4(x, i, j), d = get4(dy, i, j);
    for (int c = 0; c < 4; c++) d.v[c] *= activation_slope(a.v[c], activation);
    put4(dx, i, j, d);
  });
}
EXPORT(activateBackward)

// y = silu(gate) up
__global__ void swiglu(Matrix y, Matrix gate, Matrix up) {
  cells(y.rows, y.columns, [&](long long i, int j) {
    Four g = get4(gate, i, j), u = get4(up, i, j);
    for (int c = 0; c < 4; c++) g.v[c] *= sigmoid(g.v[c]) * u.v[c];
    put4(y, i, j, g);
  });
}
EXPORT(swiglu)

__global__ void swigluBackward(Matrix dgate, Matrix dup, Matrix dy, Matrix gate, Matrix up) {
  cells(dy.rows, dy.columns, [&](long long i, int j) {
    Four g = get4(gate, i, j), u = get4(up, i, j), d = get4(dy, i, j);
    for (int c = 0; c < 4; c++) {
      u.v[c] *= d.v[c] * swish_slope(g.v[c], 1.f);
      g.v[c] *= d.v[c] * sigmoid(g.v[c]);
    }
    put4(dgate, i, j, u);
    put4(dup, i, j, g);
  });
}
EXPORT(swigluBackward)

// Values of an optimizer: float32, or halves whose bits add up; `high` is what products take. As Master.java.
__device__ __forceinline__ float join(const Matrix& high, const Matrix& low, long long i, int j) {
  return __uint_as_float(((unsigned)halves(high, i, j)->bits << 16) + (unsigned)(int)(short)halves(low, i, j)->bits);
}
__device__ __forceinline__ void keep(const Matrix& whole, const Matrix& high, const Matrix& low, int j, float value) {
  unsigned bits = __float_as_uint(value);
  if (whole.at) *floats(whole, 0, j) = value;
  if (high.at) halves(high, 0, j)->bits = (unsigned short)((bits + 0x8000u) >> 16);
  if (low.at) halves(low, 0, j)->bits = (unsigned short)bits;
}

// One step of AdamW on vectors.
__global__ void adamW(Matrix whole, Matrix high, Matrix low, Matrix gradients, Matrix first, Matrix second, float scale,
    float beta1, float rest1, float beta2, float rest2, float kept, float rate, float correction, float epsilon) {
  cells(1, first.columns, [&](long long i, int j) {
    Four g = get4(gradients, i, j), m = get4(first, i, j), v = get4(second, i, j);
    for (int c = 0; c < 4 && j + c < first.columns; c++) {
      float gradient = g.v[c] * scale, p = whole.at ? *floats(whole, 0, j + c) : join(high, low, 0, j + c);
      m.v[c] = beta1 * m.v[c] + rest1 * gradient;
      v.v[c] = beta2 * v.v[c] + rest2 * gradient * gradient;
      keep(whole, high, low, j + c, p * kept - rate * m.v[c] / (sqrtf(v.v[c]) / correction + epsilon));
    }
    put4(first, i, j, m);
    put4(second, i, j, v);
  });
}
EXPORT(adamW)

// y[i] = what the halves of row rows[i] make together; a negative row leaves y[i] as it is.
__global__ void gatherHalves(Matrix y, Matrix high, Matrix low, const int* rows) {
  cells(y.rows, y.columns, [&](long long i, int j) {
    if (rows[i] < 0) return;
    Four a = {{0, 0, 0, 0}};
    for (int c = 0; c < 4 && j + c < y.columns; c++) a.v[c] = join(high, low, rows[i], j + c);
    put4(y, i, j, a);
  });
}
EXPORT(gatherHalves)

// Values in 8 bits, a block of threads for each block of values: EightBit.java and Levels.java say how.
__global__ void pack8(Matrix codes, Matrix scales, Matrix x, const float* borders, int count, int has_sign) {
  __shared__ float slots[32];
  int i = blockIdx.x * blockDim.x + threadIdx.x, warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  float value = i < x.columns ? get(x, 0, i) : 0.f;
  float largest = value == value ? fabsf(value) : __uint_as_float(0x7f800000u);
  for (int other = 16; other > 0; other >>= 1) largest = fmaxf(largest, __shfl_xor_sync(0xffffffffu, largest, other));
  if (lane == 0) slots[warp] = largest;
  __syncthreads();
  for (int w = 0; w < blockDim.x / 32; w++) largest = fmaxf(largest, slots[w]);
  bool finite = largest < __uint_as_float(0x7f800000u);
  float scale = finite ? largest : __uint_as_float(0x7fc00000u);
  if (threadIdx.x == 0) *floats(scales, 0, blockIdx.x) = scale;
  if (i >= x.columns) return;
  float size = fabsf(value) / scale;
  int code = 0;
  if (value == 0.f) {
    code = 0;
  } else if (!(size < 1.f)) {
    code = count;
  } else {
    int last = count; // the first border that is not below the size lies in [code, last]
    while (code < last) {
      int middle = (code + last) / 2;
      if (size > borders[middle]) code = middle + 1;
      else last = middle;
    }
    if (!has_sign && code == 0) code = 1;
  }
  if (has_sign && value < 0.f) code |= 0x80;
  ((unsigned char*)codes.at)[i] = (unsigned char)code;
}
EXPORT(pack8)

__global__ void unpack8(Matrix y, Matrix codes, Matrix scales, const float* levels) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < y.columns) put(y, 0, i, levels[((unsigned char*)codes.at)[i]] * *floats(scales, 0, blockIdx.x));
}
EXPORT(unpack8)
}
