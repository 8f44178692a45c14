#include "emulator.h"

#include <dlfcn.h>
#include <jni.h>
#include <sys/mman.h>

#include <numeric>
#include <string>
#include <vector>

EmuIndex emuBlock, emuBlockDim, emuGridDim;
EmuThread* emuSelf;

// A switch saves the registers that a call preserves.
extern "C" void emuSwitch(void** save, void* to);
asm(R"(
.text
.globl emuSwitch
.hidden emuSwitch
emuSwitch:
  push %rbp; push %rbx; push %r12; push %r13; push %r14; push %r15
  mov %rsp, (%rdi)
  mov %rsi, %rsp
  pop %r15; pop %r14; pop %r13; pop %r12; pop %rbx; pop %rbp
  ret
)");

namespace {
enum State { READY, AT_BARRIER, AT_WARP, DONE };
struct Copy {
  void* to;
  const void* from;
};
struct Fiber : EmuThread {
  void* stack;
  State state;
  uint64_t mine;
  int source;
  unsigned mask;
  int id;
  unsigned turn;
  std::vector<Copy> copies;
};
constexpr size_t STACK = 67648; // no power of two: stacks would meet in the same cache lines
constexpr unsigned ALL = 0xffffffffu;
std::vector<Fiber> fibers;
char* stacks;
size_t stackCount;
void* scheduler;
std::vector<unsigned char> shared;
void (*entry)(void**);
void** parameters;
const char* failure;
const unsigned char ZEROS[16] = {};

Fiber& self() { return *static_cast<Fiber*>(emuSelf); }
void pause(State state) {
  Fiber& fiber = self();
  fiber.state = state;
  emuSwitch(&fiber.stack, scheduler);
}
void body() {
  entry(parameters);
  if (!self().copies.empty()) failure = "a copy that nothing waited for";
  pause(DONE);
  abort();
}
void prepare(Fiber& fiber, int id) {
  void** top = (void**)(stacks + STACK * (id + 1));
  *--top = nullptr; // keeps the stack aligned as after a call
  *--top = (void*)body;
  for (int i = 0; i < 6; i++) *--top = nullptr;
  fiber.stack = top;
  fiber.state = READY;
  fiber.id = id;
  fiber.turn = 0;
  fiber.copies.clear();
}
// A warp goes on when all lanes that a mask names have come to the exchange.
bool releaseWarp(Fiber* lanes, unsigned n) {
  unsigned present = 0;
  for (unsigned i = 0; i < n; i++)
    if (lanes[i].state == AT_WARP) present |= 1u << i;
  if (!present) return false;
  unsigned full = n == 32 ? ALL : (1u << n) - 1;
  uint64_t got[32];
  for (unsigned i = 0; i < n; i++) {
    if (lanes[i].state != AT_WARP) continue;
    if (lanes[i].mask & full & ~present) failure = "a lane that a shuffle names did not take part";
    got[i] = present >> lanes[i].source & 1 ? lanes[lanes[i].source].mine : 0x7fc0dead7fc0deadull;
  }
  for (unsigned i = 0; i < n; i++)
    if (lanes[i].state == AT_WARP) {
      lanes[i].mine = got[i];
      lanes[i].state = READY;
    }
  return true;
}
uint64_t draw(uint64_t& seed) { return (seed = seed * 6364136223846793005ull + 1442695040888963407ull) >> 33; }
void shuffle(unsigned char* order, unsigned n, uint64_t& seed) {
  for (unsigned i = 0; i < n; i++) order[i] = i;
  for (unsigned i = n; seed && i > 1; i--) std::swap(order[i - 1], order[draw(seed) % i]);
}
// Each warp as far as it gets before a barrier of the block: the order that most easily shows that one is missing. Seed 0
// takes all in order.
void runBlock(unsigned threads, uint64_t& seed) {
  for (unsigned i = 0; i < threads; i++) prepare(fibers[i], i);
  unsigned warps = (threads + 31) / 32;
  unsigned char warpOrder[32], laneOrder[32];
  for (;;) {
    shuffle(warpOrder, warps, seed);
    for (unsigned w = 0; w < warps; w++) {
      Fiber* lanes = &fibers[warpOrder[w] * 32];
      unsigned n = std::min(32u, threads - warpOrder[w] * 32);
      do {
        shuffle(laneOrder, n, seed);
        for (unsigned i = 0; i < n; i++) {
          Fiber& fiber = lanes[laneOrder[i]];
          if (fiber.state != READY) continue;
          emuSelf = &fiber;
          emuSwitch(&scheduler, fiber.stack);
        }
      } while (releaseWarp(lanes, n) && !failure);
      if (failure) return;
    }
    unsigned waiting = 0, done = 0;
    for (unsigned i = 0; i < threads; i++) {
      if (fibers[i].state == DONE) done++;
      if (fibers[i].state != AT_BARRIER) continue;
      fibers[i].state = READY;
      waiting++;
    }
    if (waiting == 0) return;
    if (done > 0) {
      failure = "a barrier that some threads did not come to";
      return;
    }
  }
}
struct Fragments {
  unsigned a[32][4], b[32][2];
  const unsigned short* rows[32];
};
Fragments fragments[32][2]; // by warp, and in turn: no lane gets two operations ahead
Fragments& meeting() { return fragments[self().id / 32][self().turn++ & 1]; }
float half(unsigned pair, int i) { return __uint_as_float((pair >> (16 * i)) << 16); }
float widen(unsigned short bits) { return __uint_as_float((unsigned)bits << 16); }
unsigned short narrow(float x) {
  unsigned b = __float_as_uint(x);
  return (b & 0x7fffffffu) > 0x7f800000u ? 0x7fc0 : (unsigned short)((b + 0x7fffu + (b >> 16 & 1u)) >> 16);
}
} // namespace

void emuSyncBlock() { pause(AT_BARRIER); }
int emuLane() { return self().id & 31; }
unsigned char* emuShared() { return shared.data(); }
uint64_t emuExchange(uint64_t mine, int source, unsigned mask) {
  Fiber& fiber = self();
  fiber.mine = mine;
  fiber.source = source;
  fiber.mask = mask;
  pause(AT_WARP);
  return fiber.mine;
}
// mma.sync.m16n8k16: the lanes lay their fragments down, meet, and each computes its four sums.
void emuMultiply(float* d, const unsigned* a, const unsigned* b) {
  Fragments& all = meeting();
  int lane = emuLane();
  memcpy(all.a[lane], a, 16);
  memcpy(all.b[lane], b, 8);
  emuExchange(0, lane, ALL);
  for (int i = 0; i < 4; i++) {
    int row = lane / 4 + i / 2 * 8, column = lane % 4 * 2 + (i & 1);
    float sum = 0;
    for (int k = 0; k < 16; k++)
      sum += half(all.a[row % 8 * 4 + k % 8 / 2][row / 8 + k / 8 * 2], k & 1) * half(all.b[column * 4 + k % 8 / 2][k / 8], k & 1);
    d[i] += sum;
  }
}
// ldmatrix.x4: lane 8 i + r has the address of row r of tile i; each lane gets two values of each tile.
void emuLoadTiles(unsigned* r, const void* row, bool transposed) {
  if ((uintptr_t)row % 16) failure = "a row of a tile that is not aligned to 16 bytes";
  Fragments& all = meeting();
  int lane = emuLane();
  all.rows[lane] = (const unsigned short*)row;
  emuExchange(0, lane, ALL);
  for (int i = 0; i < 4; i++) {
    const unsigned short* const* rows = all.rows + 8 * i;
    int line = lane / 4, at = lane % 4 * 2;
    unsigned lower = transposed ? rows[at][line] : rows[line][at], upper = transposed ? rows[at + 1][line] : rows[line][at + 1];
    r[i] = lower | upper << 16;
  }
}
void emuCopyAsync(void* to, const void* from, bool there) {
  if ((uintptr_t)to % 16 || (uintptr_t)from % 16) failure = "an asynchronous copy that is not aligned to 16 bytes";
  self().copies.push_back({to, there ? from : ZEROS});
}
void emuCommitCopies() {}
void emuWaitForCopies() {
  for (Copy& copy : self().copies) memcpy(copy.to, copy.from, 16);
  self().copies.clear();
}

namespace {
const char* run(void (*kernel)(void**), unsigned columns, unsigned rows, unsigned threads, unsigned bytes, void** params, uint64_t seed) {
  if (threads == 0 || threads > 1024) return "a block of an impossible size";
  if (stackCount < threads) {
    stacks = (char*)mmap(nullptr, STACK * threads, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    stackCount = threads;
  }
  if (fibers.size() < threads) fibers.resize(threads);
  for (unsigned i = 0; i < threads; i++) fibers[i].index = {i, 0, 0};
  entry = kernel;
  parameters = params;
  failure = nullptr;
  emuBlockDim = {threads, 1, 1};
  emuGridDim = {columns, rows, 1};
  uint64_t blocks = (uint64_t)columns * rows, start = seed % blocks, stride = seed ? draw(seed) % blocks + 1 : 1;
  while (std::gcd(stride, blocks) != 1) stride++;
  for (uint64_t i = 0; i < blocks; i++) {
    uint64_t block = (i * stride + start) % blocks;
    shared.assign(bytes, 0xff); // not-a-number until it is written
    emuBlock = {(unsigned)(block % columns), (unsigned)(block / columns), 0};
    runBlock(threads, seed);
    if (failure) return failure;
  }
  return nullptr;
}
using Run = const char*(const char*, unsigned, unsigned, unsigned, unsigned, void**, uint64_t);
} // namespace

// Runs a kernel of this library by name, and returns what went wrong, or null.
extern "C" __attribute__((visibility("default"))) const char* emuRun(const char* name, unsigned columns, unsigned rows,
    unsigned threads, unsigned bytes, void** params, uint64_t seed) {
  Dl_info info;
  dladdr((void*)&emuRun, &info);
  void* self = dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD);
  auto kernel = (void (*)(void**))dlsym(self, (std::string("emu_") + name).c_str());
  dlclose(self);
  return kernel ? run(kernel, columns, rows, threads, bytes, params, seed) : "no kernel of this name";
}

// Runs a kernel of any such library; `params` is the address of an array of addresses, as for cuLaunchKernel.
extern "C" JNIEXPORT jstring JNICALL Java_parrot_model_kernel_cuda_Emulator_launch(JNIEnv* env, jclass, jstring library,
    jstring name, jint columns, jint rows, jint threads, jint bytes, jlong params, jlong seed) {
  const char* path = env->GetStringUTFChars(library, nullptr);
  void* handle = dlopen(path, RTLD_NOW);
  env->ReleaseStringUTFChars(library, path);
  const char* chars = env->GetStringUTFChars(name, nullptr);
  auto* run = handle ? (Run*)dlsym(handle, "emuRun") : nullptr;
  const char* said = run ? run(chars, columns, rows, threads, bytes, (void**)params, seed) : "no library of kernels";
  env->ReleaseStringUTFChars(name, chars);
  return said ? env->NewStringUTF(said) : nullptr;
}

// cublasLtMatmul, its arguments taken literally: column-major, d[m, n] = op(a)[m, k] op(b)[k, n] + beta d.
extern "C" __attribute__((visibility("default"))) void emuMultiplyMatrices(bool ta, bool tb, long m, long n, long k, bool rounded,
    const void* a, long lda, const void* b, long ldb, float beta, bool roundedD, void* d, long ldd) {
  auto at = [&](const void* base, long index) {
    return rounded ? widen(((const unsigned short*)base)[index]) : ((const float*)base)[index];
  };
  std::vector<float> left((size_t)m * k);
  for (long i = 0; i < m; i++)
    for (long c = 0; c < k; c++) left[i * k + c] = at(a, ta ? c + i * lda : i + c * lda);
  std::vector<float> column(k);
  for (long j = 0; j < n; j++) {
    for (long c = 0; c < k; c++) column[c] = at(b, tb ? j + c * ldb : c + j * ldb);
    for (long i = 0; i < m; i++) {
      float sum = 0;
      const float* row = &left[i * k];
      for (long c = 0; c < k; c++) sum += row[c] * column[c];
      long to = i + j * ldd;
      if (roundedD) {
        auto* target = (unsigned short*)d + to;
        *target = narrow(beta == 0 ? sum : widen(*target) + sum);
      } else {
        auto* target = (float*)d + to;
        *target = beta == 0 ? sum : *target + sum;
      }
    }
  }
}

extern "C" JNIEXPORT void JNICALL Java_parrot_model_kernel_cuda_Emulator_product(JNIEnv*, jclass, jboolean ta, jboolean tb,
    jint m, jint n, jint k, jboolean rounded, jlong a, jlong lda, jlong b, jlong ldb, jfloat beta, jboolean roundedD, jlong d,
    jlong ldd) {
  emuMultiplyMatrices(ta, tb, m, n, k, rounded, (void*)a, lda, (void*)b, ldb, beta, roundedD, (void*)d, ldd);
}
