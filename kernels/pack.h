// Packs parameters into the panels that products read. It runs once for each update.
#pragma once
#include "share.h"

namespace SLUICE_ISA {

/** A matrix in the arena: element (x, y) at source[x*xStride + y*yStride], for x < xs and y < ys; others are 0. */
struct Matrix {
  const float *source;
  ptrdiff_t xStride, yStride;
  int xs, ys;
};

/** Rows x to x + width, one vector from column y on, to `target`: rows there are `row` floats apart. */
static void packBlock(const Matrix &m, int x, int y, int count, float *target, ptrdiff_t row) {
  const float *source = m.source + x * m.xStride + y * m.yStride;
  for (int i = 0; i < count; i++) {
    const bool inside = x + i < m.xs;
    const int lanes = inside ? smaller(width, m.ys - y) : 0;
    for (int j = 0; j < lanes; j++) target[i * row + j] = source[i * m.xStride + j * m.yStride];
    for (int j = lanes < 0 ? 0 : lanes; j < width; j++) target[i * row + j] = 0;
  }
}

SLUICE_INLINE Matrix sourceOf(const Worker &w, const plan::Pack &p, int slot, bool turned) {
  const plan::Word *s = w.records.words + p.sourceFirst + 3 * slot;
  const float *source = w.arena + s[0].value;
  if (turned) return {source, s[2].value, s[1].value, p.n, p.k};
  return {source, s[1].value, s[2].value, p.k, p.n};
}

/** Panels [first, last) of a forward pack: rows are k, columns n. */
static void packForward(const Worker &w, const plan::Pack &p, int first, int last) {
  for (int panel = first; panel < last; panel++) {
    const int vectors = panel + 1 == p.panels ? p.lastVectors : p.vectors;
    float *target = w.arena + p.dst + (ptrdiff_t)panel * p.k * p.vectors * width;
    for (int k = 0; k < p.k; k += width)
      for (int j = 0; j < vectors; j++)
        packBlock(sourceOf(w, p, j / p.units, false), k, (panel * p.units + j % p.units) * width,
                  smaller(width, p.k - k), target + ((ptrdiff_t)k * vectors + j) * width, vectors * width);
  }
}

/** Panels [first, last) of a backward pack: rows are the vectors of the forward panels, columns k. */
static void packBackward(const Worker &w, const plan::Pack &p, int first, int last) {
  const int inner = p.innerPanels * p.slots * p.units;
  for (int panel = first; panel < last; panel++) {
    const int vectors = panel + 1 == p.panels ? p.lastVectors : p.vectors;
    float *target = w.arena + p.dst + (ptrdiff_t)panel * inner * width * p.vectors * width;
    for (int v = 0; v < inner; v++) {
      const Matrix source = sourceOf(w, p, v / p.units % p.slots, true);
      const int n = (v / p.units / p.slots * p.units + v % p.units) * width;
      for (int j = 0; j < vectors; j++)
        packBlock(source, n, (panel * p.vectors + j) * width, width,
                  target + ((ptrdiff_t)v * width * vectors + j) * width, vectors * width);
    }
  }
}

/** Panels [first, last) of a bias: the sum of the vectors of each slot. */
static void packBias(const Worker &w, const plan::Pack &p, int first, int last) {
  const plan::Word *sources = w.records.words + p.sourceFirst;
  for (int panel = first; panel < last; panel++) {
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

static void runPack(const Worker &w, const plan::Pack &p, int first, int last) {
  switch (p.kind) {
  case plan::PACK_FORWARD: return packForward(w, p, first, last);
  case plan::PACK_BACKWARD: return packBackward(w, p, first, last);
  case plan::PACK_BIAS: return packBias(w, p, first, last);
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
  shareOut(
      w, w.records.header.packs.count, [&](int i) { return workOf(list[i]); },
      [&](int i, int first, int last) { runPack(w, list[i], first, last); }, [](int, int) { return false; });
}

} // namespace SLUICE_ISA
