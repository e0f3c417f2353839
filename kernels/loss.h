// Softmax cross-entropy of logits, and its gradient.
#pragma once
#include "functions.h"
#include "worker.h"

namespace SLUICE_ISA {

/** The logits of one row, or where its gradient goes. */
struct Row {
  float *p;
  const plan::Operand &o;
  float *block(int b) const { return p + blockOffset(o, b); }
  float &entry(int i) const { return block(i / width)[i % width]; }
};

/** Largest of the first `classes` entries of a row. */
static float largestLogit(const Row &logits, int classes) {
  Vector most = splat(-infinity);
  for (int b = 0; b * width < classes; b++) {
    const Vector x = select(lanes() < classes - b * width, load(logits.block(b)), splat(-infinity));
    most = select(x > most, x, most);
  }
  return largestOf(most);
}

/** Loss of a row, log(sum of exp) - logit of the target; writes softmax - target, times the scale, if `d` is wanted. */
static float lossOfRow(const Row &logits, const Row *d, int classes, int target, float scale) {
  const float most = largestLogit(logits, classes);
  const float wanted = logits.entry(target) - most;
  Vector sum{};
  for (int b = 0; b * width < classes; b++) {
    const Vector y = firstLanes(exponential(load(logits.block(b)) - most), classes - b * width);
    sum += y;
    if (d) store(d->block(b), y);
  }
  const float total = sumOf(sum);
  if (d) {
    const float share = scale / total;
    for (int b = 0; b * width < classes; b++) store(d->block(b), load(d->block(b)) * share);
    d->entry(target) -= scale;
  }
  return (float)(logarithm((double)total) - (double)wanted);
}

static void clearRow(const Row &row, int classes) {
  for (int b = 0; b * width < classes; b++) store(row.block(b), Vector{});
}

static void lossStage(const Worker &w, const plan::Stage &s, const Span &span) {
  const plan::Header &h = w.records.header;
  const bool wanted = s.d >= 0 && ((int)w.call->mode & 2); // the gradient may stand where the logits do
  const plan::Operand &a = w.records.operands[s.a], &od = wanted ? w.records.operands[s.d] : a;
  for (int step = span.firstStep; step < span.lastStep; step++) {
    for (int r = span.firstRow; r < span.lastRow; r++) {
      const int target = w.ints(s.tokens)[(ptrdiff_t)step * h.rows + r];
      const Row logits{w.arena + offsetOf(a, step, r), a};
      const Row gradient{w.arena + offsetOf(od, step, r), od};
      const Row *d = wanted ? &gradient : nullptr;
      float &loss = w.arena[h.losses + (ptrdiff_t)step * h.rows + r];
      if (target < 0 || target >= s.classes) {
        loss = 0;
        if (d) clearRow(*d, s.classes);
      } else {
        loss = lossOfRow(logits, d, s.classes, target, (float)w.call->lossScale);
      }
    }
  }
}

} // namespace SLUICE_ISA
