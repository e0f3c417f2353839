// A thread's view of a run: the records of the plan, the arena, and the rows that are its own.
#pragma once
#include "runtime.h"
#include "vector.h"

namespace SLUICE_ISA {

/** The records of a plan, each kind as an array. */
struct Records {
  const plan::Header &header;
  const plan::Operand *operands;
  const plan::Product *products;
  const plan::Gather *gathers;
  const plan::Group *groups;
  const plan::Instruction *instructions;
  const plan::Program *programs;
  const plan::Word *words;
  const plan::Stage *stages;
  const plan::Copy *copies;
  const plan::Loop *loops;
  const plan::Reduction *reductions;
  const plan::Pack *packs;
  const plan::Range *ranges;
  const plan::Drop *drops;

  explicit Records(const int32_t *plan)
      : header(*(const plan::Header *)plan), operands(section<plan::Operand>(plan, header.operands)),
        products(section<plan::Product>(plan, header.products)), gathers(section<plan::Gather>(plan, header.gathers)),
        groups(section<plan::Group>(plan, header.groups)),
        instructions(section<plan::Instruction>(plan, header.instructions)),
        programs(section<plan::Program>(plan, header.programs)), words(section<plan::Word>(plan, header.words)),
        stages(section<plan::Stage>(plan, header.stages)), copies(section<plan::Copy>(plan, header.copys)),
        loops(section<plan::Loop>(plan, header.loops)), reductions(section<plan::Reduction>(plan, header.reductions)),
        packs(section<plan::Pack>(plan, header.packs)), ranges(section<plan::Range>(plan, header.ranges)),
        drops(section<plan::Drop>(plan, header.drops)) {}

private:
  template <class T> static const T *section(const int32_t *plan, const plan::Section &s) {
    return (const T *)(plan + s.offset);
  }
};

/** Slot of a pointwise program: an operand at its first row. */
struct Slot {
  float *p;
  ptrdiff_t row;
};

/** Rows [firstRow, lastRow) at steps [firstStep, lastStep), and the chunks that the rows are of. */
struct Span {
  int firstStep, lastStep, firstRow, lastRow, firstChunk, lastChunk;
  int rows() const { return lastRow - firstRow; }
  /** Rows of all steps. */
  int all() const { return rows() * (lastStep - firstStep); }
};

/** Working memory of a thread, sized by the plan (scratch.h). */
struct Scratch {
  Slot *slots;
  float *temporaries, *left, *right, *pairs, *alignment;
  Span *spans;
};

/** Panels [first, last) of a stage or a product. */
struct Panels {
  int first, last;
};

struct Worker {
  Records records;
  float *arena;
  plan::Call *call;
  Barrier *barrier;
  int thread, threads;
  bool shared; // in loops every thread has all rows and some of the panels, rather than some of the rows
  Scratch scratch;

  int steps() const { return (int)call->steps; }
  const Int *ints(int offset) const { return (const Int *)arena + offset; }
  void meetOthers() const { meet(*barrier, threads); }
  /** Waits, after a stage or a part of it, for the other panels. */
  void meetSharers() const {
    if (shared) meetOthers();
  }
  /** Whether the thread does what goes row by row, for the rows it has. */
  bool ownsRows() const { return !shared || thread == 0; }

  /** First of `count` things that are this thread's; the next thread's first is the end. */
  int first(int count, int of) const { return (int)((int64_t)count * of / threads); }

  Panels panelsOf(int count) const {
    if (!shared) return {0, count};
    return {first(count, thread), first(count, thread + 1)};
  }

  int rowOfChunk(int chunk) const {
    return (int)((int64_t)records.header.rows * chunk / records.header.chunks);
  }
};

/** Block 0 of an operand, in floats from the start of the arena. */
SLUICE_INLINE ptrdiff_t offsetOf(const plan::Operand &o, int step, int row, int chunk = 0) {
  return o.base + (ptrdiff_t)o.timeStride * step + (ptrdiff_t)o.rowStride * row + (ptrdiff_t)o.chunkStride * chunk;
}

/** How far block `block` of an operand is from block 0. */
SLUICE_INLINE ptrdiff_t blockOffset(const plan::Operand &o, int block) {
  if (o.units <= 1) return (ptrdiff_t)o.panelStride * block;
  return (ptrdiff_t)o.panelStride * (block / o.units) + (ptrdiff_t)o.unitStride * (block % o.units);
}

/** True if the rows of all steps follow each other at one stride. */
SLUICE_INLINE bool isContinuous(const plan::Operand &o, int rows) { return o.timeStride == o.rowStride * rows; }

/** Whether this module runs stages of a kind, and an instruction. */
constexpr bool holds(int kind) { return hasRare || !plan::isRareStage(kind); }
constexpr bool holdsOp(int op) { return hasRare || !plan::isRareOp(op); }

/** Whether a row has any step: each has where there are no `lengths`, as -1 says. */
SLUICE_INLINE bool hasSteps(const Worker &w, int lengths, int row) {
  return !hasRare || lengths < 0 || w.ints(lengths)[row] > 0;
}

SLUICE_INLINE int smaller(int a, int b) { return a < b ? a : b; }
SLUICE_INLINE int larger(int a, int b) { return a > b ? a : b; }

} // namespace SLUICE_ISA
