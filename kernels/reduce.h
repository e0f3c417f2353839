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

/**
 * Rows [first, first + all) of all rows of all steps, without those that have ended: few enough that several sums find
 * them in the cache.
 */
struct Pass {
  int first, all, count;
  const Int *lengths; // null: no row ends
};

constexpr int passRows = plan::passFloats / width;
static_assert(passRows * 4 * width * 4 <= passBytes, "a pass of four vectors fits the right side");

/** Room for the packed left side of a weight. */
SLUICE_INLINE ptrdiff_t leftFloats(const plan::Reduction &r) { return (ptrdiff_t)r.entries * passRows; }

/** Terms of a pass's sums: its rows, or pairs of them. */
SLUICE_INLINE int termsOf(const plan::Reduction &r, const Pass &pass) {
  return inPairs(r) ? pairsOf(pass.count) : pass.count;
}

/** Calls f(index in the pass, step, row) for every row of a pass. */
template <class F> SLUICE_INLINE void eachRowOf(const Worker &w, const Pass &pass, F f) {
  const int rows = w.records.header.rows;
  int step = pass.first / rows, row = pass.first % rows;
  for (int i = 0, k = 0; i < pass.all; i++) {
    if (!hasRare || !pass.lengths || pass.lengths[row] > step) f(k++, step, row);
    if (++row == rows) row = 0, step++;
  }
}

/** Copies `height` entries, at most `most`. Where code must travel, one loop does all heights. */
template <int most> SLUICE_INLINE void copyEntries(const float *source, float *target, int height) {
  if constexpr (isSmall) {
    int m = 0;
    SLUICE_ROLLED
    for (; m + 1 < height; m += 2) __builtin_memcpy(target + m, source + m, 8);
    if (m < height) target[m] = source[m];
  } else {
    SLUICE_UNROLL
    for (int m = 0; m < most; m++) target[m] = source[m];
  }
}

/** Memory that will be needed soon: each step asks for the line at `at` and goes on. */
struct Fetch {
  const char *at;
  ptrdiff_t stride;

  void step() {
    prefetch(at);
    at += stride;
  }
};

/** Rows that are packed together, tile by tile: tiles often lie so that one row of each would share one place in the cache. */
constexpr int rowsPacked = 16;

/**
 * `tiles` tiles of `height` entries, from entry `from` on, of the rows of a pass: [tile][row of the pass][entry]. Copying
 * waits for memory: it asks for the rows that are packed next, and for what `fetch` names.
 */
template <int most = tallest(1)>
static void packTiles(const Worker &w, const plan::Operand &a, const Pass &pass, float *target, int from, int height,
                      int tiles, Fetch &fetch) {
  if (!isSmall && height != most) {
    if constexpr (most > 1) packTiles<most - 1>(w, a, pass, target, from, height, tiles, fetch);
    return;
  }
  const float *sources[rowsPacked];
  const ptrdiff_t ahead = (ptrdiff_t)rowsPacked * a.rowStride;
  eachRowOf(w, pass, [&](int k, int step, int row) {
    const int held = k % rowsPacked + 1;
    sources[held - 1] = w.arena + offsetOf(a, step, row) + from;
    if (held < rowsPacked && k + 1 < pass.count) return;
    float *tile = target + (k + 1 - held) * height;
    for (int i = 0; i < tiles; i++, tile += (ptrdiff_t)height * pass.count)
      for (int r = 0; r < held; r++, fetch.step()) {
        prefetch(sources[r] + i * height + ahead);
        copyEntries<most>(sources[r] + i * height, tile + r * height, height);
      }
  });
}

static Pass passOf(const Worker &w, const plan::Reduction &r, int first, int all) {
  Pass pass{first, all, all, r.lengths < 0 ? nullptr : w.ints(r.lengths)};
  if (!hasRare || !pass.lengths) return pass;
  pass.count = 0;
  eachRowOf(w, pass, [&](int, int, int) { pass.count++; });
  return pass;
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

/** Panel `panel` of the rows of a pass. */
SLUICE_INLINE const float *panelAt(const Worker &w, const plan::Reduction &r, const Pass &pass, int panel) {
  const int rows = w.records.header.rows;
  const plan::Operand &d = w.records.operands[r.d];
  return w.arena + offsetOf(d, pass.first / rows, pass.first % rows) + (ptrdiff_t)panel * r.panelStride;
}

/** Packs the first `entries` entries of the rows of a pass for tiles, and fetches the panel that they are multiplied with first. */
static void packLeft(const Worker &w, const plan::Reduction &r, const Pass &pass, float *left, int panel) {
  const plan::Operand &a = w.records.operands[r.a];
  const Cut cut = cutRows(r.entries, r.vectors);
  const int tall = cut.tall * (cut.height + 1);
  Fetch fetch{(const char *)panelAt(w, r, pass, panel), r.vectors * width * 4 / cut.count};
  packTiles(w, a, pass, left, 0, cut.height + 1, cut.tall, fetch);
  packTiles(w, a, pass, left + (ptrdiff_t)tall * pass.count, tall, cut.height, cut.count - cut.tall, fetch);
}

/** Stores a vector whole if `left` floats are still to be written from here on, else its first `count` lanes alone. */
SLUICE_INLINE void storeOver(float *target, Vector v, int count, int left) {
  if (left >= width) return store(target, v);
  for (int i = 0; i < smaller(count, width); i++) target[i] = v[i];
}

/** The same in pairs of rows: [tile][pair][entries of the tile]. */
static void packLeftPairs(const Worker &w, const plan::Reduction &r, const Pass &pass, float *packed) {
  const Cut cut = cutRows(r.entries, r.vectors);
  const int pairs = pairsOf(pass.count);
  eachPairOf(w, pass, w.records.operands[r.a], [&](int pair, const float *low, const float *high) {
    float *target = packed;
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
  if (pass.count == pass.all && d.rowStride == n * width && isContinuous(d, w.records.header.rows))
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

/** Adds a pass to the gradients of one panel of matrices. `fetch`: asks for the next panel meanwhile. */
static void addWeights(const PanelView &view, const Pass &pass, int panel, const float *left, bool fetch) {
  const plan::Reduction &r = view.r;
  const int n = view.vectors(panel);
  Tile tile{};
  tile.a = left;
  tile.segments = 1;
  tile.length = termsOf(r, pass);
  tile.b = inPairs(r) ? rightSidePairs(view, pass, panel) : rightSide(view, pass, panel);
  tile.bLine = (ptrdiff_t)n * width;
  tile.c = view.w.arena;
  tile.cRow = r.stride;
  for (int j = 0; j < n; j++) tile.at[j] = view.target(panel, j);
  // The next panel is fetched from where it lies in float32, in pairs or not.
  tile.next = (const char *)panelAt(view.w, r, pass, panel + 1);
  const Cut cut = cutRows(r.entries, r.vectors);
  if (inPairs(r)) multiplyDown<true, hasPairs>(n, cut, tile, fetch ? 2 * passBytes : 0);
  else multiplyDown<true, false>(n, cut, tile, fetch ? passBytes : 0);
}

/** Asks for n vectors of a row of gradients some rows after one that is read. */
template <int n> SLUICE_INLINE void fetchAhead(const float *source, const plan::Operand &d) {
  const ptrdiff_t ahead = 12 * (ptrdiff_t)d.rowStride;
  for (int j = 0; j < n; j++) prefetch(source + ahead + j * width);
}

/** Adds a pass to the gradients of one panel of vectors: even and odd rows apart, so that sums do not wait. */
template <int n> static void addColumns(const PanelView &view, const Pass &pass, int panel) {
  const Worker &w = view.w;
  const plan::Operand &d = w.records.operands[view.r.d];
  const ptrdiff_t start = (ptrdiff_t)panel * view.r.panelStride;
  Vector sums[2][n] = {};
  eachRowOf(w, pass, [&](int k, int step, int row) {
    const float *source = w.arena + offsetOf(d, step, row) + start;
    Vector *sum = sums[k & 1];
    fetchAhead<n>(source, d);
    SLUICE_UNROLL
    for (int j = 0; j < n; j++) sum[j] += load(source + j * width);
  });
  for (int j = 0; j < n; j++) {
    float *target = w.arena + view.target(panel, j);
    store(target, load(target) + (sums[0][j] + sums[1][j]));
  }
}

/** Adds each row of a panel to the row of its targets that its token names. */
template <int n> static void addScatter(const PanelView &view, const Pass &pass, int panel) {
  const Worker &w = view.w;
  const plan::Reduction &r = view.r;
  const plan::Operand &d = w.records.operands[r.d];
  const Int *tokens = w.ints(r.tokens);
  const int rows = w.records.header.rows;
  const ptrdiff_t start = (ptrdiff_t)panel * r.panelStride;
  float *at[n];
  for (int j = 0; j < n; j++) at[j] = w.arena + view.target(panel, j);
  eachRowOf(w, pass, [&](int, int step, int row) {
    const int token = tokens[(ptrdiff_t)step * rows + row];
    const float *source = w.arena + offsetOf(d, step, row) + start;
    fetchAhead<n>(source, d);
    if (token < 0 || token >= r.classes) return;
    const ptrdiff_t target = (ptrdiff_t)token * r.stride;
    SLUICE_UNROLL
    for (int j = 0; j < n; j++) store(at[j] + target, load(at[j] + target) + load(source + j * width));
  });
}

/** Adds the sum of a block to every target. */
SLUICE_INLINE void addColumn(const Worker &w, const plan::Reduction &r, int block, Vector sum) {
  for (int i = 0; i < r.targetCount; i++) {
    float *target = w.arena + w.records.words[r.targetFirst + i].value + (ptrdiff_t)block * width;
    store(target, load(target) + sum);
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

static void addRows(const Worker &w, const plan::Reduction &r, const Units &mine) {
  const plan::Operand &d = w.records.operands[r.d];
  for (int block = mine.first; block < mine.last; block++) {
    Vector sum{};
    for (int row = 0; row < w.records.header.rows; row++)
      if (hasSteps(w, r.lengths, row)) sum += load(w.arena + offsetOf(d, 0, row) + blockOffset(d, block));
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

/** A pass of reductions that go panel by panel together: what one has fetched, the others find in the cache. */
static void addTogether(const Worker &w, const plan::Reduction *list, const Units &mine, const Pass &pass) {
  if (pass.count == 0) return;
  const plan::Reduction *end = list + list->together;
  float *left = w.scratch.left;
  for (const plan::Reduction *r = list; r < end; r++) {
    if (r->kind != plan::REDUCE_WEIGHT) continue;
    if (inPairs(*r)) packLeftPairs(w, *r, pass, left);
    else packLeft(w, *r, pass, left, mine.first);
    left += leftFloats(*r);
  }
  for (int panel = mine.first; panel < mine.last; panel++) {
    left = w.scratch.left;
    for (const plan::Reduction *r = list; r < end; r++) {
      const PanelView view{*r, w};
      if (r->kind == plan::REDUCE_WEIGHT) {
        addWeights(view, pass, panel, left, left == w.scratch.left);
        left += leftFloats(*r);
      } else {
        withVectors(view.vectors(panel), [&](auto n) {
          if (r->kind == plan::REDUCE_COLUMNS) addColumns<n.count>(view, pass, panel);
          else addScatter<n.count>(view, pass, panel);
        });
      }
    }
  }
}

/** The thread's part of a reduction for one pass; what is no sum over rows is done in the first. */
static void runReduction(const Worker &w, const plan::Reduction &r, const Units &mine, const Pass &pass) {
  switch (r.kind) {
  case plan::REDUCE_CHUNKS: return pass.first == 0 && w.call->unfinished == 0 ? addChunks(w, r, mine) : (void)0;
  case plan::REDUCE_ROWS: return pass.first == 0 ? addRows(w, r, mine) : (void)0;
  case plan::REDUCE_TRANSPOSE: return pass.first == 0 ? addTransposed(w, r, mine) : (void)0;
  default: return addTogether(w, &r, mine, pass);
  }
}

/** Cost of a panel for each row, in vectors touched. */
static double costOfRow(const plan::Reduction &r) {
  return r.vectors * (r.kind == plan::REDUCE_WEIGHT ? r.entries + 8.0 : r.kind == plan::REDUCE_SCATTER ? 4.0 : 2.0);
}

/** Work of a reduction with those that go together with it, which have none of their own. */
static Work workOf(const Worker &w, const plan::Reduction &r) {
  if (r.kind == plan::REDUCE_CHUNKS) return {r.blocks, (double)w.records.header.chunks};
  if (r.kind == plan::REDUCE_ROWS) return {r.blocks, (double)w.records.header.rows};
  if (r.kind == plan::REDUCE_TRANSPOSE) return {r.classes, (double)r.entries};
  double cost = 0;
  for (int i = 0; i < r.together; i++) cost += costOfRow((&r)[i]);
  return {r.together > 0 ? r.panels : 0, cost * w.steps() * w.records.header.rows};
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
  case plan::REDUCE_COLUMNS: return {target, target + (ptrdiff_t)r.panels * r.units * width};
  default: return {target, target + (ptrdiff_t)r.blocks * width};
  }
}

static bool overlap(const Worker &w, const plan::Reduction &a, const plan::Reduction &b) {
  for (int i = 0; i < a.targetCount; i++) {
    for (int j = 0; j < b.targetCount; j++) {
      const Extent x = extentOf(a, w.records.words[a.targetFirst + i].value);
      const Extent y = extentOf(b, w.records.words[b.targetFirst + j].value);
      if (x.first < y.last && y.first < x.last) return true;
    }
  }
  return false;
}

/** Whether two reductions, each with those that go together with it, write the same place. */
static bool clashes(const Worker &w, const plan::Reduction &a, const plan::Reduction &b) {
  for (int i = 0; i < a.together; i++)
    for (int j = 0; j < b.together; j++)
      if (overlap(w, (&a)[i], (&b)[j])) return true;
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
 * Runs reductions [first, first + count), pass by pass from the last to the first, as windows go back in parts; all
 * threads meet at the end.
 */
static void runReductions(const Worker &w, int first, int count) {
  const plan::Reduction *list = w.records.reductions + first;
  const int all = w.steps() * w.records.header.rows, most = rowsOfPass(list, count);
  const auto work = [&](int i) { return workOf(w, list[i]); };
  const auto clash = [&](int i, int j) { return clashes(w, list[i], list[j]); };
  const Batch whole = batchFrom(0, count, work, clash);
  for (int k = (all - 1) / most * most; k >= 0; k -= most) {
    const auto run = [&](const Batch &batch) {
      batch.each(w, work, [&](int i, const Units &mine) {
        runReduction(w, list[i], mine, passOf(w, list[i], k, smaller(most, all - k)));
      });
    };
    if (whole.last == count) run(whole);
    else shareOut(w, count, work, clash, run);
  }
  w.meetOthers();
}

} // namespace SLUICE_ISA
