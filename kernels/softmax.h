// Softmax cross-entropy of a row of logits, and its gradient.
#pragma once
#include "prediction.h"

namespace SLUICE_ISA {

/** A target class: its share, on top of the `even` share that each class has, both times the weight of the class. */
struct Target {
  float own, even;
  bool isPlain; // all of it, without weights
};

static Target targetOf(const Worker &w, const plan::Stage &s, int target) {
  const float weight = s.listCount == 0 ? 1 : listed(w, s, target), spread = asFloat(s.k);
  return {(1 - spread) * weight, spread / (float)s.classes, s.listCount == 0 && s.k == 0};
}

/**
 * Loss of a row, the sum of share * (log(sum of exp) - logit) over all classes; writes its gradient, softmax times the
 * sum of all shares minus the share of each class, times the call's scale, if `d` is wanted.
 */
static float softmaxLoss(const Worker &w, const plan::Stage &s, const Row &logits, const Row *d, int target) {
  const Target to = targetOf(w, s, target);
  const float most = largestLogit(logits, s.classes), wanted = logits.entry(target) - most;
  Vector sum{}, weights{}, weighted{};
  for (int b = 0; b * width < s.classes; b++) {
    const Vector x = load(logits.block(b)) - most;
    const Vector y = firstLanes(exponential(x), s.classes - b * width);
    sum += y;
    if (!to.isPlain) {
      weights += listedWeights(w, s, b);
      weighted += listedWeights(w, s, b) * x;
    }
    if (d) store(d->block(b), y);
  }
  const float total = sumOf(sum), all = to.own + to.even * sumOf(weights);
  if (d) {
    const float scale = (float)w.call->lossScale, share = scale * all / total;
    for (int b = 0; b * width < s.classes; b++) store(d->block(b), load(d->block(b)) * share);
    if (!to.isPlain)
      for (int b = 0; b * width < s.classes; b++)
        store(d->block(b), blockOf(*d, b) - listedWeights(w, s, b) * (scale * to.even));
    d->entry(target) -= scale * to.own;
  }
  return (float)((double)all * logarithmOf(total) - (double)to.own * (double)wanted - (double)(to.even * sumOf(weighted)));
}

} // namespace SLUICE_ISA
