// Loops over the steps of a window, on the rows of one thread, or on the panels of one thread where rows are few.
#pragma once
#include "across.h"
#include "active.h"
#include "attention.h"
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
  bool pairs = false;
  for (int i = 0; i < s.productCount; i++) {
    const plan::Product &p = w.records.products[s.productFirst + i];
    const int panels = passDepth(p.vectors) / termsOf(p);
    if (!p.fused) continue;
    most = smaller(most, panels < 1 ? 1 : panels);
    fused++;
    pairs = pairs || inPairs(p);
  }
  return fused == 1 && !pairs && rows <= mostAtOnce(4) ? s.panels : most;
}

/** The program of a stage over the blocks of panels [first, last), step after step in the direction of the loop. */
static void runProgram(const Worker &w, const plan::Stage &s, const Span &span, int first, int last, bool forward) {
  const plan::Program &p = w.records.programs[s.program];
  const int start = first * s.units, end = smaller(p.blocks, last * s.units);
  if (span.all() <= fewRows && goesAcross(w, p, s.units)) return runBlocksAcross(w, p, span, start, end, s.units, forward);
  for (int i = 0; i < span.lastStep - span.firstStep; i++)
    for (int block = start; block < end; block++)
      runBlock(w, p, span, forward ? span.firstStep + i : span.lastStep - 1 - i, block, forward);
}

/** Panels [first, last) of a stage's groups and program in one span. Gives the room after the pairs of the products. */
static Room computeSpan(const Worker &w, const plan::Stage &s, const Span &span, int first, int last, bool forward,
                        Room room) {
  Room after = room;
  for (int panel = first; panel < last; panel++) {
    after = room;
    for (int g = 0; g < s.groupCount; g++) after = computePanel(w, w.records.groups[s.groupFirst + g], span, panel, after);
  }
  if (s.program >= 0) runProgram(w, s, span, first, last, forward);
  return after;
}

/** Calls f with each span and the part of a room that is its own. */
template <class F> SLUICE_INLINE void eachSpan(const Spans &spans, Room room, F f) {
  room.before = 0;
  for (int k = 0; k < spans.count; k++) {
    const Span &span = spans.list[k];
    f(span, room);
    room.before += span.all();
  }
}

/** The products of a stage that are fused, over some of its panels, or those that are not, over all. */
static void multiplyStage(const Worker &w, const plan::Stage &s, const Spans &spans, bool fused, int first, int last,
                          Room room) {
  for (int i = 0; i < s.productCount; i++) {
    const plan::Product &p = w.records.products[s.productFirst + i];
    if ((p.fused != 0) != fused) continue;
    eachSpan(spans, room, [&](const Span &span, const Room &own) {
      multiplyPanels(w, p, span, first, fused ? last : p.segments, own);
    });
  }
}

/**
 * Panels [first, last) of a stage's groups and program: one after the other, but over few rows all of one, then the
 * other. Column sums add up in the direction of the loop. Gives the room after the pairs of the products.
 */
static Room computePanels(const Worker &w, const plan::Stage &s, const Spans &spans, int first, int last, bool forward,
                          Room room) {
  Room after = room;
  const int each = spans.all() <= fewRows ? last - first : 1;
  for (int from = first; from < last; from += each)
    eachSpan(spans, room, [&](const Span &span, const Room &own) {
      after = computeSpan(w, s, span, from, from + each, forward, own);
    });
  return after;
}

static void computeStage(const Worker &w, const plan::Stage &s, const Spans &spans, bool forward) {
  const int together = panelsTogether(w, s, spans.all());
  const Room start{w.scratch.pairs, 0, spans.all()};
  Room after = start;
  if (w.shared) {
    const Panels mine = w.panelsOf(s.panels);
    computePanels(w, s, spans, mine.first, mine.last, forward, start);
    w.meetSharers();
  }
  for (int first = 0; first < s.panels; first += together) {
    const int last = smaller(first + together, s.panels);
    if (!w.shared) after = computePanels(w, s, spans, first, last, forward, start);
    multiplyStage(w, s, spans, true, first, last, after);
  }
  multiplyStage(w, s, spans, false, 0, 0, after);
}

/** The case of a stage that goes row by row: nothing where this module does without its kind. */
#define SLUICE_ROWS(kind, stage)                                                                                       \
  case plan::kind:                                                                                                     \
    if (holds(plan::kind)) stage(w, s, span);                                                                          \
    break;

static void runStage(const Worker &w, const plan::Stage &s, const Spans &spans, bool forward) {
  if (s.kind == plan::STAGE_COMPUTE) return computeStage(w, s, spans, forward);
  if (!w.ownsRows()) return;
  for (int k = 0; k < spans.count; k++) {
    const Span &span = spans.list[k];
    switch (s.kind) {
    case plan::STAGE_LOSS:
    case plan::STAGE_VALUE_LOSS:
    case plan::STAGE_BERNOULLI_LOSS:
    case plan::STAGE_CTC_LOSS: lossStage(w, s, span); break;
      SLUICE_ROWS(STAGE_REDUCE, reduceStage)
      SLUICE_ROWS(STAGE_EMBED, embedStage)
      SLUICE_ROWS(STAGE_DROPOUT, dropoutStage)
      SLUICE_ROWS(STAGE_SEQUENCE_DROPOUT, sequenceDropoutStage)
      SLUICE_ROWS(STAGE_WORD_DROPOUT, wordDropoutStage)
      SLUICE_ROWS(STAGE_MASK, maskStage)
      SLUICE_ROWS(STAGE_REVERSE, reverseStage)
      SLUICE_ROWS(STAGE_SCORE, scoreStage)
      SLUICE_ROWS(STAGE_SCORE_ADDITIVE, scoreAdditiveStage)
      SLUICE_ROWS(STAGE_ATTENTION_SOFTMAX, attentionSoftmaxStage)
      SLUICE_ROWS(STAGE_ATTENTION_SOFTMAX_GRADIENT, attentionSoftmaxGradientStage)
      SLUICE_ROWS(STAGE_MIX, mixStage)
      SLUICE_ROWS(STAGE_ROW_OUTER, rowOuterStage)
      SLUICE_ROWS(STAGE_SCORE_ADDITIVE_GRADIENT, scoreAdditiveGradientStage)
      SLUICE_ROWS(STAGE_PLACES, placesStage)
      SLUICE_ROWS(STAGE_KEEP, keepStage)
    }
  }
}
#undef SLUICE_ROWS

/** True for a place that all steps share: one vector a row, over and over. */
SLUICE_INLINE bool standsStill(const plan::Operand &o) { return o.timeStride == 0 && o.rowStride != 0; }

/** True for stages that read operand `a`, row by row. */
SLUICE_INLINE bool readsRows(int kind) {
  return isLoss(kind) || kind == plan::STAGE_DROPOUT || kind == plan::STAGE_SEQUENCE_DROPOUT ||
         kind == plan::STAGE_WORD_DROPOUT;
}

/** True if a stage has only operands with a place for each step. */
static bool movesWithTime(const Worker &w, const plan::Stage &s) {
  const Records &r = w.records;
  const auto still = [&](int operand) { return standsStill(r.operands[operand]); };
  if (s.kind == plan::STAGE_REDUCE)
    for (int i = 0; i < s.listCount; i += 2)
      if (still(r.words[s.listFirst + i].value)) return false;
  if (readsRows(s.kind) && still(s.a)) return false;
  if (s.kind >= plan::STAGE_SCORE && s.kind <= plan::STAGE_PLACES) return false; // a memory is the same at every step
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
  if (!hasRare || loop.lengths < 0) return;
  const Int *lengths = w.ints(loop.lengths);
  for (int k = 0; k < own.count; k++)
    for (int row = own.list[k].firstRow; row < own.list[k].lastRow; row++)
      for (int i = 0; i < loop.idleCount && lengths[row] <= step; i++)
        copyAt(w, w.records.copies[loop.idleFirst + i], step, row);
}

/**
 * Runs one loop. Steps that go together take stage after stage: several where none needs another and all reach the same
 * rows. They keep to the direction of the loop, so that the order of column sums depends neither on how many go together
 * nor on whether the window runs in parts.
 */
static void runLoop(const Worker &w, const plan::Loop &loop) {
  const Spans own = ownSpans(w);
  const int steps = w.steps();
  const bool forward = loop.direction > 0, free = isFree(w, loop);
  for (int i = 0; i < loop.copyCount && w.ownsRows(); i++)
    for (int k = 0; k < own.count; k++)
      copyBefore(w, w.records.copies[loop.copyFirst + i], own.list[k], forward ? 0 : steps - 1);
  w.meetSharers();
  for (int done = 0, count; done < steps && own.count > 0; done += count) {
    const int step = forward ? done : steps - 1 - done;
    Active active = activeSpans(w, own, loop.lengths, step);
    const int rows = active.spans.rows(), alike = forward ? active.until - step : step + 1 - active.since;
    count = free && rows > 0 ? larger(1, smaller(rowsTogetherInLoop / rows, alike)) : 1;
    const int first = forward ? step : step + 1 - count;
    active.spans.setSteps(first, first + count);
    for (int i = 0; i < loop.stageCount && rows > 0; i++) {
      runStage(w, w.records.stages[loop.stageFirst + i], active.spans, forward);
      w.meetSharers();
    }
    for (int k = 0; k < count && w.ownsRows(); k++) runIdle(w, loop, own, first + k);
    if (loop.idleCount > 0) w.meetSharers();
  }
}

static void runLoops(const Worker &w, int first, int count) {
  for (int i = 0; i < count; i++) runLoop(w, w.records.loops[first + i]);
}

} // namespace SLUICE_ISA
