// The native host, a Node-API addon: a plan's memory belongs to its ArrayBuffer, runs go to the event loop's pool.
#include "team.h"
#include <new>
#include <node_api.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__x86_64__)
SLUICE_DECLARE_ENGINE(baseline)
SLUICE_DECLARE_ENGINE(avx2)
SLUICE_DECLARE_ENGINE(avx512)
SLUICE_DECLARE_ENGINE(avx512bf16)
#elif defined(__aarch64__)
SLUICE_DECLARE_ENGINE(neon)
#else
SLUICE_DECLARE_ENGINE(baseline)
#endif

void meet(Barrier &barrier, int threads) { meetAt(barrier, threads); }

namespace {

/** The engines that this processor can run, the best last. */
std::vector<const Engine *> engines() {
#if defined(__x86_64__)
  std::vector<const Engine *> list{&baseline::engine};
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (avx2) list.push_back(&avx2::engine);
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  if (avx512) list.push_back(&avx512::engine);
  if (avx512 && __builtin_cpu_supports("avx512bf16")) list.push_back(&avx512bf16::engine);
  return list;
#elif defined(__aarch64__)
  return {&neon::engine};
#else
  return {&baseline::engine};
#endif
}

napi_value fail(napi_env env, const char *message) {
  napi_throw_error(env, "SLUICE", message);
  return nullptr;
}

/** The arguments of a call from JavaScript. */
template <int count> struct Arguments {
  napi_value at[count];
  Arguments(napi_env env, napi_callback_info info) {
    size_t given = count;
    napi_get_cb_info(env, info, &given, at, nullptr, nullptr);
  }
};

template <class T> T *external(napi_env env, napi_value value) {
  void *pointer = nullptr;
  napi_get_value_external(env, value, &pointer);
  return (T *)pointer;
}

template <class T> napi_value wrap(napi_env env, T *pointer) {
  napi_value value = nullptr;
  napi_create_external(
      env, pointer, [](napi_env, void *data, void *) { delete (T *)data; }, nullptr, &value);
  return value;
}

template <class T> T *elements(napi_env env, napi_value array, size_t *length) {
  void *data = nullptr;
  napi_get_typedarray_info(env, array, nullptr, length, &data, nullptr, nullptr);
  return (T *)data;
}

/** Pages of zeros, large ones where the system has them. */
struct Pages {
  void *mapping;
  size_t bytes;

  static constexpr size_t large = 2 << 20;

  explicit Pages(size_t wanted) : bytes((wanted + large - 1) / large * large + large) {
    mapping = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED) mapping = nullptr;
#ifdef MADV_HUGEPAGE
    if (mapping) madvise(start(), bytes - large, MADV_HUGEPAGE);
#endif
  }
  ~Pages() {
    if (mapping) munmap(mapping, bytes);
  }
  Pages(const Pages &) = delete;

  char *start() const { return (char *)(((uintptr_t)mapping + large - 1) & ~(uintptr_t)(large - 1)); }
};

/** A plan that was loaded for an engine. */
struct Instance {
  const Engine *engine;
  std::vector<int32_t> plan;
  plan::Call call;
  Job job;
  bool close; // see Engine::isClose
};

/** A run that is under way, and what must live until it ends. */
struct Work {
  napi_async_work work;
  napi_deferred promise;
  napi_ref kept;
  Team *team;
  Instance *instance;
};

/** sets(): the instruction sets of this processor, the best last, as the Engine of each says. */
napi_value sets(napi_env env, napi_callback_info) {
  napi_value list;
  napi_create_array(env, &list);
  uint32_t index = 0;
  for (const Engine *engine : engines()) {
    napi_value set, name, width, pairs;
    napi_create_object(env, &set);
    napi_create_string_utf8(env, engine->name, NAPI_AUTO_LENGTH, &name);
    napi_create_int32(env, engine->width, &width);
    napi_get_boolean(env, engine->fastPairs, &pairs);
    napi_set_named_property(env, set, "name", name);
    napi_set_named_property(env, set, "width", width);
    napi_set_named_property(env, set, "fastPairs", pairs);
    napi_set_element(env, list, index++, set);
  }
  return list;
}

/** team(threads): the threads of a device. */
napi_value team(napi_env env, napi_callback_info info) {
  Arguments<1> given(env, info);
  int32_t threads = 1;
  napi_get_value_int32(env, given.at[0], &threads);
  Team *made = new Team(threads);
  if (made->start()) return wrap(env, made);
  delete made;
  return fail(env, "the system gives no more threads");
}

/** load(set, plan, team): the instance of a plan, with its arena as `memory`. */
napi_value load(napi_env env, napi_callback_info info) {
  Arguments<3> given(env, info);
  int32_t set = 0;
  napi_get_value_int32(env, given.at[0], &set);
  size_t words = 0;
  const int32_t *plan = elements<int32_t>(env, given.at[1], &words);
  const Team &threads = *external<Team>(env, given.at[2]);

  Instance *instance = new Instance{engines()[set], {plan, plan + words}, {}, {}, false};
  Job &job = instance->job;
  job.plan = instance->plan.data();
  job.call = &instance->call;
  job.scratchBytes = instance->engine->scratchBytes(job.plan);
  instance->close = instance->engine->isClose(job.plan, threads.count);
  const size_t arena = (size_t)((const plan::Header *)job.plan)->arena * 4, start = (arena + 63) / 64 * 64;
  napi_value result, memory;
  napi_create_object(env, &result);
  napi_set_named_property(env, result, "instance", wrap(env, instance));
  Pages *pages = new Pages(start + job.scratchBytes * threads.count);
  if (pages->mapping == nullptr) {
    delete pages;
    return fail(env, "there is not enough memory");
  }
  job.arena = (float *)pages->start();
  job.scratch = pages->start() + start;
  const auto free = [](napi_env, void *, void *pages) { delete (Pages *)pages; };
  const napi_status status = napi_create_external_arraybuffer(env, job.arena, arena, free, pages, &memory);
  if (status == napi_no_external_buffers_allowed) delete pages; // after any other failure Node calls `free` itself
  if (status != napi_ok) return fail(env, "Node gives no buffer for the memory of the program");
  napi_set_named_property(env, result, "memory", memory);
  return result;
}

void runWith(Team &team, const Instance &instance) {
  if (instance.close) team.runClosely(*instance.engine, instance.job);
  else team.run(*instance.engine, instance.job);
}

void execute(napi_env, void *data) {
  const Work &work = *(Work *)data;
  runWith(*work.team, *work.instance);
}

/** Element `index` of the array of things that a run keeps alive. */
napi_value keptBy(napi_env env, const Work &work, uint32_t index) {
  napi_value list, value;
  napi_get_reference_value(env, work.kept, &list);
  napi_get_element(env, list, index, &value);
  return value;
}

void complete(napi_env env, napi_status status, void *data) {
  Work *work = (Work *)data;
  if (status == napi_ok) {
    size_t count = 0;
    double *call = elements<double>(env, keptBy(env, *work, 0), &count);
    if (count * sizeof(double) == sizeof(plan::Call)) memcpy(call, &work->instance->call, sizeof(plan::Call));
    napi_value nothing;
    napi_get_undefined(env, &nothing);
    napi_resolve_deferred(env, work->promise, nothing);
  }
  napi_delete_reference(env, work->kept);
  napi_delete_async_work(env, work->work);
  delete work;
}

/** run(call, instance, memory, team): a promise. The call's results are written into it. */
napi_value run(napi_env env, napi_callback_info info) {
  Arguments<4> given(env, info);
  size_t count = 0;
  const double *call = elements<double>(env, given.at[0], &count);
  if (count * sizeof(double) != sizeof(plan::Call)) return fail(env, "a call must have one number for each field");
  Work *work = new Work{};
  work->instance = external<Instance>(env, given.at[1]);
  work->team = external<Team>(env, given.at[3]);
  memcpy(&work->instance->call, call, sizeof(plan::Call));
  napi_value promise, kept, name;
  napi_create_promise(env, &work->promise, &promise);
  napi_create_array(env, &kept);
  for (uint32_t i = 0; i < 4; i++) napi_set_element(env, kept, i, given.at[i]);
  napi_create_reference(env, kept, 1, &work->kept);
  napi_create_string_utf8(env, "sluice", NAPI_AUTO_LENGTH, &name);
  napi_create_async_work(env, nullptr, name, execute, complete, work, &work->work);
  napi_queue_async_work(env, work->work);
  return promise;
}

/** runNow(call, instance, memory, team): on the calling thread, which is one of the team's then. */
napi_value runNow(napi_env env, napi_callback_info info) {
  Arguments<4> given(env, info);
  size_t count = 0;
  double *call = elements<double>(env, given.at[0], &count);
  if (count * sizeof(double) != sizeof(plan::Call)) return fail(env, "a call must have one number for each field");
  Instance &instance = *external<Instance>(env, given.at[1]);
  memcpy(&instance.call, call, sizeof(plan::Call));
  runWith(*external<Team>(env, given.at[3]), instance);
  memcpy(call, &instance.call, sizeof(plan::Call));
  return nullptr;
}

/** release(memory): detaches the arena, which frees it. */
napi_value release(napi_env env, napi_callback_info info) {
  Arguments<1> given(env, info);
  napi_detach_arraybuffer(env, given.at[0]);
  return nullptr;
}

} // namespace

NAPI_MODULE_INIT() {
  const struct {
    const char *name;
    napi_callback call;
  } functions[] = {{"sets", sets}, {"team", team},     {"load", load},
                   {"run", run},   {"runNow", runNow}, {"release", release}};
  for (const auto &function : functions) {
    napi_value value;
    napi_create_function(env, function.name, NAPI_AUTO_LENGTH, function.call, nullptr, &value);
    napi_set_named_property(env, exports, function.name, value);
  }
  return exports;
}
