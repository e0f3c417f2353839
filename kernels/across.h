// Pointwise programs over few rows: blocks of entries take the place of rows, so that an instruction has enough to do
// to hide how long it takes.
#pragma once
#include "program.h"

namespace SLUICE_ISA {

/** Most rows of all steps for which programs go across. */
constexpr int fewRows = 4;

/** How far apart the blocks `step` apart are, or -1 where that differs. */
SLUICE_INLINE ptrdiff_t strideAcross(const plan::Operand &o, int step) {
  if (o.units <= 1) return (ptrdiff_t)o.panelStride * step;
  return step % o.units == 0 ? (ptrdiff_t)o.panelStride * (step / o.units) : -1;
}

/** Runs instructions of which none sums anything. */
SLUICE_INLINE void runInstructions(const Worker &w, const plan::Program &p, int rows) {
  const plan::Instruction *first = w.records.instructions + p.instructionFirst, *end = first + p.instructionCount;
  for (const plan::Instruction *i = first; i < end; i++) kernels.of[i->op](w.scratch.slots, *i, rows);
}

/** Whether the blocks `step` apart can take the place of rows: not where rows or their entries are summed. */
static bool goesAcross(const Worker &w, const plan::Program &p, int step) {
  if (p.columnSums || sumsRows(w.records, p)) return false;
  for (int i = 0; i < p.operandCount; i++)
    if (strideAcross(w.records.operands[p.operandFirst + i], step) < 0) return false;
  return true;
}

/** Runs a program over `count` blocks of one row, the first of them `block`, each `step` after the last. */
static void runAcross(const Worker &w, const plan::Program &p, int at, int row, int block, int step, int count) {
  if (count <= 0) return;
  bindSlots(w, p, block, at, row);
  for (int i = 0; i < p.operandCount; i++)
    w.scratch.slots[i].row = strideAcross(w.records.operands[p.operandFirst + i], step);
  const int together = rowsTogether(p);
  for (int done = 0; done < count; done += together) {
    const int rows = smaller(together, count - done);
    runInstructions(w, p, rows);
    advanceSlots(w, p, rows);
  }
}

/** Runs a program over blocks [first, last) of the rows of a span, `step` blocks to a panel. */
static void runBlocksAcross(const Worker &w, const plan::Program &p, const Span &span, int first, int last, int step,
                            bool forward) {
  const bool masked = last == p.blocks && isMasked(p);
  const int whole = last - masked;
  for (int at = span.firstStep; at < span.lastStep; at++) {
    for (int row = span.firstRow; row < span.lastRow; row++)
      for (int block = first; block < smaller(first + step, whole); block++)
        runAcross(w, p, at, row, block, step, (whole - block + step - 1) / step);
    if (masked) runBlock(w, p, span, at, whole, forward);
  }
}

} // namespace SLUICE_ISA
