// Losses of values and of independent probabilities, entry by entry, and their gradients.
#pragma once
#include "loss.h"

namespace SLUICE_ISA {

/** Losses of the entries of a block, and their derivatives by the prediction. */
struct Losses {
  Vector loss, slope;
};

/** Huber's loss of differences: squares up to `delta`, lines beyond. */
SLUICE_INLINE Losses huber(Vector difference, float delta) {
  const Vector size = absolute(difference);
  const Vector loss = select(size <= delta, difference * difference * 0.5f, (size - 0.5f * delta) * delta);
  return {loss, atMost(atLeast(difference, -delta), delta)};
}

/** Block `b` of predictions against quantiles of a target; entry e is level e % levels of entry e / levels. */
static Losses quantiles(const Worker &w, const plan::Stage &s, const Row &prediction, const Row &target, int b) {
  const int levels = s.listCount - 2;
  Vector value{}, level{};
  for (int i = 0, e = b * width; i < width && e < s.entries; i++, e++) {
    value[i] = target.entry(e / levels);
    level[i] = listed(w, s, 2 + e % levels);
  }
  const Vector difference = load(prediction.block(b)) - value;
  const Vector slope = select(difference < 0, -level, 1 - level);
  return {slope * difference, select(difference == 0, Vector{}, slope)};
}

/** Sum of the losses of a row; writes the gradient, times the scale, if `d` is wanted. */
template <class LossesOf>
SLUICE_INLINE float sumLosses(const plan::Stage &s, const Row *d, float factor, float scale, LossesOf lossesOf) {
  Vector sum{};
  for (int b = 0; b * width < s.entries; b++) {
    const Losses each = lossesOf(b);
    sum += firstLanes(each.loss, s.entries - b * width);
    if (d) store(d->block(b), firstLanes(each.slope * (factor * scale), s.entries - b * width));
  }
  return factor * sumOf(sum);
}

static bool isMarked(int mark) { return mark != 0; }

static void valueLossStage(const Worker &w, const plan::Stage &s, const Span &span) {
  const float scale = (float)w.call->lossScale, factor = listed(w, s, 0), delta = listed(w, s, 1);
  eachLoss(w, s, span, isMarked, [&](const Row &x, const Row *d, int, int step, int row) {
    const Row target = rowOf(w, s.b, step, row);
    return sumLosses(s, d, factor, scale, [&](int b) {
      return s.listCount > 2 ? quantiles(w, s, x, target, b) : huber(load(x.block(b)) - load(target.block(b)), delta);
    });
  });
}

/** Cross-entropy of probabilities sigmoid(x) and targets y of some weight. */
SLUICE_INLINE Losses bernoulli(Vector x, Vector y, Vector weight) {
  const Vector yes = weight * y, no = 1 - y;
  const Vector rest = log1pOf(exponential(-absolute(x)));
  return {yes * (atLeast(-x, 0) + rest) + no * (atLeast(x, 0) + rest), (yes + no) * sigmoid(x) - yes};
}

static void bernoulliLossStage(const Worker &w, const plan::Stage &s, const Span &span) {
  const float scale = (float)w.call->lossScale;
  eachLoss(w, s, span, isMarked, [&](const Row &x, const Row *d, int, int step, int row) {
    const Row target = rowOf(w, s.b, step, row);
    return sumLosses(s, d, 1, scale, [&](int b) {
      return bernoulli(load(x.block(b)), load(target.block(b)), listedWeights(w, s, b));
    });
  });
}

} // namespace SLUICE_ISA
