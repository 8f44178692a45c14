// NVIDIA's driver, NVRTC and cuBLASLt for tests, as far as the program calls them, over the emulated kernels. What a stream is
// asked for happens only when something waits for it, so a missing wait shows; arguments are taken literally; memory begins as not-a-number and lies between guards.
#include "kernels.h" // where they lie

#include <dlfcn.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#define API extern "C" __attribute__((visibility("default")))

namespace {
std::recursive_mutex lock;
using Lock = std::lock_guard<std::recursive_mutex>;
std::map<std::string, long long> settings = {{"cards", 1}, {"driver", 13000}, {"nvrtc", 13}, {"major", 9}, {"minor", 0}, {"bytes", 1ll << 30}};
std::map<std::string, long long> counts;
std::map<std::string, int> failing; // the next call of a function gives this error
int lost; // all calls fail from now on
long long contextOf[64];
thread_local long long current;

int called(const char* name, bool needsContext = false) {
  counts[name]++;
  auto planned = failing.find(name);
  if (planned != failing.end()) {
    int error = planned->second;
    failing.erase(planned);
    if (error >= 700) lost = error;
    return error;
  }
  return lost ? lost : needsContext && !current ? 201 : 0;
}
#define BEGIN(CONTEXT) \
  Lock guard(lock); \
  if (int error = called(__func__, CONTEXT)) return error

struct Stream {
  std::deque<std::function<int()>> waiting;
  long long done = 0, asked = 0;
  void ask(std::function<int()> f) {
    waiting.push_back(std::move(f));
    asked++;
  }
  int run(long long until) {
    while (done < until) {
      auto next = std::move(waiting.front());
      waiting.pop_front();
      done++;
      if (int error = next()) lost = error;
    }
    return lost;
  }
};
struct Event {
  Stream* stream = nullptr;
  long long at = 0;
};
struct Module {
  std::string source;
};
struct Function {
  std::string name;
  long long shared = 48 << 10;
};
std::vector<Stream*> streams;
constexpr size_t GUARD = 256;
constexpr unsigned UNWRITTEN = 0x7fc07fc0;
std::map<uintptr_t, size_t> blocks;
long long used;
int runAll() {
  for (Stream* stream : streams) stream->run(stream->asked);
  return lost;
}
bool whole(uintptr_t at, size_t bytes) {
  auto* before = (unsigned*)(at - GUARD);
  auto* after = (unsigned*)(at + bytes);
  for (size_t i = 0; i < GUARD / 4; i++)
    if (before[i] != UNWRITTEN || after[i] != UNWRITTEN) return false;
  return true;
}
bool inBlock(uintptr_t at, size_t bytes) {
  auto next = blocks.upper_bound(at);
  if (next == blocks.begin()) return false;
  --next;
  return at + bytes <= next->first + next->second;
}
void* kernels() {
  static void* handle = dlopen(KERNELS, RTLD_NOW | RTLD_LOCAL);
  return handle;
}
} // namespace

// What a test plans and asks.
API void emuSet(const char* key, long long value) { settings[key] = value; }
API void emuFail(const char* function, int error) { failing[function] = error; }
API long long emuCount(const char* function) { return counts[function]; }
API long long emuUsed() { return used; }
API void emuHeal() {
  lost = 0;
  failing.clear();
}

API int cuInit(unsigned) { BEGIN(false); return settings["cards"] ? 0 : 100; }
API int cuDriverGetVersion(int* version) { BEGIN(false); *version = (int)settings["driver"]; return 0; }
API int cuGetErrorName(int, const char** name) { *name = "CUDA_ERROR"; return 0; }
API int cuGetErrorString(int error, const char** text) {
  *text = error == 2 ? "out of memory" : error == 100 ? "no CUDA-capable device is detected" : error == 214 ? "uncorrectable ECC error encountered" : error == 700 ? "an illegal memory access was encountered" : "some error";
  return 0;
}
API int cuDeviceGetCount(int* count) { BEGIN(false); *count = (int)settings["cards"]; return 0; }
API int cuDeviceGet(int* device, int ordinal) { BEGIN(false); *device = ordinal; return ordinal < settings["cards"] ? 0 : 101; }
API int cuDeviceGetName(char* name, int length, int) { BEGIN(false); snprintf(name, length, "Emulated card"); return 0; }
API int cuDeviceGetUuid_v2(unsigned char* uuid, int device) {
  BEGIN(false);
  for (int i = 0; i < 16; i++) uuid[i] = (unsigned char)(16 * i + device);
  return 0;
}
// The driver counts from the last bus on, so that its order is not that of the buses.
API int cuDeviceGetPCIBusId(char* bus, int length, int device) {
  BEGIN(false);
  snprintf(bus, length, "0000:%02x:00.0", 0x80 - device);
  return 0;
}
API int cuDeviceTotalMem_v2(size_t* bytes, int) { BEGIN(false); *bytes = settings["bytes"]; return 0; }
API int cuDeviceGetAttribute(int* value, int attribute, int) {
  BEGIN(false);
  *value = (int)(attribute == 75 ? settings["major"] : attribute == 76 ? settings["minor"] : 0);
  return 0;
}
API int cuDevicePrimaryCtxRetain(void** context, int device) { BEGIN(false); *context = &contextOf[device]; return 0; }
API int cuCtxSetCurrent(void* context) { BEGIN(false); current = (long long)context; return 0; }
API int cuStreamCreate(Stream** stream, unsigned) { BEGIN(true); streams.push_back(*stream = new Stream); return 0; }
API int cuStreamDestroy_v2(Stream* stream) {
  BEGIN(true);
  stream->run(stream->asked);
  streams.erase(std::find(streams.begin(), streams.end(), stream));
  delete stream;
  return 0;
}
API int cuStreamSynchronize(Stream* stream) { BEGIN(true); return stream->run(stream->asked); }
API int cuEventCreate(Event** event, unsigned) { BEGIN(true); *event = new Event; return 0; }
API int cuEventDestroy_v2(Event* event) { BEGIN(true); delete event; return 0; }
API int cuEventRecord(Event* event, Stream* stream) { BEGIN(true); *event = {stream, stream->asked}; return 0; }
API int cuEventSynchronize(Event* event) { BEGIN(true); return event->stream ? event->stream->run(event->at) : 0; }
API int cuMemGetInfo_v2(size_t* free, size_t* total) {
  BEGIN(true);
  *total = settings["bytes"];
  *free = settings["bytes"] - used;
  return 0;
}
API int cuMemAlloc_v2(uintptr_t* address, size_t bytes) {
  BEGIN(true);
  if (bytes == 0) return 1;
  if (used + (long long)bytes > settings["bytes"]) return 2;
  size_t whole = (bytes + GUARD - 1) / GUARD * GUARD;
  auto* memory = (unsigned*)aligned_alloc(GUARD, whole + 2 * GUARD);
  for (size_t i = 0; i < (whole + 2 * GUARD) / 4; i++) memory[i] = UNWRITTEN;
  *address = (uintptr_t)memory + GUARD;
  blocks[*address] = whole;
  used += whole;
  return 0;
}
API int cuMemFree_v2(uintptr_t address) {
  BEGIN(true);
  runAll();
  auto block = blocks.find(address);
  if (block == blocks.end()) return 1;
  bool good = whole(address, block->second);
  used -= block->second;
  blocks.erase(block);
  free((void*)(address - GUARD));
  return good ? 0 : lost = 700;
}
API int cuMemHostAlloc(void** address, size_t bytes, unsigned) { BEGIN(true); *address = malloc(bytes); return 0; }
API int cuMemFreeHost(void* address) { BEGIN(true); runAll(); free(address); return 0; }
API int cuMemcpyHtoDAsync_v2(uintptr_t to, const void* from, size_t bytes, Stream* stream) {
  BEGIN(true);
  stream->ask([=] { return inBlock(to, bytes) ? (memcpy((void*)to, from, bytes), 0) : 700; });
  return 0;
}
API int cuMemcpyDtoHAsync_v2(void* to, uintptr_t from, size_t bytes, Stream* stream) {
  BEGIN(true);
  stream->ask([=] { return inBlock(from, bytes) ? (memcpy(to, (void*)from, bytes), 0) : 700; });
  return 0;
}
API int cuModuleLoadData(Module** module, const char* image) {
  BEGIN(true);
  if (strncmp(image, "EMULATED", 8)) return 200;
  *module = new Module{image};
  return 0;
}
API int cuModuleUnload(Module* module) { BEGIN(true); delete module; return 0; }
// A kernel's name may be put together from a word of its source and a number.
API int cuModuleGetFunction(Function** function, Module* module, const char* name) {
  BEGIN(true);
  std::string word = name;
  size_t end = word.find_last_not_of("0123456789");
  if (end + 1 < word.size()) word.resize(end);
  if (module->source.find(word) == std::string::npos || !dlsym(kernels(), (std::string("emu_") + name).c_str())) return 500;
  *function = new Function{name};
  return 0;
}
API int cuFuncSetAttribute(Function* function, int attribute, int value) {
  BEGIN(true);
  if (attribute != 8 || value > 227 << 10) return 1;
  function->shared = value;
  return 0;
}
API int cuLaunchKernel(Function* function, unsigned columns, unsigned rows, unsigned depth, unsigned threads, unsigned, unsigned, unsigned shared,
    Stream* stream, void** parameters, void** extra) {
  BEGIN(true);
  if (!columns || !rows || rows > 65535 || depth != 1 || threads > 1024 || shared > function->shared || extra) return 1;
  // The driver copies parameters before it returns; the program keeps each in 32 bytes.
  constexpr int MOST = 32, LARGEST = 32;
  std::vector<char> copy(MOST * LARGEST);
  for (int i = 0; i < MOST && parameters[i]; i++) memcpy(&copy[i * LARGEST], parameters[i], LARGEST);
  std::string name = function->name;
  stream->ask([=]() mutable {
    void* at[MOST];
    for (int i = 0; i < MOST; i++) at[i] = &copy[i * LARGEST];
    using Run = const char*(const char*, unsigned, unsigned, unsigned, unsigned, void**, uint64_t);
    const char* failure = ((Run*)dlsym(kernels(), "emuRun"))(name.c_str(), columns, rows, threads, shared, at, 7);
    if (failure) fprintf(stderr, "kernel %s: %s\n", name.c_str(), failure);
    return failure ? 700 : 0;
  });
  return 0;
}

namespace {
struct Program {
  std::string name, source, log, code, translated;
};
} // namespace
API int nvrtcVersion(int* major, int* minor) { *major = (int)settings["nvrtc"]; *minor = 0; return 0; }
API int nvrtcGetNumSupportedArchs(int* count) { *count = 3; return 0; }
API int nvrtcGetSupportedArchs(int* architectures) {
  int known[] = {80, 90, 100};
  memcpy(architectures, known, sizeof known);
  return 0;
}
API int nvrtcCreateProgram(Program** program, const char* source, const char* name, int headers, const char** texts, const char** names) {
  BEGIN(false);
  std::string all = source;
  for (int i = 0; i < headers; i++) all += std::string("// ") + names[i] + "\n" + texts[i];
  *program = new Program{name, all};
  return 0;
}
API int nvrtcDestroyProgram(Program** program) { delete *program; *program = nullptr; return 0; }
API int nvrtcCompileProgram(Program* program, int count, const char** options) {
  BEGIN(false);
  std::string said;
  for (int i = 0; i < count; i++) said += std::string(options[i]) + " ";
  if (settings["wrong"]) {
    program->log = program->name + "(12): error: expected a \";\"";
    return 6;
  }
  bool real = said.find("=sm_") != std::string::npos;
  (real ? program->code : program->translated) = "EMULATED " + said + "\n" + program->source;
  return 0;
}
API int nvrtcGetProgramLogSize(Program* program, size_t* bytes) { *bytes = program->log.size() + 1; return 0; }
API int nvrtcGetProgramLog(Program* program, char* log) { memcpy(log, program->log.c_str(), program->log.size() + 1); return 0; }
API int nvrtcGetCUBINSize(Program* program, size_t* bytes) { *bytes = program->code.empty() ? 0 : program->code.size() + 1; return 0; }
API int nvrtcGetCUBIN(Program* program, char* code) { memcpy(code, program->code.c_str(), program->code.size() + 1); return 0; }
API int nvrtcGetPTXSize(Program* program, size_t* bytes) { *bytes = program->translated.size() + 1; return 0; }
API int nvrtcGetPTX(Program* program, char* code) { memcpy(code, program->translated.c_str(), program->translated.size() + 1); return 0; }
API const char* nvrtcGetErrorString(int error) { return error == 6 ? "NVRTC_ERROR_COMPILATION" : "NVRTC_ERROR"; }

namespace {
struct Description {
  int transposed[2] = {0, 0};
};
struct Layout {
  int type;
  uint64_t rows, columns;
  int64_t stride;
};
struct Preference {
  uint64_t workspace = 0;
  uint32_t alignment[4] = {256, 256, 256, 256};
};
constexpr uint64_t ALGORITHM = 0x416c676f;
} // namespace
API size_t cublasLtGetVersion() { return 130000; }
API const char* cublasLtGetStatusName(int status) { return status == 15 ? "CUBLAS_STATUS_NOT_SUPPORTED" : "CUBLAS_STATUS_INVALID_VALUE"; }
API int cublasLtCreate(void** handle) { BEGIN(true); *handle = new int; return 0; }
API int cublasLtDestroy(void* handle) { delete (int*)handle; return 0; }
API int cublasLtMatmulDescCreate(Description** d, int compute, int scale) {
  BEGIN(true);
  *d = new Description;
  return compute == 68 && scale == 0 ? 0 : 7;
}
API int cublasLtMatmulDescDestroy(Description* d) { delete d; return 0; }
API int cublasLtMatmulDescSetAttribute(Description* d, int attribute, const int* value, size_t bytes) {
  if (bytes != 4 || attribute < 3 || attribute > 4) return 7;
  d->transposed[attribute - 3] = *value;
  return 0;
}
API int cublasLtMatrixLayoutCreate(Layout** layout, int type, uint64_t rows, uint64_t columns, int64_t stride) {
  if ((type != 0 && type != 14) || stride < (int64_t)rows) return 7;
  *layout = new Layout{type, rows, columns, stride};
  return 0;
}
API int cublasLtMatrixLayoutDestroy(Layout* layout) { delete layout; return 0; }
API int cublasLtMatmulPreferenceCreate(Preference** p) { *p = new Preference; return 0; }
API int cublasLtMatmulPreferenceDestroy(Preference* p) { delete p; return 0; }
API int cublasLtMatmulPreferenceSetAttribute(Preference* p, int attribute, const void* value, size_t bytes) {
  if (attribute == 1 && bytes == 8) memcpy(&p->workspace, value, 8);
  else if (attribute >= 5 && attribute <= 8 && bytes == 4) memcpy(&p->alignment[attribute - 5], value, 4);
  else return 7;
  return 0;
}
API int cublasLtMatmulAlgoGetHeuristic(void*, Description*, Layout*, Layout*, Layout*, Layout*, Preference* p, int asked, uint64_t* results, int* found) {
  BEGIN(true);
  *found = 0;
  if (asked < 1 || p->workspace == 0) return 7;
  memset(results, 0, 96);
  results[0] = ALGORITHM;
  for (int i = 0; i < 4; i++) results[1 + i] = p->alignment[i];
  *found = 1;
  return 0;
}
API int cublasLtMatmul(void*, Description* description, const float* alpha, const void* a, Layout* la, const void* b, Layout* lb, const float* beta,
    const void* c, Layout* lc, void* d, Layout* ld, const uint64_t* algorithm, void* workspace, size_t bytes, Stream* stream) {
  BEGIN(true);
  bool ta = description->transposed[0], tb = description->transposed[1];
  uint64_t m = ld->rows, n = ld->columns, k = ta ? la->rows : la->columns;
  bool fits = (ta ? la->columns : la->rows) == m && (tb ? lb->rows : lb->columns) == n && (tb ? lb->columns : lb->rows) == k;
  const void* at[] = {a, b, c, d};
  for (int i = 0; i < 4; i++) fits = fits && (uintptr_t)at[i] % algorithm[1 + i] == 0;
  if (!fits || algorithm[0] != ALGORITHM || *alpha != 1 || c != d || lc != ld || la->type != lb->type || !inBlock((uintptr_t)workspace, bytes)) return 7;
  bool rounded = la->type == 14, roundedD = ld->type == 14;
  int64_t lda = la->stride, ldb = lb->stride, ldd = ld->stride;
  float keep = *beta;
  stream->ask([=] {
    using Multiply = void(bool, bool, long, long, long, bool, const void*, long, const void*, long, float, bool, void*, long);
    ((Multiply*)dlsym(kernels(), "emuMultiplyMatrices"))(ta, tb, m, n, k, rounded, a, lda, b, ldb, keep, roundedD, d, ldd);
    return 0;
  });
  return 0;
}
