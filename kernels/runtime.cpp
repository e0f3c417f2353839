// The runtime for one instruction set, SLUICE_ISA: runs the calls of a plan on the threads of a job.
#include "runtime.h"
#include "loop.h"
#include "pack.h"
#include "reduce.h"
#include "scratch.h"
#include "sharing.h"
#include "update.h"

namespace SLUICE_ISA {

enum Mode { forwardMode = 1, backwardMode = 2, updateMode = 4, packMode = 8 };

/** Sum of the losses of all rows and steps in order, after those of earlier parts, times the call's scale. */
static double totalLoss(const Worker &w) {
  const plan::Header &h = w.records.header;
  if (h.losses < 0) return __builtin_nan("");
  double sum = w.call->lossSum;
  for (int i = 0; i < w.steps() * h.rows; i++) sum += (double)w.arena[h.losses + i];
  w.call->lossSum = sum;
  return sum * w.call->lossScale;
}

/** Forward and backward loops need no barrier, a thread meets only its own rows; unless threads share panels. */
static void runWindow(const Worker &w, int mode) {
  const plan::Header &h = w.records.header;
  if (hasRare && h.drops.count > 0) {
    dropWeights(w);
    runPacks(w);
  }
  if (mode & forwardMode) runLoops(w, h.forwardFirst, h.forwardCount);
  if (mode & backwardMode) {
    if (w.call->accumulate == 0) clearGradients(w);
    runLoops(w, h.backwardFirst, h.backwardCount);
  }
  w.meetOthers();
  if (w.thread == 0 && (mode & forwardMode)) w.call->loss = totalLoss(w);
  if (mode & backwardMode) {
    runReductions(w, h.reduceFirst, h.reduceCount);
    if (w.call->unfinished == 0) {
      runReductions(w, h.finishFirst, h.finishCount);
      if (hasRare) dropGradients(w);
    }
  }
}

static void run(const Job &job, int thread) {
  const Records records(job.plan);
  const Scratch scratch = scratchOf(records, job, thread);
  const bool shared = sharesPanels(records, job.threads);
  const Worker w{records, job.arena, job.call, job.barrier, thread, job.threads, shared, scratch};
  const int mode = (int)w.call->mode;
  if (mode & (forwardMode | backwardMode)) runWindow(w, mode);
  if (mode & updateMode) update(w);
  if (mode & packMode && records.header.drops.count == 0) runPacks(w); // dropped weights are packed for each window
}

static bool isClose(const int32_t *plan, int threads) { return sharesPanels(Records(plan), threads); }

#define SLUICE_TEXT_OF(name) #name
#define SLUICE_TEXT(name) SLUICE_TEXT_OF(name)
extern const Engine engine{SLUICE_TEXT(SLUICE_ISA), width, fastPairs, scratchBytes, isClose, run};

} // namespace SLUICE_ISA
