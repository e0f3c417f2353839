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
SLUICE_INLINE void bindSlots(const Worker &w, const plan::Program &p, int block, int step, int row) {
  const plan::Operand *operands = w.records.operands + p.operandFirst;
  Slot *slots = w.scratch.slots;
  for (int i = 0; i < p.operandCount; i++) {
    const plan::Operand &o = operands[i];
    slots[i] = {w.arena + offsetOf(o, step, row) + blockOffset(o, block), o.rowStride};
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

/** Floats of an arena that stays in the third-level cache, from where processors fetch rows in time by themselves. */
constexpr int nearFloats = 4 << 20;

/**
 * Fetches the same rows of the next block, or of the first of the next step, where an operand has a place for each step: it
 * is not in the cache yet. After the last block of all, a thread that shares panels goes on elsewhere.
 */
SLUICE_INLINE void prefetchNext(const Worker &w, const plan::Program &p, int block, int rows, bool forward) {
  const bool last = block + 1 == p.blocks;
  for (int i = 0; i < p.operandCount; i++) {
    const plan::Operand &o = w.records.operands[p.operandFirst + i];
    if (o.timeStride == 0 || o.panelStride == 0) continue;
    const ptrdiff_t on = last ? (forward ? o.timeStride : -(ptrdiff_t)o.timeStride) : blockOffset(o, block + 1);
    const float *next = w.scratch.slots[i].p + on - blockOffset(o, block);
    for (int r = 0; r < rows; r++) prefetch(next + r * (ptrdiff_t)o.rowStride);
  }
}

/** Whether the last block has lanes that must be zero. */
SLUICE_INLINE bool isMasked(const plan::Program &p) { return p.entries < width && p.maskCount > 0; }

/** Moves the slots of operands on by `rows` rows. */
SLUICE_INLINE void advanceSlots(const Worker &w, const plan::Program &p, int rows) {
  for (int i = 0; i < p.operandCount; i++) w.scratch.slots[i].p += rows * w.scratch.slots[i].row;
}

/**
 * Adds up columns chunk by chunk, without the lanes at and after `entries`. The rows are whole chunks, or all that a span
 * has of them.
 */
static void sumChunks(const Worker &w, const plan::Program &p, const plan::Instruction &i, const Span &rows, int entries) {
  const Slot *slots = w.scratch.slots;
  const plan::Operand &d = w.records.operands[p.operandFirst + i.d];
  for (int chunk = rows.firstChunk; chunk < rows.lastChunk; chunk++) {
    const int first = larger(w.rowOfChunk(chunk), rows.firstRow), last = smaller(w.rowOfChunk(chunk + 1), rows.lastRow);
    const auto from = [&](const Slot &slot) { return Slot{slot.p + (first - rows.firstRow) * slot.row, slot.row}; };
    const Slot own[3] = {{slots[i.d].p + (ptrdiff_t)d.chunkStride * chunk, 0}, from(slots[i.a]), from(slots[i.b])};
    plan::Instruction sum = i;
    sum.d = 0, sum.a = 1, sum.b = 2;
    kernels.of[i.op](own, sum, last - first);
    store(own->p, firstLanes(load(own->p), entries));
  }
}

/** The rows that go together from `row` on: whole chunks where columns are summed. */
static Span nextRows(const Worker &w, const plan::Program &p, const Span &span, int row, int chunk) {
  const int together = rowsTogether(p);
  Span next{span.firstStep, span.lastStep, row, smaller(row + together, span.lastRow), chunk, chunk};
  if (!p.columnSums) return next;
  do next.lastRow = smaller(w.rowOfChunk(++next.lastChunk), span.lastRow);
  while (next.lastChunk < span.lastChunk && w.rowOfChunk(next.lastChunk + 1) - row <= together);
  return next;
}

/** Whether a program sums the entries of each row: then its blocks must go one after the other. */
static bool sumsRows(const Records &r, const plan::Program &p) {
  const plan::Instruction *first = r.instructions + p.instructionFirst, *end = first + p.instructionCount;
  for (const plan::Instruction *i = first; i < end; i++)
    if (i->op == plan::OP_ROW_SUM || i->op == plan::OP_ROW_SUM_MUL) return true;
  return false;
}

/** Does one instruction to some rows of a block. */
SLUICE_INLINE void runInstruction(const Worker &w, const plan::Program &p, const plan::Instruction &i, const Span &rows,
                                  int block) {
  const Slot *slots = w.scratch.slots;
  const int entries = block + 1 == p.blocks ? p.entries : width;
  switch (i.op) {
  case plan::OP_ROW_SUM: return addToRows<1>(slots, i, rows.rows(), block == 0, entries);
  case plan::OP_ROW_SUM_MUL: return addToRows<2>(slots, i, rows.rows(), block == 0, entries);
  case plan::OP_COLUMN_SUM:
  case plan::OP_COLUMN_SUM_MUL: return sumChunks(w, p, i, rows, entries);
  default: return kernels.of[i.op](slots, i, rows.rows());
  }
}

/** Runs a program over one block of entries at one step. Column sums are kept apart by chunk. */
static void runBlock(const Worker &w, const plan::Program &p, const Span &span, int step, int block, bool forward) {
  const bool last = block + 1 == p.blocks, masked = last && isMasked(p);
  const plan::Instruction *first = w.records.instructions + p.instructionFirst, *end = first + p.instructionCount;
  const bool fetches = hasPrefetch && !(last && w.shared) && w.records.header.arena > nearFloats;
  bindSlots(w, p, block, step, span.firstRow);
  for (int row = span.firstRow, chunk = span.firstChunk; row < span.lastRow;) {
    const Span rows = nextRows(w, p, span, row, chunk);
    const int count = rows.rows();
    if (fetches) prefetchNext(w, p, block, count, forward);
    for (const plan::Instruction *i = first; i < end; i++) runInstruction(w, p, *i, rows, block);
    if (masked) maskSlots(w, p, count);
    advanceSlots(w, p, count);
    row = rows.lastRow;
    chunk = rows.lastChunk;
  }
}

} // namespace SLUICE_ISA
