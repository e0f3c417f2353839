// Losses of predictions row by row, and their gradients: what all have in common, and softmax cross-entropy.
#pragma once
#include "functions.h"
#include "worker.h"

namespace SLUICE_ISA {

/** The prediction of one row, its target, or where its gradient goes. */
struct Row {
  float *p;
  const plan::Operand &o;
  float *block(int b) const { return p + blockOffset(o, b); }
  float &entry(int i) const { return block(i / width)[i % width]; }
};

SLUICE_INLINE Row rowOf(const Worker &w, int operand, int step, int row) {
  const plan::Operand &o = w.records.operands[operand];
  return {w.arena + offsetOf(o, step, row), o};
}

SLUICE_INLINE bool isLoss(int kind) {
  return kind == plan::STAGE_LOSS || kind == plan::STAGE_VALUE_LOSS || kind == plan::STAGE_BERNOULLI_LOSS ||
         kind == plan::STAGE_CTC_LOSS;
}

/** Whether a call wants the gradient of a loss; it may stand where the prediction does. */
SLUICE_INLINE bool wantsGradient(const Worker &w, const plan::Stage &s) { return s.d >= 0 && ((int)w.call->mode & 2); }

static void clearRow(const Row &row, int entries) {
  for (int b = 0; b * width < entries; b++) store(row.block(b), Vector{});
}

/** Float `i` of a stage's word list. */
SLUICE_INLINE float listed(const Worker &w, const plan::Stage &s, int i) {
  return asFloat(w.records.words[s.listFirst + i].value);
}

/** Block `b` of the weights that a stage lists for its entries: 1 where it lists none, 0 after the last entry. */
static Vector listedWeights(const Worker &w, const plan::Stage &s, int b) {
  if (s.listCount == 0) return firstLanes(splat(1), s.entries - b * width);
  Vector v{};
  for (int i = 0; i < width && b * width + i < s.entries; i++) v[i] = listed(w, s, b * width + i);
  return v;
}

/**
 * The losses of the rows and steps of a span, each `lossOf(prediction, gradient or null, mark, step, row)`, where
 * `counts(mark)`; the others are left out, with zeros for a gradient. Without marks all are 1.
 */
template <class Counts, class LossOf>
SLUICE_INLINE void eachLoss(const Worker &w, const plan::Stage &s, const Span &span, Counts counts, LossOf lossOf) {
  const plan::Header &h = w.records.header;
  const bool wanted = wantsGradient(w, s);
  for (int step = span.firstStep; step < span.lastStep; step++) {
    for (int r = span.firstRow; r < span.lastRow; r++) {
      const int mark = s.tokens < 0 ? 1 : w.ints(s.tokens)[(ptrdiff_t)step * h.rows + r];
      const Row x = rowOf(w, s.a, step, r), gradient = rowOf(w, wanted ? s.d : s.a, step, r);
      const Row *d = wanted ? &gradient : nullptr;
      float &loss = w.arena[h.losses + (ptrdiff_t)step * h.rows + r];
      if (counts(mark)) {
        loss = lossOf(x, d, mark, step, r);
      } else {
        loss = 0;
        if (d) clearRow(*d, s.classes);
      }
    }
  }
}

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

/**
 * The same where classes have weights, or where a share k of the target is spread over them: the loss is the sum of
 * q * (log(sum of exp) - logit), with q = k / classes * weight for each class and (1 - k) * weight more for the target.
 */
static float spreadLossOfRow(const Worker &w, const plan::Stage &s, const Row &logits, const Row *d, int target,
                             float scale) {
  const float most = largestLogit(logits, s.classes), even = asFloat(s.k) / (float)s.classes;
  const float own = (1 - asFloat(s.k)) * (s.listCount == 0 ? 1 : listed(w, s, target));
  const float wanted = logits.entry(target) - most;
  Vector sum{}, weights{}, weighted{};
  for (int b = 0; b * width < s.classes; b++) {
    const Vector x = firstLanes(load(logits.block(b)) - most, s.classes - b * width), weight = listedWeights(w, s, b);
    const Vector y = firstLanes(exponential(x), s.classes - b * width);
    sum += y;
    weights += weight;
    weighted += weight * x;
    if (d) store(d->block(b), y);
  }
  const float total = sumOf(sum), whole = own + even * sumOf(weights);
  if (d) {
    const float share = scale * whole / total, each = scale * even;
    for (int b = 0; b * width < s.classes; b++)
      store(d->block(b), load(d->block(b)) * share - listedWeights(w, s, b) * each);
    d->entry(target) -= scale * own;
  }
  return (float)((double)whole * logarithm((double)total) - (double)own * (double)wanted) - even * sumOf(weighted);
}

static void lossStage(const Worker &w, const plan::Stage &s, const Span &span) {
  const float scale = (float)w.call->lossScale;
  const bool isPlain = s.listCount == 0 && s.k == 0;
  eachLoss(w, s, span, [&](int target) { return target >= 0 && target < s.classes; },
           [&](const Row &logits, const Row *d, int target, int, int) {
             return isPlain ? lossOfRow(logits, d, s.classes, target, scale)
                            : spreadLossOfRow(w, s, logits, d, target, scale);
           });
}

} // namespace SLUICE_ISA
