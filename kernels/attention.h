// Stages that go over the places of a memory, row by row: scores, weights, sums over places, and their gradients.
#pragma once
#include "functions.h"
#include "rows.h"

namespace SLUICE_ISA {

/** Calls f(step, row) for every row of a span. */
template <class F> SLUICE_INLINE void eachRowIn(const Span &span, F f) {
  for (int step = span.firstStep; step < span.lastStep; step++)
    for (int row = span.firstRow; row < span.lastRow; row++) f(step, row);
}

/** A vector of one row at one step: the blocks of its entries, or an entry for each place. */
struct RowView {
  float *p;
  const plan::Operand &o;

  RowView(const Worker &w, int operand, int step, int row)
      : p(startOf(w, operand, step, row)), o(w.records.operands[operand]) {}
  float *block(int b) const { return p + blockOffset(o, b); }
  float entry(int place) const { return block(place / width)[place % width]; }
};

/** The memory of one row: places whose blocks follow each other. */
struct MemoryView {
  float *p;
  ptrdiff_t stride;

  MemoryView(const Worker &w, int operand, int row)
      : p(startOf(w, operand, 0, row)), stride(w.records.operands[operand].timeStride) {}
  float *block(int place, int b) const { return p + place * stride + (ptrdiff_t)b * width; }
};

/** Blocks of a vector with an entry for each place. */
SLUICE_INLINE int placeBlocks(const plan::Stage &s) { return (s.entries + width - 1) / width; }

/** Places whose scores add up side by side, so that sums do not wait. */
constexpr int scoresTogether = isSmall ? 1 : 4;

/**
 * The scores of `width` places from `first` on: sums of term(block, block of a place, sum) over the blocks. The last place
 * stands for those that are none.
 */
template <class Term>
SLUICE_INLINE Vector scoresFrom(const plan::Stage &s, const MemoryView &memory, int first, Term term) {
  Vector sums[width];
  for (int r = 0; r < width; r += scoresTogether) {
    const float *at[scoresTogether];
    Vector sum[scoresTogether] = {};
    for (int i = 0; i < scoresTogether; i++) at[i] = memory.block(smaller(first + r + i, s.entries - 1), 0);
    for (int b = 0; b < s.blocks; b++)
      for (int i = 0; i < scoresTogether; i++) sum[i] = term(b, load(at[i] + b * width), sum[i]);
    for (int i = 0; i < scoresTogether; i++) sums[r + i] = sum[i];
  }
  return firstLanes(sumsOf(sums), s.entries - first);
}

static void scoreStage(const Worker &w, const plan::Stage &s, const Span &span) {
  eachRowIn(span, [&](int step, int row) {
    const RowView a(w, s.a, step, row), d(w, s.d, step, row);
    const MemoryView memory(w, s.memory, row);
    const auto term = [&](int b, Vector place, Vector sum) { return muladd(load(a.block(b)), place, sum); };
    for (int k = 0; k < placeBlocks(s); k++) store(d.block(k), scoresFrom(s, memory, k * width, term));
  });
}

static void scoreAdditiveStage(const Worker &w, const plan::Stage &s, const Span &span) {
  eachRowIn(span, [&](int step, int row) {
    const RowView a(w, s.a, step, row), v(w, s.b, step, row), d(w, s.d, step, row);
    const MemoryView memory(w, s.memory, row);
    const auto term = [&](int b, Vector place, Vector sum) {
      return muladd(load(v.block(b)), hyperbolicTangent(load(a.block(b)) + place), sum);
    };
    for (int k = 0; k < placeBlocks(s); k++) store(d.block(k), scoresFrom(s, memory, k * width, term));
  });
}

/** The largest score of the places that count; -infinity where none does. */
static float largestScore(const plan::Stage &s, const RowView &scores, const RowView &mask) {
  Vector most = splat(-infinity);
  for (int k = 0; k < placeBlocks(s); k++) {
    const Vector x = select(load(mask.block(k)) != 0, load(scores.block(k)), splat(-infinity));
    most = select(x > most, x, most);
  }
  return largestOf(most);
}

static void attentionSoftmaxStage(const Worker &w, const plan::Stage &s, const Span &span) {
  eachRowIn(span, [&](int step, int row) {
    const RowView scores(w, s.a, step, row), mask(w, s.b, step, row), d(w, s.d, step, row);
    const float most = largestScore(s, scores, mask);
    Vector total{};
    for (int k = 0; k < placeBlocks(s); k++) {
      const Vector power = exponentialOf(load(scores.block(k)) - most);
      const Vector x = select(load(mask.block(k)) != 0, power, Vector{});
      store(d.block(k), x);
      total += x;
    }
    const float sum = sumOf(total), scale = sum == 0 ? 0 : 1 / sum;
    for (int k = 0; k < placeBlocks(s); k++) store(d.block(k), load(d.block(k)) * scale);
  });
}

static void attentionSoftmaxGradientStage(const Worker &w, const plan::Stage &s, const Span &span) {
  eachRowIn(span, [&](int step, int row) {
    const RowView weights(w, s.a, step, row), gradient(w, s.b, step, row), d(w, s.d, step, row);
    Vector total{};
    for (int k = 0; k < placeBlocks(s); k++) {
      const Vector x = load(weights.block(k));
      total += select(x != 0, x * load(gradient.block(k)), Vector{});
    }
    const float mean = sumOf(total);
    for (int k = 0; k < placeBlocks(s); k++) {
      const Vector x = load(weights.block(k));
      store(d.block(k), select(x != 0, x * (load(gradient.block(k)) - mean), Vector{}));
    }
  });
}

/** Four blocks at a time of the sum of all places, each times its weight; the last block stands for those that are none. */
static void mixStage(const Worker &w, const plan::Stage &s, const Span &span) {
  eachRowIn(span, [&](int step, int row) {
    const RowView weights(w, s.a, step, row), d(w, s.d, step, row);
    const MemoryView memory(w, s.memory, row);
    for (int first = 0; first < s.blocks; first += 4) {
      int at[4];
      Vector sums[4] = {};
      for (int j = 0; j < 4; j++) at[j] = smaller(first + j, s.blocks - 1);
      for (int place = 0; place < s.entries; place++) {
        const float weight = weights.entry(place);
        if (weight == 0) continue;
        SLUICE_UNROLL
        for (int j = 0; j < 4; j++) sums[j] = muladd(load(memory.block(place, at[j])), weight, sums[j]);
      }
      for (int j = 0; j < 4; j++) store(d.block(at[j]), sums[j]);
    }
  });
}

static void rowOuterStage(const Worker &w, const plan::Stage &s, const Span &span) {
  eachRowIn(span, [&](int step, int row) {
    const RowView weights(w, s.a, step, row), v(w, s.b, step, row);
    const MemoryView memory(w, s.memory, row);
    for (int place = 0; place < s.entries; place++) {
      const float weight = weights.entry(place);
      if (weight == 0) continue;
      for (int b = 0; b < s.blocks; b++) {
        float *at = memory.block(place, b);
        store(at, muladd(load(v.block(b)), weight, load(at)));
      }
    }
  });
}

/** Gradients of additive scores in one block, of the query and the vector; that of the memory is added to if there is one. */
struct AdditiveBlock {
  Vector query, vector;
};

SLUICE_INLINE AdditiveBlock additiveBlock(const plan::Stage &s, const RowView &a, const RowView &gradient,
                                          const RowView &v, const MemoryView &memory, const MemoryView *target,
                                          int b) {
  const Vector query = load(a.block(b)), vector = load(v.block(b));
  AdditiveBlock sum{};
  for (int place = 0; place < s.entries; place++) {
    const float weight = gradient.entry(place);
    if (weight == 0) continue;
    const Vector t = hyperbolicTangent(query + load(memory.block(place, b)));
    const Vector slope = (1 - t * t) * vector * weight;
    sum.query += slope;
    sum.vector = muladd(t, weight, sum.vector);
    if (!target) continue;
    float *at = target->block(place, b);
    store(at, load(at) + slope);
  }
  return sum;
}

static void scoreAdditiveGradientStage(const Worker &w, const plan::Stage &s, const Span &span) {
  const plan::Word *list = w.records.words + s.listFirst;
  const int vector = list[0].value, dQuery = list[1].value, dMemory = list[2].value, dVector = list[3].value;
  eachRowIn(span, [&](int step, int row) {
    const RowView a(w, s.a, step, row), gradient(w, s.b, step, row), v(w, vector, step, row);
    const MemoryView memory(w, s.memory, row), target(w, dMemory < 0 ? s.memory : dMemory, row);
    for (int b = 0; b < s.blocks; b++) {
      const AdditiveBlock sum = additiveBlock(s, a, gradient, v, memory, dMemory < 0 ? nullptr : &target, b);
      if (dQuery >= 0) store(RowView(w, dQuery, step, row).block(b), sum.query);
      if (dVector >= 0) store(RowView(w, dVector, step, row).block(b), sum.vector);
    }
  });
}

/** The mask of what is remembered: filled at step 0. */
static void placesStage(const Worker &w, const plan::Stage &s, const Span &span) {
  if (span.firstStep > 0) return;
  for (int row = span.firstRow; row < span.lastRow; row++) {
    const int length = s.lengths < 0 ? w.steps() : smaller(w.ints(s.lengths)[row], w.steps());
    const RowView d(w, s.d, 0, row);
    for (int k = 0; k < placeBlocks(s); k++) store(d.block(k), firstLanes(splat(1), length - k * width));
  }
}

static void keepStage(const Worker &w, const plan::Stage &s, const Span &span) {
  eachRowIn(span, [&](int step, int row) {
    const RowView a(w, s.a, step, row), mask(w, s.b, step, row), d(w, s.d, step, row);
    const bool kept = step < s.entries && mask.entry(step) != 0;
    for (int b = 0; b < s.blocks; b++) store(d.block(b), kept ? load(a.block(b)) : Vector{});
  });
}

} // namespace SLUICE_ISA
