// Sums over all rows and steps of a window: the gradients of parameters.
#pragma once
#include "share.h"
#include "tile.h"

namespace SLUICE_ISA {

/** Panels side by side of the gradients that a product's output got, as the records weight and scatter name them. */
struct PanelView {
  const plan::Reduction &r;
  const Worker &w;

  int vectors(int panel) const { return panel + 1 == r.panels ? r.lastVectors : r.vectors; }
  /** Where row 0 of vector j adds up. */
  ptrdiff_t target(int panel, int j) const {
    const int unit = panel * r.units + j % r.units;
    return w.records.words[r.targetFirst + j / r.units].value + (ptrdiff_t)unit * width;
  }
};

/** Rows [first, first + count) of all rows of all steps: few enough that several sums find them in the cache. */
struct Pass {
  int first, count;
};

constexpr int passRows = passDepth(4);

/** Terms of a pass's sums: its rows, or pairs of them. */
SLUICE_INLINE int termsOf(const plan::Reduction &r, const Pass &pass) {
  return inPairs(r) ? pairsOf(pass.count) : pass.count;
}

/** Calls f(index in the pass, step, row) for every row of a pass. */
template <class F> SLUICE_INLINE void eachRowOf(const Worker &w, const Pass &pass, F f) {
  const int rows = w.records.header.rows;
  int step = pass.first / rows, row = pass.first % rows;
  for (int k = 0; k < pass.count; k++) {
    f(k, step, row);
    if (++row == rows) row = 0, step++;
  }
}

/** Calls f(pair, address of its first row, of its second) for the pairs of rows of a pass; null for no second row. */
template <class F>
SLUICE_INLINE void eachPairOf(const Worker &w, const Pass &pass, const plan::Operand &o, F f) {
  const float *first = nullptr;
  eachRowOf(w, pass, [&](int k, int step, int row) {
    const float *source = w.arena + offsetOf(o, step, row);
    if (k % 2 == 1) f(k / 2, first, source);
    else if (k + 1 == pass.count) f(k / 2, source, (const float *)nullptr);
    first = source;
  });
}

/** Packs the first `entries` entries of the rows of a pass for tiles: [tile][row of the pass][entries of the tile]. */
static void packLeft(const Worker &w, const plan::Reduction &r, const Pass &pass) {
  const plan::Operand &a = w.records.operands[r.a];
  const Cut cut = cutRows(r.entries, r.vectors);
  eachRowOf(w, pass, [&](int k, int step, int row) {
    const float *source = w.arena + offsetOf(a, step, row);
    float *target = w.scratch.left;
    for (int i = 0; i < cut.count; i++) {
      const int height = cut.rowsOf(i);
      for (int m = 0; m < height; m++) target[k * height + m] = source[m];
      source += height;
      target += height * pass.count;
    }
  });
}

/** Stores a vector whole if `left` floats are still to be written from here on, else its first `count` lanes alone. */
SLUICE_INLINE void storeOver(float *target, Vector v, int count, int left) {
  if (left >= width) return store(target, v);
  for (int i = 0; i < smaller(count, width); i++) target[i] = v[i];
}

/** The same in pairs of rows: [tile][pair][entries of the tile]. */
static void packLeftPairs(const Worker &w, const plan::Reduction &r, const Pass &pass) {
  const Cut cut = cutRows(r.entries, r.vectors);
  const int pairs = pairsOf(pass.count);
  eachPairOf(w, pass, w.records.operands[r.a], [&](int pair, const float *low, const float *high) {
    float *target = w.scratch.left;
    for (int i = 0, entry = 0; i < cut.count; i++) {
      const int height = cut.rowsOf(i), left = (pairs - pair) * height;
      for (int m = 0; m < height; m += width) {
        const Vector second = high ? load(high + entry + m) : Vector{};
        storeOver(target + pair * height + m, pairAcross(load(low + entry + m), second), height - m, left - m);
      }
      entry += height;
      target += height * pairs;
    }
  });
}

/** The vectors of a panel over the rows of a pass, as the right side of a tile: in place if they lie so. */
static const float *rightSide(const PanelView &view, const Pass &pass, int panel) {
  const Worker &w = view.w;
  const plan::Operand &d = w.records.operands[view.r.d];
  const ptrdiff_t start = (ptrdiff_t)panel * view.r.panelStride;
  const int n = view.vectors(panel);
  if (d.rowStride == n * width && isContinuous(d, w.records.header.rows))
    return w.arena + d.base + start + (ptrdiff_t)pass.first * d.rowStride;
  eachRowOf(w, pass, [&](int k, int step, int row) {
    const float *source = w.arena + offsetOf(d, step, row) + start;
    for (int j = 0; j < n; j++) store(w.scratch.right + (k * n + j) * width, load(source + j * width));
  });
  return w.scratch.right;
}

/** The same in pairs of rows. */
static const float *rightSidePairs(const PanelView &view, const Pass &pass, int panel) {
  const Worker &w = view.w;
  const ptrdiff_t start = (ptrdiff_t)panel * view.r.panelStride;
  const int n = view.vectors(panel);
  eachPairOf(w, pass, w.records.operands[view.r.d], [&](int pair, const float *low, const float *high) {
    for (int j = 0; j < n; j++) {
      const ptrdiff_t at = start + j * width;
      const Vector second = high ? load(high + at) : Vector{};
      store(w.scratch.right + (pair * n + j) * width, pairAcross(load(low + at), second));
    }
  });
  return w.scratch.right;
}

/** Adds a pass to the gradients of one panel. */
static void addPanel(const PanelView &view, const Pass &pass, int panel) {
  const plan::Reduction &r = view.r;
  Tile tile{};
  tile.a = view.w.scratch.left;
  tile.segments = 1;
  tile.length = termsOf(r, pass);
  tile.b = inPairs(r) ? rightSidePairs(view, pass, panel) : rightSide(view, pass, panel);
  tile.c = view.w.arena;
  tile.cRow = r.stride;
  for (int j = 0; j < view.vectors(panel); j++) tile.at[j] = view.target(panel, j);
  tile.start = Start::addend;
  // The next panel is fetched from where it lies in float32, in pairs or not.
  const int rows = view.w.records.header.rows;
  const ptrdiff_t next = offsetOf(view.w.records.operands[r.d], pass.first / rows, pass.first % rows);
  tile.next = (const char *)(view.w.arena + next + (panel + 1) * (ptrdiff_t)r.panelStride);
  const Cut cut = cutRows(r.entries, r.vectors);
  withVectors(view.vectors(panel), [&](auto n) {
    if (inPairs(r)) multiplyDown<n.count, true, hasPairs>(cut, tile, 2 * passBytes);
    else multiplyDown<n.count, true, false>(cut, tile, passBytes);
  });
}

static void addWeights(const Worker &w, const plan::Reduction &r, const Units &mine, const Pass &pass) {
  if (inPairs(r)) packLeftPairs(w, r, pass);
  else packLeft(w, r, pass);
  for (int panel = mine.first; panel < mine.last; panel++) addPanel({r, w}, pass, panel);
}

static void addScatter(const Worker &w, const plan::Reduction &r, const Units &mine, const Pass &pass) {
  const PanelView view{r, w};
  const plan::Operand &d = w.records.operands[r.d];
  const Int *tokens = w.ints(r.tokens) + pass.first;
  eachRowOf(w, pass, [&](int k, int step, int row) {
    if (tokens[k] < 0 || tokens[k] >= r.classes) return;
    const float *source = w.arena + offsetOf(d, step, row);
    float *target = w.arena + (ptrdiff_t)tokens[k] * r.stride;
    for (int panel = mine.first; panel < mine.last; panel++) {
      for (int j = 0; j < view.vectors(panel); j++) {
        float *at = target + view.target(panel, j);
        store(at, load(at) + load(source + (ptrdiff_t)panel * r.panelStride + j * width));
      }
    }
  });
}

/** Adds the sum of a block to every target. */
SLUICE_INLINE void addColumn(const Worker &w, const plan::Reduction &r, int block, Vector sum) {
  for (int i = 0; i < r.targetCount; i++) {
    float *target = w.arena + w.records.words[r.targetFirst + i].value + (ptrdiff_t)block * width;
    store(target, load(target) + sum);
  }
}

static void addColumns(const Worker &w, const plan::Reduction &r, const Units &mine, const Pass &pass) {
  const plan::Operand &d = w.records.operands[r.d];
  for (int block = mine.first; block < mine.last; block += 4) {
    withVectors(smaller(4, mine.last - block), [&](auto n) {
      Vector sums[n.count] = {};
      ptrdiff_t at[n.count];
      for (int j = 0; j < n.count; j++) at[j] = blockOffset(d, block + j);
      eachRowOf(w, pass, [&](int, int step, int row) {
        const float *source = w.arena + offsetOf(d, step, row);
        SLUICE_UNROLL
        for (int j = 0; j < n.count; j++) sums[j] += load(source + at[j]);
      });
      for (int j = 0; j < n.count; j++) addColumn(w, r, block + j, sums[j]);
    });
  }
}

static void addChunks(const Worker &w, const plan::Reduction &r, const Units &mine) {
  const plan::Operand &d = w.records.operands[r.d];
  for (int block = mine.first; block < mine.last; block++) {
    Vector sum{};
    for (int chunk = 0; chunk < w.records.header.chunks; chunk++)
      sum += load(w.arena + offsetOf(d, 0, 0, chunk) + blockOffset(d, block));
    addColumn(w, r, block, sum);
  }
}

/** Adds the transpose to rows of a target, and clears where it came from for the next window. */
static void addTransposed(const Worker &w, const plan::Reduction &r, const Units &mine) {
  float *target = w.arena + w.records.words[r.targetFirst].value;
  for (int n = mine.first; n < mine.last; n++) {
    for (int m = 0; m < r.entries; m++) {
      float &source = w.arena[r.source + (ptrdiff_t)m * r.sourceStride + n];
      target[(ptrdiff_t)n * r.stride + m] += source;
      source = 0;
    }
  }
}

/** The thread's part of a reduction for one pass; what is no sum over rows is done in the first. */
static void runReduction(const Worker &w, const plan::Reduction &r, const Units &mine, const Pass &pass) {
  switch (r.kind) {
  case plan::REDUCE_WEIGHT: return addWeights(w, r, mine, pass);
  case plan::REDUCE_COLUMNS: return addColumns(w, r, mine, pass);
  case plan::REDUCE_SCATTER: return addScatter(w, r, mine, pass);
  case plan::REDUCE_CHUNKS: return pass.first == 0 ? addChunks(w, r, mine) : (void)0;
  case plan::REDUCE_TRANSPOSE: return pass.first == 0 ? addTransposed(w, r, mine) : (void)0;
  }
}

/** Cost of a reduction's panels or columns, in vectors touched. */
static Work workOf(const Worker &w, const plan::Reduction &r) {
  const double rows = (double)w.steps() * w.records.header.rows;
  switch (r.kind) {
  case plan::REDUCE_WEIGHT: return {r.panels, rows * r.vectors * (r.entries + 8)};
  case plan::REDUCE_SCATTER: return {r.panels, rows * r.vectors * 4};
  case plan::REDUCE_COLUMNS: return {r.blocks, rows * 2};
  case plan::REDUCE_CHUNKS: return {r.blocks, (double)w.records.header.chunks};
  default: return {r.classes, (double)r.entries};
  }
}

/** The places that a reduction adds to: [first, last) from its targets. */
struct Extent {
  ptrdiff_t first, last;
};

static Extent extentOf(const plan::Reduction &r, int target) {
  switch (r.kind) {
  case plan::REDUCE_WEIGHT: return {target, target + (ptrdiff_t)r.entries * r.stride};
  case plan::REDUCE_SCATTER: return {target, target + (ptrdiff_t)r.classes * r.stride};
  case plan::REDUCE_TRANSPOSE: return {target, target + (ptrdiff_t)r.classes * r.stride};
  default: return {target, target + (ptrdiff_t)r.blocks * width};
  }
}

static bool clashes(const Worker &w, const plan::Reduction &a, const plan::Reduction &b) {
  for (int i = 0; i < a.targetCount; i++) {
    for (int j = 0; j < b.targetCount; j++) {
      const Extent x = extentOf(a, w.records.words[a.targetFirst + i].value);
      const Extent y = extentOf(b, w.records.words[b.targetFirst + j].value);
      if (x.first < y.last && y.first < x.last) return true;
    }
  }
  return false;
}

/** Rows of a pass: twice as many where pairs of them fit. */
static int rowsOfPass(const plan::Reduction *list, int count) {
  bool all = true, any = false;
  for (int i = 0; i < count; i++) {
    if (list[i].kind != plan::REDUCE_WEIGHT) continue;
    any = true;
    all = all && inPairs(list[i]);
  }
  return any && all ? 2 * passRows : passRows;
}

/**
 * Runs reductions [first, first + count), pass by pass; all threads meet at the end. In a pass the weights come first:
 * they fetch the gradients ahead of time, and the others find them in the cache.
 */
static void runReductions(const Worker &w, int first, int count) {
  const plan::Reduction *list = w.records.reductions + first;
  const int all = w.steps() * w.records.header.rows, most = rowsOfPass(list, count);
  const auto work = [&](int i) { return workOf(w, list[i]); };
  const auto clash = [&](int i, int j) { return clashes(w, list[i], list[j]); };
  shareOut(w, count, work, clash, [&](const Batch &batch) {
    for (int k = 0; k < all; k += most)
      for (int turn = 0; turn < 2; turn++)
        batch.each(w, work, [&](int i, const Units &mine) {
          if ((list[i].kind == plan::REDUCE_WEIGHT) == (turn == 0))
            runReduction(w, list[i], mine, {k, smaller(most, all - k)});
        });
  });
}

} // namespace SLUICE_ISA
