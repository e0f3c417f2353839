// Random masks beside plain dropout: masks that scans read, one mask for a whole window, whole tokens, single weights.
#pragma once
#include "rows.h"
#include "share.h"

namespace SLUICE_ISA {

/** Fills a place with kept, dropped or, outside training, other values; one that stands still at step 0 alone. */
static void maskStage(const Worker &w, const plan::Stage &s, const Span &span) {
  const plan::Operand &d = w.records.operands[s.d];
  const plan::Word *values = w.records.words + s.listFirst;
  const Vector kept = splat(asFloat(values[0].value)), dropped = splat(asFloat(values[1].value));
  const Vector outside = splat(asFloat(values[2].value));
  const Key key = keyOf(w, s.stream);
  const bool moves = d.timeStride != 0;
  const int last = moves ? span.lastStep : smaller(1, span.lastStep), first = moves ? (int)w.call->firstStep : 0;
  for (int step = span.firstStep; step < last; step++) {
    for (int row = span.firstRow; row < span.lastRow; row++) {
      float *target = startOf(w, s.d, step, row);
      for (int b = 0; b < s.blocks; b++) {
        const Ints keeps = keptUnits(s, key, (step + first) * w.records.header.rows + row, b);
        const Vector v = w.call->training != 0 ? select(keeps, kept, dropped) : outside;
        store(target + blockOffset(d, b), firstLanes(v, s.entries - b * width));
      }
    }
  }
}

/** Dropout with one mask a row, the same at every step. */
static void sequenceDropoutStage(const Worker &w, const plan::Stage &s, const Span &span) {
  const plan::Operand &a = w.records.operands[s.a], &d = w.records.operands[s.d];
  const Key key = keyOf(w, s.stream);
  const Vector all = splat(1), scaled = splat(asFloat(s.k));
  for (int row = span.firstRow; row < span.lastRow; row++) {
    for (int b = 0; b < s.blocks; b++) {
      const Vector factor = w.call->training != 0 ? select(keptUnits(s, key, row, b), scaled, Vector{}) : all;
      for (int step = span.firstStep; step < span.lastStep; step++) {
        const Vector v = load(w.arena + offsetOf(a, step, row) + blockOffset(a, b));
        store(w.arena + offsetOf(d, step, row) + blockOffset(d, b), v * factor);
      }
    }
  }
}

/** Dropout of the vectors of whole tokens. */
static void wordDropoutStage(const Worker &w, const plan::Stage &s, const Span &span) {
  const plan::Operand &a = w.records.operands[s.a], &d = w.records.operands[s.d];
  const Key key = keyOf(w, s.stream);
  for (int step = span.firstStep; step < span.lastStep; step++) {
    const Int *tokens = w.ints(s.tokens) + (ptrdiff_t)step * w.records.header.rows;
    for (int row = span.firstRow; row < span.lastRow; row++) {
      const bool kept = threefry(key, {Words{} + (uint32_t)tokens[row], Words{}}).first[0] >= (uint32_t)s.threshold;
      const float factor = w.call->training == 0 ? 1 : kept ? asFloat(s.k) : 0;
      float *source = startOf(w, s.a, step, row), *target = startOf(w, s.d, step, row);
      for (int b = 0; b < s.blocks; b++) store(target + blockOffset(d, b), load(source + blockOffset(a, b)) * factor);
    }
  }
}

/** Makes one vector of weights from those that are trained, or gives its gradients back to these and clears them. */
SLUICE_INLINE void dropVector(float *source, float *target, Vector factor, bool back) {
  if (!back) return store(target, load(source) * factor);
  store(source, muladd(load(target), factor, load(source)));
  store(target, Vector{});
}

/** Every vector of weights of which some are dropped, or, on the way `back`, of their gradients. */
static void dropVectors(const Worker &w, float *all, bool back) {
  const plan::Drop *list = w.records.drops;
  const auto work = [&](int i) { return Work{list[i].lines, (double)list[i].entries}; };
  const auto clash = [&](int i, int j) { return list[i].source == list[j].source; };
  shareOut(w, w.records.header.drops.count, work, clash, [&](const Batch &batch) {
    batch.each(w, work, [&](int i, const Units &mine) {
      const plan::Drop &drop = list[i];
      const Key key = keyOf(w, drop.stream);
      const Vector one = splat(1), scaled = splat(asFloat(drop.k));
      for (int line = mine.first; line < mine.last; line++) {
        for (int entry = 0; entry < drop.entries; entry += width) {
          const Words rows = (Words)lanes() + (uint32_t)(drop.row + entry);
          const Words words = threefry(key, {rows, Words{} + (uint32_t)(drop.column + line)}).first;
          const Ints kept = (Ints)(words >= (uint32_t)drop.threshold);
          const Vector factor = w.call->training != 0 ? select(kept, scaled, Vector{}) : one;
          float *at = all + (ptrdiff_t)line * drop.stride + entry;
          dropVector(at + drop.source, at + drop.target, factor, back);
        }
      }
    });
  });
}

/** Makes the weights that products use from those that are trained; all threads meet at the end. */
static void dropWeights(const Worker &w) { dropVectors(w, w.arena + w.records.header.parameters, false); }

/** Adds the gradients of the weights that products used to those of the trained ones, and clears them. */
static void dropGradients(const Worker &w) { dropVectors(w, w.arena + w.records.header.gradients, true); }

} // namespace SLUICE_ISA
