// The optimizer's step over the flat buffers of parameters, gradients and slots. Formulas: src/train/optimizers.ts.
#pragma once
#include "worker.h"

namespace SLUICE_ISA {

/** Floats whose squares are summed together, in float64. */
constexpr int normPart = 4096;

/** What a range of the parameters learns at. */
typedef double Rate __attribute__((aligned(4), may_alias));
struct Rates {
  Rate learningRate, weightDecay;
};

/** Numbers of an update of one range as float32. */
struct Settings {
  int rule;
  float clipValue, factor, rate, decay, momentum, alpha, beta1, beta2, epsilon;
  float alphaRest, beta1Rest, beta2Rest, keep, rate1, root2;
  bool nesterov, centered, moving;

  Settings(const plan::Call &c, const Rates &rates, double factor)
      : rule((int)c.rule), clipValue(c.clipValue > 0 ? (float)c.clipValue : __builtin_inff()), factor((float)factor),
        rate((float)rates.learningRate), decay((float)rates.weightDecay), momentum((float)c.momentum), alpha((float)c.alpha),
        beta1((float)c.beta1), beta2((float)c.beta2), epsilon((float)c.epsilon), alphaRest((float)(1 - c.alpha)),
        beta1Rest((float)(1 - c.beta1)), beta2Rest((float)(1 - c.beta2)),
        keep((float)(1 - rates.learningRate * rates.weightDecay)), rate1((float)(rates.learningRate / c.bias1)),
        root2((float)(1 / c.bias2)), nesterov(c.nesterov != 0), centered(c.centered != 0), moving(c.momentum != 0) {}
};

/** The buffers at one vector. */
struct Place {
  float *parameter, *gradient, *slot[3];
};

/** Gradient after clipping, with the decay that all rules but AdamW add to it. */
SLUICE_INLINE Vector clipped(const Settings &s, const Place &at) {
  const Vector g = atLeast(atMost(load(at.gradient), s.clipValue), -s.clipValue) * s.factor;
  return s.rule == 3 ? g : muladd(load(at.parameter), s.decay, g);
}

/** Replaces what is at `p` by its decayed mean with x. */
SLUICE_INLINE Vector blend(float *p, float kept, float rest, Vector x) {
  const Vector y = muladd(load(p), kept, x * rest);
  store(p, y);
  return y;
}

SLUICE_INLINE void sgd(const Settings &s, const Place &at) {
  Vector g = clipped(s, at);
  if (s.moving) {
    const Vector v = blend(at.slot[0], s.momentum, 1, g);
    g = s.nesterov ? muladd(v, s.momentum, g) : v;
  }
  store(at.parameter, muladd(g, -s.rate, load(at.parameter)));
}

SLUICE_INLINE void rmsprop(const Settings &s, const Place &at) {
  const Vector g = clipped(s, at);
  Vector square = blend(at.slot[0], s.alpha, s.alphaRest, g * g);
  if (s.centered) {
    const Vector mean = blend(at.slot[1], s.alpha, s.alphaRest, g);
    square = atLeast(square - mean * mean, 0);
  }
  Vector step = g / (root(square) + s.epsilon);
  if (s.moving) step = blend(at.slot[s.centered ? 2 : 1], s.momentum, 1, step);
  store(at.parameter, muladd(step, -s.rate, load(at.parameter)));
}

SLUICE_INLINE void adam(const Settings &s, const Place &at) {
  const Vector g = clipped(s, at);
  const Vector m = blend(at.slot[0], s.beta1, s.beta1Rest, g);
  const Vector v = blend(at.slot[1], s.beta2, s.beta2Rest, g * g);
  const Vector p = s.rule == 3 ? load(at.parameter) * s.keep : load(at.parameter);
  store(at.parameter, muladd(m / (root(v * s.root2) + s.epsilon), -s.rate1, p));
}

/** Parts of the buffers that are the thread's. */
struct Parts {
  int first, last;
};

SLUICE_INLINE Parts partsOf(const Worker &w) {
  const int count = (w.records.header.parameterFloats + normPart - 1) / normPart;
  return {w.first(count, w.thread), w.first(count, w.thread + 1)};
}

/** Calls f(offset) for every vector of the thread's parts. */
template <class F> SLUICE_INLINE void eachVector(const Worker &w, F f) {
  const Parts parts = partsOf(w);
  const int end = smaller(parts.last * normPart, w.records.header.parameterFloats);
  for (int i = parts.first * normPart; i < end; i += width) f(i);
}

static void clearGradients(const Worker &w) {
  eachVector(w, [&](int i) { store(w.arena + w.records.header.gradients + i, Vector{}); });
}

/** Calls f(range, first, last) for every range of trained parameters, cut to floats [from, to) of their buffers. */
template <class F> SLUICE_INLINE void eachRange(const Worker &w, int from, int to, F f) {
  for (int i = 0; i < w.records.header.ranges.count; i++) {
    const plan::Range &range = w.records.ranges[i];
    const int first = larger(range.offset, from), last = smaller(range.offset + range.floats, to);
    if (first < last) f(i, first, last);
  }
}

typedef float HalfVector __attribute__((vector_size(width * 2), aligned(4), may_alias));
typedef double Doubles __attribute__((vector_size(width * 4)));

/** Sum of squares of `count` gradients, clipped by value. */
static double squaresOf(const float *gradient, int count, float limit) {
  Doubles sums[4] = {};
  for (int i = 0; i < count; i += width) {
    float v[width] __attribute__((aligned(64)));
    store(v, atLeast(atMost(load(gradient + i), limit), -limit));
    for (int half = 0; half < 2; half++) {
      const Doubles x = __builtin_convertvector(*(const HalfVector *)(v + half * width / 2), Doubles);
      sums[i / width % 2 * 2 + half] += x * x;
    }
  }
  const Doubles sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  double total = 0;
  for (int i = 0; i < width / 2; i++) total += sum[i];
  return total;
}

/** Global norm of the trained parameters' gradients after clipping by value: float64 sums of the parts, added in order. */
static double gradientNorm(const Worker &w) {
  const plan::Header &h = w.records.header;
  const float limit = w.call->clipValue > 0 ? (float)w.call->clipValue : __builtin_inff();
  const Parts parts = partsOf(w);
  Rate *sums = (Rate *)(w.arena + h.normParts);
  for (int part = parts.first; part < parts.last; part++) {
    double sum = 0;
    eachRange(w, part * normPart, (part + 1) * normPart, [&](int, int first, int last) {
      sum += squaresOf(w.arena + h.gradients + first, last - first, limit);
    });
    sums[part] = sum;
  }
  w.meetOthers();
  double total = 0;
  for (int part = 0; part * normPart < h.parameterFloats; part++) total += sums[part];
  return __builtin_sqrt(total);
}

/** Moves the average of the values at `first` to `last` by a share of the way. */
static void average(const Worker &w, int first, int last) {
  const plan::Header &h = w.records.header;
  const float share = (float)w.call->averageShare, rest = (float)(1 - w.call->averageShare);
  for (int i = first; i < last; i += width)
    blend(w.arena + h.average + i, rest, share, load(w.arena + h.parameters + i));
}

static void updateRange(const Worker &w, const Settings s, int first, int last) { // by value: stores cannot change it
  const plan::Header &h = w.records.header;
  const auto place = [&](int i) {
    float *at = w.arena + i;
    return Place{at + h.parameters, at + h.gradients, {at + h.slot0, at + h.slot1, at + h.slot2}};
  };
  if (s.rule == 0) for (int i = first; i < last; i += width) sgd(s, place(i));
  else if (s.rule == 1) for (int i = first; i < last; i += width) rmsprop(s, place(i));
  else for (int i = first; i < last; i += width) adam(s, place(i));
}

/** One update of all trained parameters; all threads meet at the end. */
static void update(const Worker &w) {
  const plan::Header &h = w.records.header;
  const double norm = gradientNorm(w), most = w.call->clipNorm / (norm + 1e-6);
  const double factor = w.call->clipNorm > 0 && !(most >= 1) ? most : 1;
  const Rates *rates = (const Rates *)(w.arena + h.rates);
  const bool averaging = h.average >= 0 && w.call->averageShare > 0;
  const Parts parts = partsOf(w);
  eachRange(w, parts.first * normPart, parts.last * normPart, [&](int range, int first, int last) {
    updateRange(w, Settings(*w.call, rates[range], factor), first, last);
    if (averaging) average(w, first, last);
  });
  w.meetOthers();
  if (w.thread == 0) w.call->gradientNorm = norm;
}

} // namespace SLUICE_ISA
