// Products of activations with packed weights, panel by panel, and the groups of them that make up a panel.
#pragma once
#include "tile.h"
#include "worker.h"

namespace SLUICE_ISA {

/** Rows of a span that lie at one stride in both operands: all of them or, where steps lie apart, those of a step. */
SLUICE_INLINE int rowsAtOneStride(const Worker &w, const Span &span, const plan::Operand &a, const plan::Operand &c) {
  const int all = w.records.header.rows;
  return span.rows() == all && isContinuous(a, all) && isContinuous(c, all) ? span.all() : span.rows();
}

/** A tile at row 0 of step 0; this runs it over the rows and steps of a span. `once`: all rows go through it at once. */
template <int n>
static void multiplySpan(const Worker &w, const Span &span, Tile tile, const plan::Operand &a, const plan::Operand &c,
                         bool once, int nextBytes) {
  const int all = w.records.header.rows, steps = span.lastStep - span.firstStep;
  if (tile.start == Start::gathered) tile.table.tokens += (ptrdiff_t)span.firstStep * all + span.firstRow;
  tile.a += (ptrdiff_t)a.timeStride * span.firstStep + (ptrdiff_t)a.rowStride * span.firstRow;
  tile.c += (ptrdiff_t)c.timeStride * span.firstStep + (ptrdiff_t)c.rowStride * span.firstRow;
  if (once) return multiplyAtOnce<n>(span.all(), tile);
  if (rowsAtOneStride(w, span, a, c) == span.all())
    return multiplyDown<n, false>(cutRows(span.all(), n), tile, nextBytes);
  for (int step = 0; step < steps; step++) {
    multiplyDown<n, false>(cutRows(span.rows(), n), tile, step + 1 == steps ? nextBytes : 0);
    tile.a += a.timeStride;
    tile.c += c.timeStride;
    if (tile.start == Start::gathered) tile.table.tokens += all;
  }
}

/** Where the sums of a panel start. */
struct Origin {
  Start start;
  const float *bias = zeros;
  Table table{};
};

/** Panel `panel` of a product over its segments [first, last), in passes whose weights fit the first-level cache. */
template <int n>
static void multiplyPanel(const Worker &w, const plan::Product &p, const Span &span, int panel, int first, int last,
                          const Origin &origin) {
  const plan::Operand &a = w.records.operands[p.a], &c = w.records.operands[p.c];
  const ptrdiff_t depth = (ptrdiff_t)p.segments * p.segmentLength, line = n * width;
  const float *weights = w.arena + p.weights + panel * depth * p.vectors * width;
  // Where all rows go through the weights at once, no pass finds them in the cache.
  const bool once = span.all() <= mostAtOnce(n) && rowsAtOneStride(w, span, a, c) == span.all();
  const int most = once ? p.segmentLength : passDepth(n);
  const int together = once ? last - first : p.segmentLength < most ? most / p.segmentLength : 1;
  const bool stays = depth * p.panels * p.vectors * width * 4 <= passBytes;
  Tile tile{};
  tile.aRow = a.rowStride;
  tile.segmentStride = p.segmentStride;
  tile.c = w.arena + c.base + (ptrdiff_t)panel * p.panelStride;
  tile.cRow = c.rowStride;
  for (int j = 0; j < n; j++) tile.at[j] = (ptrdiff_t)j * p.vectorStride;
  tile.bias = origin.bias;
  tile.table = origin.table;
  tile.start = origin.start;
  for (int s = first; s < last; s += together) {
    for (int k = 0; k < p.segmentLength; k += most) {
      tile.segments = smaller(together, last - s);
      tile.length = smaller(most, p.segmentLength - k);
      tile.a = w.arena + a.base + (ptrdiff_t)p.segmentStride * s + k;
      tile.b = weights + ((ptrdiff_t)s * p.segmentLength + k) * line;
      const int bytes = tile.segments * tile.length * (int)line * 4;
      // A fused product goes on with the same segments of the next panel, any other with what follows in memory.
      tile.next = (const char *)(tile.b + (p.fused ? depth * p.vectors * width : bytes / 4));
      multiplySpan<n>(w, span, tile, a, c, once, stays ? 0 : bytes);
      tile.start = Start::present;
    }
  }
}

/** Vectors of a panel: the last may have fewer. */
SLUICE_INLINE int vectorsOf(int panel, int panels, int vectors, int lastVectors) {
  return panel + 1 == panels ? lastVectors : vectors;
}

static void multiplySegments(const Worker &w, const plan::Product &p, const Span &span, int panel, int first, int last,
                             const Origin &origin) {
  withVectors(vectorsOf(panel, p.panels, p.vectors, p.lastVectors),
              [&](auto n) { multiplyPanel<n.count>(w, p, span, panel, first, last, origin); });
}

/** All panels of a product, or the thread's part of them, over its segments [first, last). */
static void multiplyPanels(const Worker &w, const plan::Product &p, const Span &span, int first, int last) {
  const Start start = p.accumulate || first > 0 ? Start::present : Start::zero;
  const Panels mine = w.panelsOf(p.panels);
  for (int panel = mine.first; panel < mine.last; panel++) multiplySegments(w, p, span, panel, first, last, {start});
}

/** Panel `panel` of a gather's table. */
static Table tableOf(const Worker &w, const plan::Group &g, const plan::Gather &gather, int panel) {
  const ptrdiff_t line = vectorsOf(panel, g.panels, gather.vectors, gather.lastVectors) * width;
  return {w.arena + gather.table + (ptrdiff_t)panel * gather.classes * gather.vectors * width, line, gather.classes,
          w.ints(gather.tokens)};
}

/** Sets row r of a panel to the bias, or leaves what is there, and adds what the gathers name. */
static void gatherRow(const Worker &w, const plan::Group &g, int panel, int r, ptrdiff_t token, float *c,
                      const float *bias) {
  if (g.bias != -2)
    for (int j = 0; j < vectorsOf(panel, g.panels, g.vectors, g.lastVectors); j++)
      store(c + j * width, load(bias + j * width));
  for (int i = 0; i < g.gatherCount; i++) {
    const plan::Gather &gather = w.records.gathers[g.gatherFirst + i];
    Table table = tableOf(w, g, gather, panel);
    table.tokens += token;
    const float *source = table.row(r, nullptr);
    for (int j = 0; source && j < (int)table.stride / width; j++) {
      float *at = c + (gather.vectorStart + j) * width;
      store(at, load(at) + load(source + j * width));
    }
  }
}

/** Sets the rows of a panel to the bias plus what the gathers add. */
static void gatherPanel(const Worker &w, const plan::Group &g, const Span &span, int panel, const float *bias) {
  const plan::Operand &c = w.records.operands[g.c];
  for (int step = span.firstStep; step < span.lastStep; step++) {
    float *rows = w.arena + offsetOf(c, step, span.firstRow) + (ptrdiff_t)panel * g.panelStride;
    const ptrdiff_t token = (ptrdiff_t)step * w.records.header.rows + span.firstRow;
    for (int r = 0; r < span.rows(); r++) gatherRow(w, g, panel, r, token, rows + r * (ptrdiff_t)c.rowStride, bias);
  }
}

/** Where the first product of a panel starts, once what it cannot start from has been set. */
static Origin originOf(const Worker &w, const plan::Group &g, const Span &span, int panel) {
  const float *bias = g.bias < 0 ? zeros : w.arena + g.bias + (ptrdiff_t)panel * g.vectors * width;
  // A first product that covers only some vectors of the panel cannot start the others.
  const bool covered = g.productCount > 0 && w.records.products[g.productFirst].vectors == g.vectors;
  const plan::Gather *gather = g.gatherCount > 0 ? w.records.gathers + g.gatherFirst : nullptr;
  if (g.bias == -2 || !covered || g.gatherCount > 1 || (gather && gather->vectors != g.vectors)) {
    if (gather || g.bias != -2) gatherPanel(w, g, span, panel, bias);
    return {Start::present};
  }
  if (gather) return {Start::gathered, bias, tableOf(w, g, *gather, panel)};
  return {g.bias < 0 ? Start::zero : Start::bias, bias};
}

/** Panel `panel` of a group: bias, gathers, products. */
static void computePanel(const Worker &w, const plan::Group &g, const Span &span, int panel) {
  Origin origin = originOf(w, g, span, panel);
  for (int i = 0; i < g.productCount; i++, origin = {Start::present}) {
    const plan::Product &p = w.records.products[g.productFirst + i];
    multiplySegments(w, p, span, panel, 0, p.segments, origin);
  }
}

} // namespace SLUICE_ISA
