// Products of activations with packed weights, panel by panel, and the groups of them that make up a panel.
#pragma once
#include "tile.h"
#include "worker.h"

namespace SLUICE_ISA {

/** A tile at row 0 of step 0; this runs it over the rows and steps of a span. */
template <int n>
static void multiplySpan(const Worker &w, const Span &span, Tile tile, const plan::Operand &a, const plan::Operand &c,
                         int nextBytes) {
  const int all = w.records.header.rows, steps = span.lastStep - span.firstStep;
  tile.a += (ptrdiff_t)a.timeStride * span.firstStep + (ptrdiff_t)a.rowStride * span.firstRow;
  tile.c += (ptrdiff_t)c.timeStride * span.firstStep + (ptrdiff_t)c.rowStride * span.firstRow;
  if (span.rows() == all && isContinuous(a, all) && isContinuous(c, all))
    return multiplyDown<n, false>(cutRows(all * steps, n), tile, nextBytes);
  for (int step = 0; step < steps; step++, tile.a += a.timeStride, tile.c += c.timeStride)
    multiplyDown<n, false>(cutRows(span.rows(), n), tile, step + 1 == steps ? nextBytes : 0);
}

/** Panel `panel` of a product over its segments [first, last), in passes whose weights fit the first-level cache. */
template <int n>
static void multiplyPanel(const Worker &w, const plan::Product &p, const Span &span, int panel, int first, int last,
                          Start start, const float *bias) {
  const plan::Operand &a = w.records.operands[p.a], &c = w.records.operands[p.c];
  const ptrdiff_t depth = (ptrdiff_t)p.segments * p.segmentLength, line = n * width;
  const float *weights = w.arena + p.weights + panel * depth * p.vectors * width;
  const int most = passDepth(n), together = p.segmentLength < most ? most / p.segmentLength : 1;
  const bool stays = depth * p.panels * p.vectors * width * 4 <= passBytes;
  Tile tile{};
  tile.aRow = a.rowStride;
  tile.segmentStride = p.segmentStride;
  tile.c = w.arena + c.base + (ptrdiff_t)panel * p.panelStride;
  tile.cRow = c.rowStride;
  for (int j = 0; j < n; j++) tile.at[j] = (ptrdiff_t)j * p.vectorStride;
  tile.bias = bias;
  tile.start = start;
  for (int s = first; s < last; s += together) {
    for (int k = 0; k < p.segmentLength; k += most) {
      tile.segments = smaller(together, last - s);
      tile.length = smaller(most, p.segmentLength - k);
      tile.a = w.arena + a.base + (ptrdiff_t)p.segmentStride * s + k;
      tile.b = weights + ((ptrdiff_t)s * p.segmentLength + k) * line;
      const int bytes = tile.segments * tile.length * (int)line * 4;
      // A fused product goes on with the same segments of the next panel, any other with what follows in memory.
      tile.next = (const char *)(tile.b + (p.fused ? depth * p.vectors * width : bytes / 4));
      multiplySpan<n>(w, span, tile, a, c, stays ? 0 : bytes);
      tile.start = Start::present;
    }
  }
}

/** Vectors of a panel: the last may have fewer. */
SLUICE_INLINE int vectorsOf(int panel, int panels, int vectors, int lastVectors) {
  return panel + 1 == panels ? lastVectors : vectors;
}

static void multiplySegments(const Worker &w, const plan::Product &p, const Span &span, int panel, int first, int last,
                             Start start, const float *bias) {
  withVectors(vectorsOf(panel, p.panels, p.vectors, p.lastVectors),
              [&](auto n) { multiplyPanel<n.count>(w, p, span, panel, first, last, start, bias); });
}

/** All panels of a product over its segments [first, last). */
static void multiplyPanels(const Worker &w, const plan::Product &p, const Span &span, int first, int last) {
  const Start start = p.accumulate || first > 0 ? Start::present : Start::zero;
  for (int panel = 0; panel < p.panels; panel++) multiplySegments(w, p, span, panel, first, last, start, nullptr);
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

/** Panel `panel` of a group: bias, gathers, products. */
static void computePanel(const Worker &w, const plan::Group &g, const Span &span, int panel) {
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
    multiplySegments(w, p, span, panel, 0, p.segments, start, bias);
  }
}

} // namespace SLUICE_ISA
