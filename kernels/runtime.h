// What the hosts (addon.cpp, wasm.cpp) see of the runtime: one Engine for each instruction set.
#pragma once
#include "plan.h"
#include <stddef.h>
#include <stdint.h>

/** Where the threads of a run meet; see threads.h. */
struct Barrier;

/** Returns when all `threads` threads have come here. */
void meet(Barrier &barrier, int threads);

/** One run of a plan. */
struct Job {
  const int32_t *plan;
  float *arena; // aligned to 64 bytes
  plan::Call *call;
  char *scratch; // `scratchBytes` for each thread, one after the other, aligned to 64 bytes
  size_t scratchBytes;
  int threads;
  Barrier *barrier;
};

/** The runtime compiled for one instruction set. */
struct Engine {
  const char *name;
  int width;      // floats in a vector
  bool fastPairs; // products of bf16 pairs are an instruction
  /** Working memory that a thread needs for a plan, a multiple of 64 bytes. */
  size_t (*scratchBytes)(const int32_t *plan);
  /** Whether so many threads meet after every stage of a plan, so that each must have a processor to itself. */
  bool (*isClose)(const int32_t *plan, int threads);
  /** The part of thread `thread`; every thread of the job calls it. Thread 0 writes the results. */
  void (*run)(const Job &job, int thread);
};

#define SLUICE_DECLARE_ENGINE(isa)                                                                                     \
  namespace isa {                                                                                                      \
  extern const Engine engine;                                                                                          \
  }
