// Rows of predictions, as losses read them, and of their gradients.
#pragma once
#include "functions.h"
#include "worker.h"

namespace SLUICE_ISA {

// Out of line where they are no inner loop of training as it mostly is: pages load this code.
/** Infinite or NaN where x is. */
SLUICE_NOINLINE double logarithmOf(float x) { return x < infinity ? logarithm((double)x) : (double)x; }

/** The prediction of one row, its target, or where its gradient goes. */
struct Row {
  float *p;
  const plan::Operand &o;
  float *block(int b) const { return p + blockOffset(o, b); }
  float &entry(int i) const { return block(i / width)[i % width]; }
};

/** The blocks of a row, one after the other, without the division that finds one of them. */
class Blocks {
  ptrdiff_t unitStep, panelStep;
  int units, unit = 0;

public:
  float *p;

  explicit Blocks(const Row &row)
      : unitStep(row.o.unitStride), units(larger(1, row.o.units)), p(row.p) {
    panelStep = row.o.panelStride - (units - 1) * unitStep;
  }

  void moveOn() {
    const bool stays = ++unit < units;
    p += stays ? unitStep : panelStep;
    if (!stays) unit = 0;
  }
};

SLUICE_NOINLINE Vector blockOf(const Row &row, int b) { return load(row.block(b)); }
SLUICE_NOINLINE float &entryOf(const Row &row, int i) { return row.entry(i); }

SLUICE_INLINE Row rowOf(const Worker &w, int operand, int step, int row) {
  const plan::Operand &o = w.records.operands[operand];
  return {w.arena + offsetOf(o, step, row), o};
}

/** Whether a call wants the gradient of a loss; it may stand where the prediction does. */
SLUICE_INLINE bool wantsGradient(const Worker &w, const plan::Stage &s) { return s.d >= 0 && ((int)w.call->mode & 2); }

SLUICE_NOINLINE void clearRow(const Row &row, int entries) {
  for (int b = 0; b * width < entries; b++) store(row.block(b), Vector{});
}

/** Float `i` of a stage's word list. */
SLUICE_INLINE float listed(const Worker &w, const plan::Stage &s, int i) {
  return asFloat(w.records.words[s.listFirst + i].value);
}

/** Block `b` of the weights that a stage lists for its entries: 1 where it lists none, 0 after the last entry. */
SLUICE_NOINLINE Vector listedWeights(const Worker &w, const plan::Stage &s, int b) {
  if (s.listCount == 0) return firstLanes(splat(1), s.entries - b * width);
  float v[width] = {};
  for (int i = 0; i < width && b * width + i < s.entries; i++) v[i] = listed(w, s, b * width + i);
  return load(v);
}

/** Largest of the first `classes` entries of a row. */
static float largestLogit(const Row &logits, int classes) {
  Vector most = splat(-infinity);
  Blocks from(logits);
  for (int left = classes; left > 0; left -= width, from.moveOn()) {
    const Vector x = select(lanes() < left, load(from.p), splat(-infinity));
    most = select(x > most, x, most);
  }
  return largestOf(most);
}

} // namespace SLUICE_ISA
