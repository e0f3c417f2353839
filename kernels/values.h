// Losses of values and of independent probabilities, entry by entry, and their gradients.
#pragma once
#include "prediction.h"

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
SLUICE_NOINLINE Losses quantiles(const Worker &w, const plan::Stage &s, const Row &prediction, const Row &target, int b) {
  const int levels = s.listCount - 2;
  float value[width] = {}, level[width] = {};
  for (int i = 0, e = b * width; i < width && e < s.entries; i++, e++) {
    value[i] = entryOf(target, e / levels);
    level[i] = listed(w, s, 2 + e % levels);
  }
  const Vector difference = blockOf(prediction, b) - load(value);
  const Vector slope = select(difference < 0, -load(level), 1 - load(level));
  return {slope * difference, select(difference == 0, Vector{}, slope)};
}

/** Cross-entropy of probabilities sigmoid(x) and targets y of some weight. */
SLUICE_INLINE Losses bernoulli(Vector x, Vector y, Vector weight) {
  const Vector yes = weight * y, no = 1 - y;
  const Vector e = exponentialOf(-absolute(x)), rest = log1pOf(e);
  const Vector probability = select(x < 0, e, splat(1)) / (1 + e);
  return {yes * (atLeast(-x, 0) + rest) + no * (atLeast(x, 0) + rest), (yes + no) * probability - yes};
}

/** Sum of the losses of a row; writes the gradient, times the call's scale, if `d` is wanted. */
static float sumLosses(const Worker &w, const plan::Stage &s, const Row &x, const Row *d, const Row &target) {
  const bool isValue = s.kind == plan::STAGE_VALUE_LOSS;
  const float factor = isValue ? listed(w, s, 0) : 1, scale = factor * (float)w.call->lossScale;
  Vector sum{};
  for (int b = 0; b * width < s.entries; b++) {
    const Losses each = !isValue ? bernoulli(blockOf(x, b), blockOf(target, b), listedWeights(w, s, b))
                        : s.listCount > 2 ? quantiles(w, s, x, target, b)
                                          : huber(blockOf(x, b) - blockOf(target, b), listed(w, s, 1));
    sum += firstLanes(each.loss, s.entries - b * width);
    if (d) store(d->block(b), firstLanes(each.slope * scale, s.entries - b * width));
  }
  return factor * sumOf(sum);
}

} // namespace SLUICE_ISA
