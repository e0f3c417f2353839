// Packs parameters into the panels that products read. It runs once for each update.
#pragma once
#include "share.h"
#include "transpose.h"

namespace SLUICE_ISA {

/** A matrix in the arena: element (x, y), for x < xs and y < ys, at source[x*xStride + y*yStride]; one stride is 1. */
struct Matrix {
  const float *source;
  ptrdiff_t xStride, yStride;
  int xs, ys;
};

/** Stores the first `count` rows `row` floats apart, as they are or in pairs. */
SLUICE_INLINE void storeRows(Vector (&rows)[width], int count, bool pairs, float *target, ptrdiff_t row) {
  if (hasPairs && pairs)
    for (int i = 0; i < pairsOf(count); i++) store(target + i * row, pairAcross(rows[2 * i], rows[2 * i + 1]));
  else
    for (int i = 0; i < count; i++) store(target + i * row, rows[i]);
}

/** The first `count` rows of the square from (x, y) on, 0 beyond the matrix. */
static void packSquare(const Matrix &m, int x, int y, int count, bool pairs, float *target, ptrdiff_t row) {
  const float *source = m.source + x * m.xStride + y * m.yStride;
  const int down = m.xs - x, across = m.ys - y;
  Vector rows[width];
  if (m.yStride == 1) {
    for (int i = 0; i < width; i++) rows[i] = i < down ? firstLanes(load(source + i * m.xStride), across) : Vector{};
  } else {
    for (int j = 0; j < width; j++) rows[j] = j < across ? firstLanes(load(source + j * m.yStride), down) : Vector{};
    transpose(rows);
  }
  storeRows(rows, count, pairs, target, row);
}

SLUICE_INLINE Matrix sourceOf(const Worker &w, const plan::Pack &p, int slot, bool turned) {
  const plan::Word *s = w.records.words + p.sourceFirst + 3 * slot;
  const float *source = w.arena + s[0].value;
  if (turned) return {source, s[2].value, s[1].value, p.n, p.k};
  return {source, s[1].value, s[2].value, p.k, p.n};
}

/** Lines that `rows` rows take. */
SLUICE_INLINE int linesOf(const plan::Pack &p, int rows) { return inPairs(p) ? pairsOf(rows) : rows; }

/** Panels of a forward pack: rows are k, columns n. */
static void packForward(const Worker &w, const plan::Pack &p, const Units &mine) {
  for (int panel = mine.first; panel < mine.last; panel++) {
    const int vectors = panel + 1 == p.panels ? p.lastVectors : p.vectors;
    float *target = w.arena + p.dst + (ptrdiff_t)panel * linesOf(p, p.k) * p.vectors * width;
    for (int k = 0; k < p.k; k += width)
      for (int j = 0; j < vectors; j++)
        packSquare(sourceOf(w, p, j / p.units, false), k, (panel * p.units + j % p.units) * width,
                  smaller(width, p.k - k), p.pairs, target + ((ptrdiff_t)linesOf(p, k) * vectors + j) * width,
                  vectors * width);
  }
}

/** Panels of a backward pack: rows are the vectors of the forward panels, columns k. */
static void packBackward(const Worker &w, const plan::Pack &p, const Units &mine) {
  const int inner = p.innerPanels * p.slots * p.units;
  for (int panel = mine.first; panel < mine.last; panel++) {
    const int vectors = panel + 1 == p.panels ? p.lastVectors : p.vectors;
    float *target = w.arena + p.dst + (ptrdiff_t)panel * linesOf(p, inner * width) * p.vectors * width;
    for (int v = 0; v < inner; v++) {
      const Matrix source = sourceOf(w, p, v / p.units % p.slots, true);
      const int n = (v / p.units / p.slots * p.units + v % p.units) * width;
      for (int j = 0; j < vectors; j++)
        packSquare(source, n, (panel * p.vectors + j) * width, width, p.pairs,
                  target + ((ptrdiff_t)linesOf(p, v * width) * vectors + j) * width, vectors * width);
    }
  }
}

/** Panels of a bias: the sum of the vectors of each slot. */
static void packBias(const Worker &w, const plan::Pack &p, const Units &mine) {
  const plan::Word *sources = w.records.words + p.sourceFirst;
  for (int panel = mine.first; panel < mine.last; panel++) {
    const int vectors = panel + 1 == p.panels ? p.lastVectors : p.vectors;
    for (int j = 0; j < vectors; j++) {
      const int n = (panel * p.units + j % p.units) * width;
      Vector sum{};
      for (int i = 0; i < p.sourceCount && n < p.n; i += 2)
        if (sources[i].value == j / p.units) sum += firstLanes(load(w.arena + sources[i + 1].value + n), p.n - n);
      store(w.arena + p.dst + ((ptrdiff_t)panel * p.vectors + j) * width, sum);
    }
  }
}

static void runPack(const Worker &w, const plan::Pack &p, const Units &mine) {
  switch (p.kind) {
  case plan::PACK_FORWARD: return packForward(w, p, mine);
  case plan::PACK_BACKWARD: return packBackward(w, p, mine);
  case plan::PACK_BIAS: return packBias(w, p, mine);
  }
}

/** Cost of a pack's panels, in vectors written. */
static Work workOf(const plan::Pack &p) {
  const double inner = p.kind == plan::PACK_BACKWARD ? (double)p.innerPanels * p.slots * p.units * width * 2
                       : p.kind == plan::PACK_FORWARD ? p.k
                                                      : 1;
  return {p.panels, inner * p.vectors};
}

/** Runs all packs; all threads meet at the end. */
static void runPacks(const Worker &w) {
  const plan::Pack *list = w.records.packs;
  const auto work = [&](int i) { return workOf(list[i]); };
  const auto never = [](int, int) { return false; };
  shareOut(w, w.records.header.packs.count, work, never, [&](const Batch &batch) {
    batch.each(w, work, [&](int i, const Units &mine) { runPack(w, list[i], mine); });
  });
}

} // namespace SLUICE_ISA
