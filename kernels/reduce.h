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

/** A pass over rows [first, first + count) of all rows of all steps. */
struct Pass {
  int first, count;
};

/** Calls f(index in the pass, step, row) for every row of a pass. */
template <class F> SLUICE_INLINE void eachRowOf(const Worker &w, const Pass &pass, F f) {
  const int rows = w.records.header.rows;
  int step = pass.first / rows, row = pass.first % rows;
  for (int k = 0; k < pass.count; k++) {
    f(k, step, row);
    if (++row == rows) row = 0, step++;
  }
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

/** Adds a pass to the gradients of one panel. */
static void addPanel(const PanelView &view, const Pass &pass, int panel) {
  const plan::Reduction &r = view.r;
  Tile tile{};
  tile.a = view.w.scratch.left;
  tile.segments = 1;
  tile.length = pass.count;
  tile.b = rightSide(view, pass, panel);
  tile.c = view.w.arena;
  tile.cRow = r.stride;
  for (int j = 0; j < view.vectors(panel); j++) tile.at[j] = view.target(panel, j);
  tile.start = Start::addend;
  const Cut cut = cutRows(r.entries, r.vectors);
  withVectors(view.vectors(panel), [&](auto vectors) {
    for (int i = 0; i < cut.count; i++) {
      const int height = cut.rowsOf(i);
      multiplyRows<vectors.count, true>(height, tile);
      tile.a += height * pass.count;
      tile.c += height * tile.cRow;
    }
  });
}

static void addWeights(const Worker &w, const plan::Reduction &r, int first, int last) {
  const PanelView view{r, w};
  const int all = w.steps() * w.records.header.rows, depth = passDepth(r.vectors);
  for (int k = 0; k < all; k += depth) {
    const Pass pass{k, smaller(depth, all - k)};
    packLeft(w, r, pass);
    for (int panel = first; panel < last; panel++) addPanel(view, pass, panel);
  }
}

static void addScatter(const Worker &w, const plan::Reduction &r, int first, int last) {
  const PanelView view{r, w};
  const plan::Operand &d = w.records.operands[r.d];
  const Int *tokens = w.ints(r.tokens);
  for (int panel = first; panel < last; panel++) {
    const Pass all{0, w.steps() * w.records.header.rows};
    eachRowOf(w, all, [&](int k, int step, int row) {
      if (tokens[k] < 0 || tokens[k] >= r.classes) return;
      const float *source = w.arena + offsetOf(d, step, row) + (ptrdiff_t)panel * r.panelStride;
      for (int j = 0; j < view.vectors(panel); j++) {
        float *target = w.arena + view.target(panel, j) + (ptrdiff_t)tokens[k] * r.stride;
        store(target, load(target) + load(source + j * width));
      }
    });
  }
}

/** Adds the sum of a block to every target. */
SLUICE_INLINE void addColumn(const Worker &w, const plan::Reduction &r, int block, Vector sum) {
  for (int i = 0; i < r.targetCount; i++) {
    float *target = w.arena + w.records.words[r.targetFirst + i].value + (ptrdiff_t)block * width;
    store(target, load(target) + sum);
  }
}

static void addColumns(const Worker &w, const plan::Reduction &r, int first, int last) {
  const plan::Operand &d = w.records.operands[r.d];
  for (int block = first; block < last; block++) {
    Vector total{};
    for (int step = 0; step < w.steps(); step++) {
      const float *p = w.arena + offsetOf(d, step, 0) + blockOffset(d, block);
      Vector sum{};
      for (int row = 0; row < w.records.header.rows; row++, p += d.rowStride) sum += load(p);
      total += sum;
    }
    addColumn(w, r, block, total);
  }
}

static void addChunks(const Worker &w, const plan::Reduction &r, int first, int last) {
  const plan::Operand &d = w.records.operands[r.d];
  for (int block = first; block < last; block++) {
    Vector sum{};
    for (int chunk = 0; chunk < w.records.header.chunks; chunk++)
      sum += load(w.arena + offsetOf(d, 0, 0, chunk) + blockOffset(d, block));
    addColumn(w, r, block, sum);
  }
}

/** Adds the transpose of rows [first, last) of a target, and clears where it came from for the next window. */
static void addTransposed(const Worker &w, const plan::Reduction &r, int first, int last) {
  float *target = w.arena + w.records.words[r.targetFirst].value;
  for (int n = first; n < last; n++) {
    for (int m = 0; m < r.entries; m++) {
      float &source = w.arena[r.source + (ptrdiff_t)m * r.sourceStride + n];
      target[(ptrdiff_t)n * r.stride + m] += source;
      source = 0;
    }
  }
}

static void runReduction(const Worker &w, const plan::Reduction &r, int first, int last) {
  switch (r.kind) {
  case plan::REDUCE_WEIGHT: return addWeights(w, r, first, last);
  case plan::REDUCE_COLUMNS: return addColumns(w, r, first, last);
  case plan::REDUCE_SCATTER: return addScatter(w, r, first, last);
  case plan::REDUCE_CHUNKS: return addChunks(w, r, first, last);
  case plan::REDUCE_TRANSPOSE: return addTransposed(w, r, first, last);
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

/** Runs reductions [first, first + count); all threads meet at the end. */
static void runReductions(const Worker &w, int first, int count) {
  const plan::Reduction *list = w.records.reductions + first;
  shareOut(
      w, count, [&](int i) { return workOf(w, list[i]); },
      [&](int i, int from, int to) { runReduction(w, list[i], from, to); },
      [&](int i, int j) { return clashes(w, list[i], list[j]); });
}

} // namespace SLUICE_ISA
