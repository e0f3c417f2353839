// The stages of losses: a loss for each row and step, and its gradient.
#pragma once
#include "ctc.h"
#include "softmax.h"
#include "values.h"

namespace SLUICE_ISA {

SLUICE_INLINE bool isLoss(int kind) {
  return kind == plan::STAGE_LOSS || kind == plan::STAGE_VALUE_LOSS || kind == plan::STAGE_BERNOULLI_LOSS ||
         kind == plan::STAGE_CTC_LOSS;
}

/** The loss of a row at a step; one that is left out has none, and zeros for a gradient. */
static float lossAt(const Worker &w, const plan::Stage &s, int step, int row) {
  const bool sums = holds(plan::STAGE_VALUE_LOSS) || holds(plan::STAGE_BERNOULLI_LOSS);
  const bool wanted = wantsGradient(w, s), isSoftmax = !sums || s.kind == plan::STAGE_LOSS;
  const int mark = s.tokens < 0 ? 1 : w.ints(s.tokens)[(ptrdiff_t)step * w.records.header.rows + row];
  const Row x = rowOf(w, s.a, step, row), gradient = rowOf(w, wanted ? s.d : s.a, step, row);
  const Row *d = wanted ? &gradient : nullptr;
  if (isSoftmax ? mark >= 0 && mark < s.classes : mark != 0)
    return isSoftmax ? softmaxLoss(w, s, x, d, mark) : sumLosses(w, s, x, d, rowOf(w, s.b, step, row));
  if (d) clearRow(*d, s.classes);
  return 0;
}

/** Rows with labels need all their steps: they wait for the last, and have their loss at the first. */
static void lossStage(const Worker &w, const plan::Stage &s, const Span &span) {
  float *losses = w.arena + w.records.header.losses;
  const int rows = w.records.header.rows;
  const bool isAligned = holds(plan::STAGE_CTC_LOSS) && s.kind == plan::STAGE_CTC_LOSS;
  for (int step = span.firstStep; step < span.lastStep; step++)
    for (int row = span.firstRow; row < span.lastRow; row++)
      losses[(ptrdiff_t)step * rows + row] = isAligned ? 0 : lossAt(w, s, step, row);
  if (!isAligned || span.lastStep < w.steps()) return;
  for (int row = span.firstRow; row < span.lastRow; row++) losses[row] = alignRow(w, s, row);
}

} // namespace SLUICE_ISA
