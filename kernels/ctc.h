// Connectionist temporal classification (Graves et al. 2006): forward and backward over the places of a path, which is
// the labels with a blank before, between and after. Logarithms, each step's relative to its largest, so that float32
// stays exact where it counts; the sums of what was taken off are float64.
#pragma once
#include "prediction.h"

namespace SLUICE_ISA {

SLUICE_NOINLINE Row rowAt(const Worker &w, int operand, int step, int row) { return rowOf(w, operand, step, row); }

/** Working memory of a row. A line has a float for each place of the path, with -infinity around them. */
struct Alignment {
  double *taken; // off the line of each step and those before it
  float *most;   // logit of each step, and the logarithm of its sum of exponentials relative to it
  float *log;
  int32_t *labels; // class of each place
  float *lines;   // of each step: log-probability of what is before, up to and with it
  float *skips;   // 0 where a place is reached past a blank, or -infinity
  float *line;    // two of the backward pass
  float *other;
  float *logits; // of a step, normalised, place by place
  int places, stride;

  float *at(int step) const { return lines + (ptrdiff_t)step * stride; }
};

SLUICE_INLINE int placesFor(int labels) { return 2 * labels + 1; }
SLUICE_INLINE int blocksOfPlaces(int places) { return (places + width - 1) / width; }
/** Floats from one line to the next: the places in whole vectors, and a vector between. */
SLUICE_INLINE int lineStride(int places) { return (blocksOfPlaces(places) + 1) * width; }

/** Bytes of working memory for rows of `steps` steps and up to `labels` labels. */
static size_t alignmentBytes(int steps, int labels) {
  const size_t stride = (size_t)lineStride(placesFor(labels));
  return (size_t)steps * 16 + stride * 4 + ((size_t)steps + 4) * stride * 4 + width * 8;
}

static Alignment alignmentIn(float *memory, int steps, int labels) {
  const int stride = lineStride(placesFor(labels));
  double *taken = (double *)memory;
  float *most = (float *)(taken + steps), *log = most + steps;
  int32_t *classes = (int32_t *)(log + steps);
  float *lines = (float *)(classes + stride) + width;
  float *skips = lines + (ptrdiff_t)steps * stride;
  return {taken, most, log, classes, lines, skips, skips + stride, skips + 2 * stride, skips + 3 * stride, 0, stride};
}

/** Puts the path of a row's labels in place; false if one is no class. */
static bool layPath(const Alignment &a, const plan::Stage &s, const Row &labels, int blank) {
  for (int i = 0; i < a.places; i++) {
    const int label = i % 2 == 0 ? blank : (int)entryOf(labels, i / 2);
    if (label < 0 || label >= s.classes) return false;
    a.labels[i] = label;
    a.skips[i] = i % 2 == 1 && i > 1 && label != a.labels[i - 2] ? 0 : -infinity;
  }
  return true;
}

/** log of the sum of three exponentials, -infinity for none. */
SLUICE_NOINLINE Vector logSum(Vector x, Vector y, Vector z) {
  Vector most = select(x > y, x, y);
  most = select(z > most, z, most);
  most = select(most == -infinity, Vector{}, most);
  return most + logarithm(exponentialOf(x - most) + exponentialOf(y - most) + exponentialOf(z - most));
}

/** Log-probabilities of a step, place by place. */
static void readLogits(const Alignment &a, const Row &logits, int step) {
  for (int i = 0; i < a.places; i++) a.logits[i] = entryOf(logits, a.labels[i]) - a.most[step] - a.log[step];
}

/** Takes the largest of a line off all of it; gives it, or -infinity where the line has none. */
static double level(const Alignment &a, float *line) {
  const int end = blocksOfPlaces(a.places) * width;
  Vector most = splat(-infinity);
  for (int i = 0; i < end; i += width) most = select(load(line + i) > most, load(line + i), most);
  const float largest = largestOf(most);
  if (largest > -infinity)
    for (int i = 0; i < end; i += width) store(line + i, load(line + i) - largest);
  return (double)largest;
}

static void normalise(const Alignment &a, const Row &logits, int step, int classes) {
  Vector sum{};
  a.most[step] = largestLogit(logits, classes);
  for (int b = 0; b * width < classes; b++)
    sum += firstLanes(exponentialOf(blockOf(logits, b) - a.most[step]), classes - b * width);
  a.log[step] = (float)logarithmOf(sumOf(sum));
}

/** The lines of all steps. Gives the log-probability of the labels: NaN for logits that are no numbers. */
static double alignForward(const Worker &w, const plan::Stage &s, const Alignment &a, int row, int steps) {
  float *before = a.line;
  double taken = 0;
  before[0] = 0;
  for (int step = 0; step < steps; step++) {
    const Row logits = rowAt(w, s.a, step, row);
    normalise(a, logits, step, s.classes);
    if (a.log[step] != a.log[step]) return __builtin_nan("");
    readLogits(a, logits, step);
    for (int i = 0; i < a.places; i += width)
      store(a.at(step) + i, logSum(load(before + i), load(before + i - 1), load(before + i - 2) + load(a.skips + i)) +
                                load(a.logits + i));
    taken += level(a, a.at(step));
    if (taken == -(double)infinity) return taken;
    a.taken[step] = taken;
    before = a.at(step);
  }
  const float last = before[a.places - 1], earlier = a.places > 1 ? before[a.places - 2] : -infinity;
  return taken + (double)logSum(splat(last), splat(earlier), splat(-infinity))[0];
}

/** Writes share * (softmax - the probability of each class in all alignments) at one step. */
static void writeGradient(const Worker &w, const plan::Stage &s, const Alignment &a, const float *after, int row,
                          int step, double relative, float share) {
  const Row logits = rowAt(w, s.a, step, row), d = rowAt(w, s.d, step, row);
  for (int b = 0; b * width < s.classes; b++) {
    const Vector y = exponentialOf(blockOf(logits, b) - a.most[step] - a.log[step]);
    store(d.block(b), firstLanes(y * share, s.classes - b * width));
  }
  for (int i = 0; i < a.places; i += width) {
    float y[width];
    store(y, exponentialOf(load(a.at(step) + i) + load(after + i) + (float)relative) * share);
    for (int lane = 0; lane < width && i + lane < a.places; lane++) entryOf(d, a.labels[i + lane]) -= y[lane];
  }
}

/** Back from the last step with the log-probability of what is after each place, the gradient at each step. */
static void alignBack(const Worker &w, const plan::Stage &s, const Alignment &a, int row, int steps, double total,
                      float share) {
  float *after = a.line, *own = a.other;
  double taken = 0;
  for (int i = 0; i < a.places; i++) after[i] = i >= a.places - 2 ? 0 : -infinity;
  for (int step = steps - 1; step >= 0; step--) {
    readLogits(a, rowAt(w, s.a, step, row), step);
    for (int i = 0; i < a.places; i += width) store(own + i, load(after + i) + load(a.logits + i));
    writeGradient(w, s, a, after, row, step, a.taken[step] + taken - total, share);
    for (int i = 0; i < a.places; i += width)
      store(after + i, logSum(load(own + i), load(own + i + 1), load(own + i + 2) + load(a.skips + i + 2)));
    taken += level(a, after);
  }
}

static void clearSteps(const Worker &w, const plan::Stage &s, int row, int first) {
  for (int step = first; step < w.steps(); step++) clearRow(rowAt(w, s.d, step, row), s.classes);
}

/** Loss of a row, with its gradient if that is wanted. */
static float alignRow(const Worker &w, const plan::Stage &s, int row) {
  const bool wanted = wantsGradient(w, s);
  const int steps = smaller(w.steps(), w.ints(s.lengths)[row]), labels = smaller(s.entries, w.ints(s.tokens)[row]);
  const plan::Word *list = w.records.words + s.listFirst;
  Alignment a = alignmentIn(w.scratch.alignment, w.records.header.steps, s.entries);
  a.places = placesFor(labels);
  const ptrdiff_t floats = (ptrdiff_t)(w.records.header.steps + 4) * a.stride;
  for (ptrdiff_t i = -width; i < floats; i += width) store(a.lines + i, splat(-infinity));
  double total = -(double)infinity;
  if (layPath(a, s, rowAt(w, s.b, 0, row), list[0].value))
    total = alignForward(w, s, a, row, steps);
  const bool fits = total != -(double)infinity;
  const float share = list[1].value ? 1 / (float)larger(1, labels) : 1;
  if (wanted && fits) {
    for (int i = 0; i < a.stride; i++) a.line[i] = -infinity;
    alignBack(w, s, a, row, steps, total, share * (float)w.call->lossScale);
  }
  if (wanted) clearSteps(w, s, row, fits ? steps : 0);
  if (!fits) return list[2].value ? 0 : infinity;
  return (float)-total * share;
}

} // namespace SLUICE_ISA
