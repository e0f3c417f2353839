// Whether threads share the panels of each stage: with few rows, a thread that has rows reads all weights for them.
#pragma once
#include "bfloat.h"
#include "program.h"

namespace SLUICE_ISA {

/** Threads share panels where there are fewer rows than this for each. */
constexpr int rowsWorthSplitting = 2;

/** Floats that the panels of a product cover, over all steps and rows. */
struct Reach {
  ptrdiff_t first, last;
};

static Reach reachOf(const Records &r, const plan::Product &p) {
  const plan::Operand &c = r.operands[p.c];
  const ptrdiff_t steps = r.header.steps - 1, rows = r.header.rows - 1;
  const ptrdiff_t panel = (ptrdiff_t)(p.panels - 1) * p.panelStride + (ptrdiff_t)(p.vectors - 1) * p.vectorStride;
  return {c.base, c.base + steps * c.timeStride + rows * c.rowStride + panel + width};
}

/** Whether each panel of two products is written by one thread: they write the same panels or apart from each other. */
static bool agree(const Records &r, const plan::Product &a, const plan::Product &b) {
  const Reach x = reachOf(r, a), y = reachOf(r, b);
  if (x.last <= y.first || y.last <= x.first) return true;
  return r.operands[a.c].base == r.operands[b.c].base && a.panels == b.panels && a.panelStride == b.panelStride &&
         a.vectorStride == b.vectorStride;
}

/** Whether no thread needs another's panels within a stage, and no two write one place in the products after it. */
static bool isSharable(const Records &r, const plan::Stage &s) {
  if (s.kind != plan::STAGE_COMPUTE) return true;
  if (s.program >= 0 && sumsRows(r, r.programs[s.program])) return false;
  for (int i = 0; i < s.productCount; i++)
    for (int j = 0; j < i; j++)
      if (!agree(r, r.products[s.productFirst + i], r.products[s.productFirst + j])) return false;
  return true;
}

/**
 * Whether threads share panels rather than rows in this plan's loops: the bits are the same. With pairs they do not: the
 * first panel writes them for all.
 */
static bool sharesPanels(const Records &r, int threads) {
  if (threads == 1 || r.header.rows >= rowsWorthSplitting * threads) return false;
  for (int i = 0; i < r.header.products.count; i++)
    if (inPairs(r.products[i])) return false;
  for (int i = 0; i < r.header.stages.count; i++)
    if (!isSharable(r, r.stages[i])) return false;
  return true;
}

} // namespace SLUICE_ISA
