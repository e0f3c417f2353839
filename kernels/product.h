// Products of activations with packed weights, panel by panel, and the groups of them that make up a panel.
#pragma once
#include "tile.h"
#include "worker.h"

namespace SLUICE_ISA {

/** The left operand of a product, from the first row of a span and the first of some segments on. */
struct Left {
  const float *at;
  ptrdiff_t timeStride, rowStride, segmentStride;
  bool continuous;
};

/** Length of a segment in what one term takes: numbers, or pairs of them. */
SLUICE_INLINE int termsOf(const plan::Product &p) { return inPairs(p) ? pairsOf(p.segmentLength) : p.segmentLength; }

/** Words that the pairs of `segments` segments take in `rows` rows, and what writing whole vectors needs after them. */
SLUICE_INLINE size_t pairWords(const plan::Product &p, int segments, int rows) {
  return inPairs(p) ? (size_t)rows * segments * termsOf(p) + width : 0;
}

/** Writes the pairs of segments [first, last), row by row. */
static void pairLeft(const Worker &w, const plan::Product &p, const Span &span, int first, int last, float *target) {
  const plan::Operand &a = w.records.operands[p.a];
  for (int step = span.firstStep; step < span.lastStep; step++)
    for (int row = span.firstRow; row < span.lastRow; row++)
      for (int s = first; s < last; s++, target += termsOf(p))
        pairRow(w.arena + offsetOf(a, step, row) + (ptrdiff_t)s * p.segmentStride, p.segmentLength, target);
}

/** Where segments [first, last) are: in the arena, or as pairs at `pairs`. */
static Left leftOf(const Worker &w, const plan::Product &p, const Span &span, int first, int last,
                   const float *pairs) {
  if (inPairs(p)) {
    const int terms = termsOf(p), row = (last - first) * terms;
    return {pairs, (ptrdiff_t)span.rows() * row, row, terms, true};
  }
  const plan::Operand &a = w.records.operands[p.a];
  const float *at = w.arena + offsetOf(a, span.firstStep, span.firstRow) + (ptrdiff_t)p.segmentStride * first;
  return {at, a.timeStride, a.rowStride, p.segmentStride, isContinuous(a, w.records.header.rows)};
}

/** Runs a tile, given for row 0 of step 0 of C, over the rows and steps of a span. */
template <int n, bool pairs>
static void multiplySpan(const Worker &w, const Span &span, Tile tile, const Left &left, const plan::Operand &c,
                         int nextBytes) {
  const int all = w.records.header.rows, steps = span.lastStep - span.firstStep;
  tile.c += (ptrdiff_t)c.timeStride * span.firstStep + (ptrdiff_t)c.rowStride * span.firstRow;
  if (span.rows() == all && left.continuous && isContinuous(c, all))
    return multiplyDown<n, false, pairs>(cutRows(all * steps, n), tile, nextBytes);
  for (int step = 0; step < steps; step++, tile.a += left.timeStride, tile.c += c.timeStride)
    multiplyDown<n, false, pairs>(cutRows(span.rows(), n), tile, step + 1 == steps ? nextBytes : 0);
}

/** Panel `panel` of a product over its segments [first, last), in passes whose weights fit the first-level cache. */
template <int n, bool pairs>
static void multiplyPanel(const Worker &w, const plan::Product &p, const Span &span, int panel, int first, int last,
                          const Left &left, Start start, const float *bias) {
  const plan::Operand &c = w.records.operands[p.c];
  const int length = termsOf(p);
  const ptrdiff_t depth = (ptrdiff_t)p.segments * length, line = n * width;
  const float *weights = w.arena + p.weights + panel * depth * p.vectors * width;
  const int most = passDepth(n), together = length < most ? most / length : 1;
  const bool stays = depth * p.panels * p.vectors * width * 4 <= passBytes;
  Tile tile{};
  tile.aRow = left.rowStride;
  tile.segmentStride = left.segmentStride;
  tile.c = w.arena + c.base + (ptrdiff_t)panel * p.panelStride;
  tile.cRow = c.rowStride;
  for (int j = 0; j < n; j++) tile.at[j] = (ptrdiff_t)j * p.vectorStride;
  tile.bias = bias;
  tile.start = start;
  for (int s = first; s < last; s += together) {
    for (int k = 0; k < length; k += most) {
      tile.segments = smaller(together, last - s);
      tile.length = smaller(most, length - k);
      tile.a = left.at + left.segmentStride * (s - first) + k;
      tile.b = weights + ((ptrdiff_t)s * length + k) * line;
      const int bytes = tile.segments * tile.length * (int)line * 4;
      // A fused product goes on with the same segments of the next panel, any other with what follows in memory.
      tile.next = (const char *)(tile.b + (p.fused ? depth * p.vectors * width : bytes / 4));
      multiplySpan<n, pairs>(w, span, tile, left, c, stays ? 0 : bytes);
      tile.start = Start::present;
    }
  }
}

/** Vectors of a panel: the last may have fewer. */
SLUICE_INLINE int vectorsOf(int panel, int panels, int vectors, int lastVectors) {
  return panel + 1 == panels ? lastVectors : vectors;
}

static void multiplySegments(const Worker &w, const plan::Product &p, const Span &span, int panel, int first, int last,
                             const Left &left, Start start, const float *bias) {
  withVectors(vectorsOf(panel, p.panels, p.vectors, p.lastVectors), [&](auto n) {
    if (inPairs(p)) multiplyPanel<n.count, hasPairs>(w, p, span, panel, first, last, left, start, bias);
    else multiplyPanel<n.count, false>(w, p, span, panel, first, last, left, start, bias);
  });
}

/** All panels of a product over its segments [first, last); `room` is for their pairs. */
static void multiplyPanels(const Worker &w, const plan::Product &p, const Span &span, int first, int last,
                           float *room) {
  const Start start = p.accumulate || first > 0 ? Start::present : Start::zero;
  const Left left = leftOf(w, p, span, first, last, room);
  if (inPairs(p)) pairLeft(w, p, span, first, last, room);
  for (int panel = 0; panel < p.panels; panel++)
    multiplySegments(w, p, span, panel, first, last, left, start, nullptr);
}

/** A panel of a group and where its rows start. */
struct PanelRows {
  float *c;
  ptrdiff_t row;
  int vectors;
  const float *bias; // null for zero
};

/** Row `row`: bias or what is there, plus the row of the table that the token names. */
SLUICE_INLINE void gatherRow(const PanelRows &panel, const plan::Gather &g, const float *table, int token, int row,
                             bool first, int vectors) {
  float *c = panel.c + row * panel.row;
  const bool known = token >= 0 && token < g.classes;
  const float *source = table + (ptrdiff_t)token * vectors * width;
  for (int j = 0; j < panel.vectors; j++) {
    Vector v = !first ? load(c + j * width) : panel.bias ? load(panel.bias + j * width) : Vector{};
    const int from = j - g.vectorStart;
    if (known && from >= 0 && from < vectors) v += load(source + from * width);
    store(c + j * width, v);
  }
}

/** Sets the rows of a panel to the bias plus what the gathers add. */
static void gatherPanel(const Worker &w, const plan::Group &g, const Span &span, int panel, const float *bias) {
  const plan::Operand &c = w.records.operands[g.c];
  static const plan::Gather nothing{};
  const int count = g.gatherCount > 0 ? g.gatherCount : 1, all = w.records.header.rows;
  for (int step = span.firstStep; step < span.lastStep; step++) {
    const PanelRows rows{w.arena + offsetOf(c, step, span.firstRow) + (ptrdiff_t)panel * g.panelStride, c.rowStride,
                         vectorsOf(panel, g.panels, g.vectors, g.lastVectors), bias};
    for (int i = 0; i < count; i++) {
      const plan::Gather &gather = g.gatherCount > 0 ? w.records.gathers[g.gatherFirst + i] : nothing;
      const int vectors = vectorsOf(panel, g.panels, gather.vectors, gather.lastVectors);
      const float *table = w.arena + gather.table + (ptrdiff_t)panel * gather.classes * gather.vectors * width;
      const Int *tokens = w.ints(gather.tokens) + (ptrdiff_t)step * all + span.firstRow;
      for (int r = 0; r < span.rows(); r++)
        gatherRow(rows, gather, table, gather.classes > 0 ? tokens[r] : -1, r, i == 0 && g.bias != -2, vectors);
    }
  }
}

/**
 * Panel `panel` of a group: bias, gathers, products. The first panel writes the pairs of their left operands at `room`
 * for all of them. Gives the room after these.
 */
static float *computePanel(const Worker &w, const plan::Group &g, const Span &span, int panel, float *room) {
  const float *bias = g.bias < 0 ? nullptr : w.arena + g.bias + (ptrdiff_t)panel * g.vectors * width;
  Start start = g.bias == -2 ? Start::present : bias ? Start::bias : Start::zero;
  // A first product that covers only some vectors of the panel cannot start the others.
  const bool covered = g.productCount > 0 && w.records.products[g.productFirst].vectors == g.vectors;
  if (g.gatherCount > 0 || (!covered && g.bias != -2)) {
    gatherPanel(w, g, span, panel, bias);
    start = Start::present;
  }
  for (int i = 0; i < g.productCount; i++, start = Start::present) {
    const plan::Product &p = w.records.products[g.productFirst + i];
    const Left left = leftOf(w, p, span, 0, p.segments, room);
    if (inPairs(p) && panel == 0) pairLeft(w, p, span, 0, p.segments, room);
    multiplySegments(w, p, span, panel, 0, p.segments, left, start, bias);
    room += pairWords(p, p.segments, span.rows() * (span.lastStep - span.firstStep));
  }
  return room;
}

} // namespace SLUICE_ISA
