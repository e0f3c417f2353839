// Runs pointwise programs. The slots are bound once for a block of entries; rows go through the whole program a few at
// a time, so that what one instruction writes is still in the first-level cache when the next reads it.
#pragma once
#include "instructions.h"

namespace SLUICE_ISA {

/** Rows that go through a program together: what it touches for them is a part of the first-level cache. */
SLUICE_INLINE int rowsTogether(const plan::Program &p) {
  const int bytes = 12288, rows = bytes / ((p.operandCount + p.temporaries) * width * 4);
  return rows < 8 ? 8 : rows > 64 ? 64 : rows / 4 * 4;
}

/** Binds the slots of a program to a block of entries at one step, from row `row` on. */
SLUICE_INLINE void bindSlots(const Worker &w, const plan::Program &p, int block, int step, int row, int chunk) {
  const plan::Operand *operands = w.records.operands + p.operandFirst;
  Slot *slots = w.scratch.slots;
  for (int i = 0; i < p.operandCount; i++) {
    const plan::Operand &o = operands[i];
    slots[i] = {w.arena + offsetOf(o, step, row, chunk) + blockOffset(o, block), o.rowStride};
  }
  const ptrdiff_t size = (ptrdiff_t)rowsTogether(p) * width;
  for (int i = 0; i < p.temporaries; i++) slots[p.operandCount + i] = {w.scratch.temporaries + i * size, width};
}

/** Sets the lanes beyond the entries to zero in the slots of the mask list. */
static void maskSlots(const Worker &w, const plan::Program &p, int rows) {
  for (int i = 0; i < p.maskCount; i++) {
    const Slot &slot = w.scratch.slots[w.records.words[p.maskFirst + i].value];
    for (int r = 0; r < (slot.row == 0 ? 1 : rows); r++) {
      float *at = slot.p + r * slot.row;
      store(at, firstLanes(load(at), p.entries));
    }
  }
}

/** Fetches the same rows of the next block, where an operand has a place for each step: it is not in the cache yet. */
SLUICE_INLINE void prefetchNext(const Worker &w, const plan::Program &p, int block, int rows) {
  for (int i = 0; i < p.operandCount; i++) {
    const plan::Operand &o = w.records.operands[p.operandFirst + i];
    if (o.timeStride == 0) continue;
    const float *next = w.scratch.slots[i].p + blockOffset(o, block + 1) - blockOffset(o, block);
    for (int r = 0; r < rows; r++) prefetch(next + r * (ptrdiff_t)o.rowStride);
  }
}

/** Whether the last block has lanes that must be zero. */
SLUICE_INLINE bool isMasked(const plan::Program &p) { return p.entries < width && p.maskCount > 0; }

SLUICE_INLINE void runInstructions(const Worker &w, const plan::Program &p, int rows) {
  const plan::Instruction *first = w.records.instructions + p.instructionFirst, *end = first + p.instructionCount;
  for (const plan::Instruction *i = first; i < end; i++) kernels.of[i->op](w.scratch.slots, *i, rows);
}

/** Moves the slots of operands on by `rows` rows. */
SLUICE_INLINE void advanceSlots(const Worker &w, const plan::Program &p, int rows) {
  for (int i = 0; i < p.operandCount; i++) w.scratch.slots[i].p += rows * w.scratch.slots[i].row;
}

/** Runs a program over `rows` rows of the block that the slots are bound to. */
static void interpret(const Worker &w, const plan::Program &p, int block, int rows) {
  const bool last = block + 1 == p.blocks;
  const int together = rowsTogether(p);
  for (int r = 0; r < rows; r += together) {
    const int count = smaller(together, rows - r);
    if (hasPrefetch && !last) prefetchNext(w, p, block, count);
    runInstructions(w, p, count);
    if (last && isMasked(p)) maskSlots(w, p, count);
    advanceSlots(w, p, count);
  }
}

/** Runs a program over one block of entries at one step. Column sums are kept apart by chunk. */
static void runBlock(const Worker &w, const plan::Program &p, const Span &span, int step, int block) {
  if (!p.columnSums) {
    bindSlots(w, p, block, step, span.firstRow, 0);
    return interpret(w, p, block, span.rows());
  }
  for (int chunk = span.firstChunk; chunk < span.lastChunk; chunk++) {
    const int row = larger(w.rowOfChunk(chunk), span.firstRow);
    bindSlots(w, p, block, step, row, chunk);
    interpret(w, p, block, smaller(w.rowOfChunk(chunk + 1), span.lastRow) - row);
  }
}

} // namespace SLUICE_ISA
