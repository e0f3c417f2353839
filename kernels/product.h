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

/** Room for the pairs of left operands: `rows` rows of each, of which a span has those after the first `before`. */
struct Room {
  float *next;
  int before, rows;

  float *take(const plan::Product &p, int segments) {
    float *own = next + (ptrdiff_t)before * segments * termsOf(p);
    next += pairWords(p, segments, rows);
    return own;
  }
};

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

/** Rows of a span that lie at one stride in both operands: all of them or, where steps lie apart, those of a step. */
SLUICE_INLINE int rowsAtOneStride(const Worker &w, const Span &span, const Left &left, const plan::Operand &c) {
  const int all = w.records.header.rows;
  return span.rows() == all && left.continuous && isContinuous(c, all) ? span.all() : span.rows();
}

/** Whether all rows of a span go through the weights of a product of numbers at once, and no pass finds them in the cache. */
SLUICE_INLINE bool goesAtOnce(const Worker &w, int n, const Span &span, const Left &left, const plan::Operand &c) {
  return span.all() <= mostAtOnce(n) && rowsAtOneStride(w, span, left, c) == span.all();
}

/** Runs a tile, given for row 0 of step 0 of C, over the rows and steps of a span; `once`: all rows at once. */
template <bool pairs>
static void multiplySpan(const Worker &w, int n, const Span &span, Tile tile, const Left &left, const plan::Operand &c,
                         bool once, int nextBytes) {
  const int all = w.records.header.rows, steps = span.lastStep - span.firstStep;
  if (tile.start == Start::gathered) tile.table.tokens += (ptrdiff_t)span.firstStep * all + span.firstRow;
  tile.c += (ptrdiff_t)c.timeStride * span.firstStep + (ptrdiff_t)c.rowStride * span.firstRow;
  if (once) return multiplyAtOnce(n, span.all(), tile);
  if (rowsAtOneStride(w, span, left, c) == span.all())
    return multiplyDown<false, pairs>(n, cutRows(span.all(), n), tile, nextBytes);
  for (int step = 0; step < steps; step++) {
    multiplyDown<false, pairs>(n, cutRows(span.rows(), n), tile, step + 1 == steps ? nextBytes : 0);
    tile.a += left.timeStride;
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
template <bool pairs>
static void multiplyPanel(const Worker &w, int n, const plan::Product &p, const Span &span, int panel, int first, int last,
                          const Left &left, const Origin &origin) {
  const plan::Operand &c = w.records.operands[p.c];
  const int length = termsOf(p);
  const ptrdiff_t depth = (ptrdiff_t)p.segments * length, line = n * width;
  const float *weights = w.arena + p.weights + panel * depth * p.vectors * width;
  const bool once = !pairs && goesAtOnce(w, n, span, left, c);
  const int most = once ? length : passDepth(n);
  const int together = once ? last - first : length < most ? most / length : 1;
  const bool stays = depth * p.panels * p.vectors * width * 4 <= passBytes;
  Tile tile{};
  tile.aRow = left.rowStride;
  tile.bLine = line;
  tile.segmentStride = left.segmentStride;
  tile.c = w.arena + c.base + (ptrdiff_t)panel * p.panelStride;
  tile.cRow = c.rowStride;
  for (int j = 0; j < n; j++) tile.at[j] = (ptrdiff_t)j * p.vectorStride;
  tile.bias = origin.bias;
  tile.table = origin.table;
  tile.start = origin.start;
  for (int s = first; s < last; s += together) {
    for (int k = 0; k < length; k += most) {
      tile.segments = smaller(together, last - s);
      tile.length = smaller(most, length - k);
      tile.a = left.at + left.segmentStride * (s - first) + k;
      tile.b = weights + ((ptrdiff_t)s * length + k) * line;
      const int bytes = tile.segments * tile.length * (int)line * 4;
      // A fused product goes on with the same segments of the next panel, any other with what follows in memory.
      tile.next = (const char *)(tile.b + (p.fused ? depth * p.vectors * width : bytes / 4));
      multiplySpan<pairs>(w, n, span, tile, left, c, once, stays ? 0 : bytes);
      tile.start = Start::present;
    }
  }
}

/** Vectors of a panel: the last may have fewer. */
SLUICE_INLINE int vectorsOf(int panel, int panels, int vectors, int lastVectors) {
  return panel + 1 == panels ? lastVectors : vectors;
}

static void multiplySegments(const Worker &w, const plan::Product &p, const Span &span, int panel, int first, int last,
                             const Left &left, const Origin &origin) {
  const int n = vectorsOf(panel, p.panels, p.vectors, p.lastVectors);
  if (inPairs(p)) multiplyPanel<hasPairs>(w, n, p, span, panel, first, last, left, origin);
  else multiplyPanel<false>(w, n, p, span, panel, first, last, left, origin);
}

/** All panels of a product, or the thread's part of them, over its segments [first, last); `room` is for their pairs. */
static void multiplyPanels(const Worker &w, const plan::Product &p, const Span &span, int first, int last, Room room) {
  const Start start = p.accumulate || first > 0 ? Start::present : Start::bias;
  float *pairs = room.take(p, last - first);
  const Left left = leftOf(w, p, span, first, last, pairs);
  if (inPairs(p)) pairLeft(w, p, span, first, last, pairs);
  const Panels mine = w.panelsOf(p.panels);
  for (int panel = mine.first; panel < mine.last; panel++)
    multiplySegments(w, p, span, panel, first, last, left, {start});
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
  return {Start::bias, bias};
}

/**
 * Panel `panel` of a group: bias, gathers, products. The first panel writes the pairs of their left operands at `room`
 * for all of them. Gives the room after these.
 */
static Room computePanel(const Worker &w, const plan::Group &g, const Span &span, int panel, Room room) {
  Origin origin = originOf(w, g, span, panel);
  for (int i = 0; i < g.productCount; i++, origin = {Start::present}) {
    const plan::Product &p = w.records.products[g.productFirst + i];
    float *pairs = room.take(p, p.segments);
    if (inPairs(p) && panel == 0) pairLeft(w, p, span, 0, p.segments, pairs);
    multiplySegments(w, p, span, panel, 0, p.segments, leftOf(w, p, span, 0, p.segments, pairs), origin);
  }
  return room;
}

} // namespace SLUICE_ISA
