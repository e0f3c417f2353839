// Softmax cross-entropy of a row of logits, and its gradient.
#pragma once
#include "prediction.h"

namespace SLUICE_ISA {

/** A target: its class has the share `own`, and each class, times its weight, the share `even` on top. */
struct Target {
  float own, even;
};

static Target targetOf(const Worker &w, const plan::Stage &s, int target) {
  const float weight = s.listCount == 0 ? 1 : listed(w, s, target), spread = asFloat(s.k);
  return {(1 - spread) * weight, spread / (float)s.classes};
}

/** The sum of the weights of all classes, and of their logits times their weights. */
struct Weighted {
  float weights, logits;
};

SLUICE_NOINLINE Weighted weigh(const Worker &w, const plan::Stage &s, const Row &logits, float most) {
  Vector weights{}, weighted{};
  for (int b = 0; b * width < s.classes; b++) {
    weights += listedWeights(w, s, b);
    weighted += listedWeights(w, s, b) * (blockOf(logits, b) - most);
  }
  return {sumOf(weights), sumOf(weighted)};
}

/** Takes the even shares of all classes, times the scale, off a gradient. */
SLUICE_NOINLINE void takeShares(const Worker &w, const plan::Stage &s, const Row &d, float scale) {
  for (int b = 0; b * width < s.classes; b++) store(d.block(b), blockOf(d, b) - listedWeights(w, s, b) * scale);
}

/**
 * Loss of a row, the sum of share * (log(sum of exp) - logit) over all classes; writes its gradient, softmax times the
 * sum of all shares minus the share of each class, times the call's scale, if `d` is wanted.
 */
static float softmaxLoss(const Worker &w, const plan::Stage &s, const Row &logits, const Row *d, int target) {
  const Target shares = targetOf(w, s, target);
  const float most = largestLogit(logits, s.classes), wanted = logits.entry(target) - most;
  const Weighted even = shares.even == 0 ? Weighted{} : weigh(w, s, logits, most);
  const float all = shares.own + shares.even * even.weights, scale = (float)w.call->lossScale;
  Vector sum{};
  Blocks from(logits), to(d ? *d : logits);
  for (int left = s.classes; left > 0; left -= width, from.moveOn(), to.moveOn()) {
    const Vector y = firstLanes(exponential(load(from.p) - most), left);
    sum += y;
    if (d) store(to.p, y);
  }
  const float total = sumOf(sum);
  if (d) {
    const float share = scale * all / total;
    Blocks at(*d);
    for (int left = s.classes; left > 0; left -= width, at.moveOn()) store(at.p, load(at.p) * share);
    if (shares.even != 0) takeShares(w, s, *d, scale * shares.even);
    d->entry(target) -= scale * shares.own;
  }
  const double inside = (double)shares.own * (double)wanted + (double)(shares.even * even.logits);
  return (float)((double)all * logarithmOf(total) - inside);
}

} // namespace SLUICE_ISA
