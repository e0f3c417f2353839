// Loops over the steps of a window, on the rows of one thread, or on the panels of one thread where rows are few.
#pragma once
#include "across.h"
#include "active.h"
#include "loss.h"
#include "masks.h"
#include "product.h"
#include "program.h"
#include "rows.h"

namespace SLUICE_ISA {

/** Rows of several steps that go together in a free loop: weights are then read seldom, and rows stay near. */
constexpr int rowsTogetherInLoop = 256;

/**
 * Panels after which the fused products run: as many as one pass of their weights takes. Where all rows go through the
 * weights at once a single product needs no passes; of several the order must stay, since they may add up in one place.
 */
static int panelsTogether(const Worker &w, const plan::Stage &s, int rows) {
  int most = s.panels, fused = 0;
  for (int i = 0; i < s.productCount; i++) {
    const plan::Product &p = w.records.products[s.productFirst + i];
    const int panels = passDepth(p.vectors) / p.segmentLength;
    if (p.fused) most = smaller(most, panels < 1 ? 1 : panels), fused++;
  }
  return fused == 1 && rows <= mostAtOnce(4) ? s.panels : most;
}

/** The program of a stage over the blocks of panels [first, last). */
static void runProgram(const Worker &w, const plan::Stage &s, const Span &span, int first, int last) {
  const plan::Program &p = w.records.programs[s.program];
  const int start = first * s.units, end = smaller(p.blocks, last * s.units);
  if (span.all() <= fewRows && goesAcross(w, p, s.units)) return runBlocksAcross(w, p, span, start, end, s.units);
  for (int step = span.firstStep; step < span.lastStep; step++)
    for (int block = start; block < end; block++) runBlock(w, p, span, step, block);
}

/** Panels [first, last) of a stage's groups and program: one after the other, but over few rows all of one, then the other. */
static void computePanels(const Worker &w, const plan::Stage &s, const Spans &spans, int first, int last) {
  const int each = spans.all() <= fewRows ? last - first : 1;
  for (int from = first; from < last; from += each) {
    for (int k = 0; k < spans.count; k++) {
      for (int panel = from; panel < from + each; panel++)
        for (int g = 0; g < s.groupCount; g++) computePanel(w, w.records.groups[s.groupFirst + g], spans.list[k], panel);
      if (s.program >= 0) runProgram(w, s, spans.list[k], from, from + each);
    }
  }
}

/** The products of a stage that are fused, over some of its panels, or those that are not, over all. */
static void multiplyStage(const Worker &w, const plan::Stage &s, const Spans &spans, bool fused, int first, int last) {
  for (int i = 0; i < s.productCount; i++) {
    const plan::Product &p = w.records.products[s.productFirst + i];
    if ((p.fused != 0) != fused) continue;
    for (int k = 0; k < spans.count; k++) multiplyPanels(w, p, spans.list[k], first, fused ? last : p.segments);
  }
}

static void computeStage(const Worker &w, const plan::Stage &s, const Spans &spans) {
  const int together = panelsTogether(w, s, spans.all());
  if (w.shared) {
    const Panels mine = w.panelsOf(s.panels);
    computePanels(w, s, spans, mine.first, mine.last);
    w.meetSharers();
  }
  for (int first = 0; first < s.panels; first += together) {
    const int last = smaller(first + together, s.panels);
    if (!w.shared) computePanels(w, s, spans, first, last);
    multiplyStage(w, s, spans, true, first, last);
  }
  multiplyStage(w, s, spans, false, 0, 0);
}

static void runStage(const Worker &w, const plan::Stage &s, const Spans &spans) {
  if (s.kind == plan::STAGE_COMPUTE) return computeStage(w, s, spans);
  if (!w.ownsRows()) return;
  for (int k = 0; k < spans.count; k++) {
    switch (s.kind) {
    case plan::STAGE_REDUCE: reduceStage(w, s, spans.list[k]); break;
    case plan::STAGE_LOSS: lossStage(w, s, spans.list[k]); break;
    case plan::STAGE_EMBED: embedStage(w, s, spans.list[k]); break;
    case plan::STAGE_DROPOUT: dropoutStage(w, s, spans.list[k]); break;
    case plan::STAGE_SEQUENCE_DROPOUT: sequenceDropoutStage(w, s, spans.list[k]); break;
    case plan::STAGE_WORD_DROPOUT: wordDropoutStage(w, s, spans.list[k]); break;
    case plan::STAGE_MASK: maskStage(w, s, spans.list[k]); break;
    case plan::STAGE_REVERSE: reverseStage(w, s, spans.list[k]); break;
    }
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
  if (s.kind == plan::STAGE_LOSS || s.kind == plan::STAGE_DROPOUT || s.kind == plan::STAGE_SEQUENCE_DROPOUT ||
      s.kind == plan::STAGE_WORD_DROPOUT)
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

/** True if no step of a loop needs another or shares a place with it. */
static bool isFree(const Worker &w, const plan::Loop &loop) {
  bool free = loop.parallel != 0;
  for (int i = 0; i < loop.stageCount && free; i++) free = movesWithTime(w, w.records.stages[loop.stageFirst + i]);
  return free;
}

/** What is done at one step to rows that have ended. */
static void runIdle(const Worker &w, const plan::Loop &loop, const Spans &own, int step) {
  if (loop.lengths < 0) return;
  const Int *lengths = w.ints(loop.lengths);
  for (int k = 0; k < own.count; k++)
    for (int row = own.list[k].firstRow; row < own.list[k].lastRow; row++)
      for (int i = 0; i < loop.idleCount && lengths[row] <= step; i++)
        copyAt(w, w.records.copies[loop.idleFirst + i], step, row);
}

/**
 * Runs one loop. Steps that go together take stage after stage: several where none needs another and all reach the same
 * rows. Where no step needs another they always run forwards, so that the order of column sums does not depend on how
 * many go together.
 */
static void runLoop(const Worker &w, const plan::Loop &loop) {
  const Spans own = ownSpans(w);
  const int steps = w.steps();
  for (int i = 0; i < loop.copyCount && w.ownsRows(); i++)
    for (int k = 0; k < own.count; k++)
      copyBefore(w, w.records.copies[loop.copyFirst + i], own.list[k], loop.direction > 0 ? 0 : steps - 1);
  w.meetSharers();
  const bool forward = loop.direction > 0 || loop.parallel, free = isFree(w, loop);
  for (int done = 0, count; done < steps && own.count > 0; done += count) {
    const int step = forward ? done : steps - 1 - done;
    Active active = activeSpans(w, own, loop.lengths, step);
    const int rows = active.spans.rows();
    count = free && rows > 0 ? larger(1, smaller(rowsTogetherInLoop / rows, active.until - step)) : 1;
    active.spans.setSteps(step, step + count);
    for (int i = 0; i < loop.stageCount && rows > 0; i++) {
      runStage(w, w.records.stages[loop.stageFirst + i], active.spans);
      w.meetSharers();
    }
    for (int k = 0; k < count && w.ownsRows(); k++) runIdle(w, loop, own, step + k);
    if (loop.idleCount > 0) w.meetSharers();
  }
}

static void runLoops(const Worker &w, int first, int count) {
  for (int i = 0; i < count; i++) runLoop(w, w.records.loops[first + i]);
}

} // namespace SLUICE_ISA
