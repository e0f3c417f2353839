// Loops over the steps of a window, on the rows of one thread.
#pragma once
#include "loss.h"
#include "product.h"
#include "program.h"
#include "rows.h"

namespace SLUICE_ISA {

/** Rows of several steps that a loop without dependence takes together: weights are then read seldom, rows stay near. */
constexpr int rowsTogetherInLoop = 256;

/** Panels after which the fused products run: as many as one pass of their weights takes. */
static int panelsTogether(const Worker &w, const plan::Stage &s) {
  int most = s.panels;
  for (int i = 0; i < s.productCount; i++) {
    const plan::Product &p = w.records.products[s.productFirst + i];
    const int panels = passDepth(p.vectors) / p.segmentLength;
    if (p.fused) most = smaller(most, panels < 1 ? 1 : panels);
  }
  return most;
}

static void computeStage(const Worker &w, const plan::Stage &s, const Span &span) {
  const int together = panelsTogether(w, s);
  const plan::Product *products = w.records.products + s.productFirst;
  for (int panel = 0; panel < s.panels; panel++) {
    for (int g = 0; g < s.groupCount; g++) computePanel(w, w.records.groups[s.groupFirst + g], span, panel);
    if (s.program >= 0) {
      const plan::Program &p = w.records.programs[s.program];
      const int end = smaller(p.blocks, (panel + 1) * s.units);
      for (int step = span.firstStep; step < span.lastStep; step++)
        for (int block = panel * s.units; block < end; block++) runBlock(w, p, span, step, block);
    }
    const int ready = panel + 1;
    if (ready % together != 0 && ready != s.panels) continue;
    for (int i = 0; i < s.productCount; i++)
      if (products[i].fused) multiplyPanels(w, products[i], span, panel / together * together, ready);
  }
  for (int i = 0; i < s.productCount; i++)
    if (!products[i].fused) multiplyPanels(w, products[i], span, 0, products[i].segments);
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

/**
 * Runs one loop. Steps that need each other go one by one; others in blocks, stage after stage, always forwards, so that
 * the order of column sums does not depend on the size of a block.
 */
static void runLoop(const Worker &w, const plan::Loop &loop) {
  Span span = w.ownRows();
  const int steps = w.steps();
  for (int i = 0; i < loop.copyCount; i++)
    copyBefore(w, w.records.copies[loop.copyFirst + i], span, loop.direction > 0 ? 0 : steps - 1);
  if (span.rows() == 0) return;
  const int together = loop.parallel && rowsTogetherInLoop > span.rows() ? rowsTogetherInLoop / span.rows() : 1;
  const bool forward = loop.direction > 0 || loop.parallel;
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
