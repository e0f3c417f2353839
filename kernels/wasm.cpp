// The WebAssembly host: a memory holds one plan, what its runs need, and a stack for each thread.
#include "runtime.h"
#include "threads.h"

SLUICE_DECLARE_ENGINE(wasm)

void meet(Barrier &barrier, int threads) { meetAt(barrier, threads); }

namespace {

constexpr size_t stackBytes = 65536;

/** Everything about the memory's one plan. */
struct Host {
  Job job;
  plan::Call call;
  Barrier barrier;
  char *stacks;
};

Host host;

char *aligned(char *p) { return (char *)(((uintptr_t)p + 63) & ~(uintptr_t)63); }

} // namespace

#define SLUICE_EXPORT(name) extern "C" __attribute__((export_name(#name)))

/**
 * Takes the plan that was written at `plan`, `words` long.
 * @returns how many bytes the memory must have: too many for an address if it cannot be
 */
SLUICE_EXPORT(place) double place(int32_t *plan, size_t words, int threads) {
  Job &job = host.job;
  job.plan = plan;
  job.call = &host.call;
  job.barrier = &host.barrier;
  job.threads = threads;
  job.scratchBytes = wasm::engine.scratchBytes(plan);
  job.scratch = aligned((char *)(plan + words));
  host.stacks = job.scratch + job.scratchBytes * threads;
  job.arena = (float *)(host.stacks + stackBytes * threads);
  const double before = (double)(size_t)job.scratch + ((double)job.scratchBytes + stackBytes) * threads;
  return before + 4.0 * (double)((const plan::Header *)plan)->arena;
}

SLUICE_EXPORT(arena) float *arena() { return host.job.arena; }
SLUICE_EXPORT(call) plan::Call *call() { return &host.call; }

/** Where the stack of a thread starts; it grows down. */
SLUICE_EXPORT(stack) char *stack(int thread) { return host.stacks + stackBytes * (thread + 1); }

/** The part of one thread of the run that `call` describes. */
SLUICE_EXPORT(run) void run(int thread) { wasm::engine.run(host.job, thread); }

#ifndef SLUICE_WITHOUT_RARE
/** That it is there says that this module runs every plan. */
SLUICE_EXPORT(full) void full() {}
#endif

/** The whole run on the calling thread, with its own stack. */
SLUICE_EXPORT(runAlone) void runAlone() {
  Job job = host.job;
  job.threads = 1;
  wasm::engine.run(job, 0);
}

extern "C" __attribute__((no_builtin("memset"))) void *memset(void *target, int value, size_t count) {
  for (char *p = (char *)target, *end = p + count; p < end; p++) *p = (char)value;
  return target;
}

extern "C" __attribute__((no_builtin("memcpy"))) void *memcpy(void *target, const void *source, size_t count) {
  const char *from = (const char *)source;
  for (char *p = (char *)target, *end = p + count; p < end; p++, from++) *p = *from;
  return target;
}
