// Loops over the steps of a window, on the rows of one thread.
#pragma once
#include "loss.h"
#include "product.h"
#include "program.h"
#include "rows.h"

namespace SLUICE_ISA {

/** Rows of several steps that go together in a free loop: weights are then read seldom, and rows stay near. */
constexpr int rowsTogetherInLoop = 256;

/** Panels after which the fused products run: as many as one pass of their weights takes. */
static int panelsTogether(const Worker &w, const plan::Stage &s) {
  int most = s.panels;
  for (int i = 0; i < s.productCount; i++) {
    const plan::Product &p = w.records.products[s.productFirst + i];
    const int panels = passDepth(p.vectors) / termsOf(p);
    if (p.fused) most = smaller(most, panels < 1 ? 1 : panels);
  }
  return most;
}

static void computeStage(const Worker &w, const plan::Stage &s, const Span &span) {
  const int together = panelsTogether(w, s);
  const plan::Product *products = w.records.products + s.productFirst;
  float *room = w.scratch.pairs;
  for (int panel = 0; panel < s.panels; panel++) {
    room = w.scratch.pairs;
    for (int g = 0; g < s.groupCount; g++)
      room = computePanel(w, w.records.groups[s.groupFirst + g], span, panel, room);
    if (s.program >= 0) {
      const plan::Program &p = w.records.programs[s.program];
      const int end = smaller(p.blocks, (panel + 1) * s.units);
      for (int step = span.firstStep; step < span.lastStep; step++)
        for (int block = panel * s.units; block < end; block++) runBlock(w, p, span, step, block);
    }
    const int ready = panel + 1;
    if (ready % together != 0 && ready != s.panels) continue;
    for (int i = 0; i < s.productCount; i++)
      if (products[i].fused) multiplyPanels(w, products[i], span, panel / together * together, ready, room);
  }
  for (int i = 0; i < s.productCount; i++)
    if (!products[i].fused) multiplyPanels(w, products[i], span, 0, products[i].segments, room);
}

static void runStage(const Worker &w, const plan::Stage &s, const Span &span) {
  switch (s.kind) {
  case plan::STAGE_COMPUTE: return computeStage(w, s, span);
  case plan::STAGE_REDUCE: return reduceStage(w, s, span);
  case plan::STAGE_LOSS: return lossStage(w, s, span);
  case plan::STAGE_EMBED: return embedStage(w, s, span);
  case plan::STAGE_DROPOUT: return dropoutStage(w, s, span);
  }
}

/** True for a place that all steps share: one vector a row, over and over. */
SLUICE_INLINE bool standsStill(const plan::Operand &o) { return o.timeStride == 0 && o.rowStride != 0; }

/** True if a stage has only operands with a place for each step. */
static bool movesWithTime(const Worker &w, const plan::Stage &s) {
  const Records &r = w.records;
  const auto still = [&](int operand) { return standsStill(r.operands[operand]); };
  if (s.kind == plan::STAGE_REDUCE)
    for (int i = 0; i < s.listCount; i += 2)
      if (still(r.words[s.listFirst + i].value)) return false;
  if (s.kind == plan::STAGE_LOSS || s.kind == plan::STAGE_DROPOUT)
    if (still(s.a)) return false;
  if (s.kind != plan::STAGE_COMPUTE) return s.d < 0 || !still(s.d);
  for (int i = 0; i < s.groupCount; i++)
    if (still(r.groups[s.groupFirst + i].c)) return false;
  for (int i = 0; i < s.productCount; i++)
    if (still(r.products[s.productFirst + i].a) || still(r.products[s.productFirst + i].c)) return false;
  if (s.program < 0) return true;
  const plan::Program &p = r.programs[s.program];
  for (int i = 0; i < p.operandCount; i++)
    if (still(p.operandFirst + i)) return false;
  return true;
}

/** Steps that a loop takes together: several where none needs another or shares a place with it. */
static int stepsTogether(const Worker &w, const plan::Loop &loop, int rows) {
  bool free = loop.parallel != 0;
  for (int i = 0; i < loop.stageCount && free; i++) free = movesWithTime(w, w.records.stages[loop.stageFirst + i]);
  return free && rows < rowsTogetherInLoop ? rowsTogetherInLoop / rows : 1;
}

/**
 * Runs one loop. Steps that go together take stage after stage; where no step needs another they always run forwards,
 * so that the order of column sums does not depend on how many go together.
 */
static void runLoop(const Worker &w, const plan::Loop &loop) {
  Span span = w.ownRows();
  const int steps = w.steps();
  for (int i = 0; i < loop.copyCount; i++)
    copyBefore(w, w.records.copies[loop.copyFirst + i], span, loop.direction > 0 ? 0 : steps - 1);
  if (span.rows() == 0) return;
  const bool forward = loop.direction > 0 || loop.parallel;
  const int together = stepsTogether(w, loop, span.rows());
  for (int done = 0; done < steps; done += together) {
    const int count = smaller(together, steps - done);
    span.firstStep = forward ? done : steps - done - count;
    span.lastStep = span.firstStep + count;
    for (int i = 0; i < loop.stageCount; i++) runStage(w, w.records.stages[loop.stageFirst + i], span);
  }
}

static void runLoops(const Worker &w, int first, int count) {
  for (int i = 0; i < count; i++) runLoop(w, w.records.loops[first + i]);
}

} // namespace SLUICE_ISA
