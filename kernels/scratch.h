// Working memory of a thread: slots and temporaries of pointwise programs, packed operands of window reductions, runs of rows.
#pragma once
#include "loop.h"
#include "reduce.h"

namespace SLUICE_ISA {

/** Sizes of a thread's working memory in bytes, each a multiple of 64. */
struct ScratchSizes {
  size_t slots = 0, temporaries = 0, left = 0, right = 0, pairs = 0, alignment = 0, spans = 0;
  size_t total() const { return slots + temporaries + left + right + pairs + alignment + spans; }
};

SLUICE_INLINE void raise(size_t &size, size_t bytes) {
  bytes = (bytes + 63) / 64 * 64;
  if (bytes > size) size = bytes;
}

/** Words that the pairs of a stage's left operands take: of all its groups, then of one product after another. */
static size_t pairWordsOf(const Records &r, const plan::Stage &s) {
  const int rows = r.header.rows > rowsTogetherInLoop ? r.header.rows : rowsTogetherInLoop;
  size_t words = 0, after = 0;
  for (int g = s.groupFirst; g < s.groupFirst + s.groupCount; g++) {
    const plan::Product *products = r.products + r.groups[g].productFirst;
    for (int i = 0; i < r.groups[g].productCount; i++) words += pairWords(products[i], products[i].segments, rows);
  }
  for (int i = s.productFirst; i < s.productFirst + s.productCount; i++) {
    const size_t own = pairWords(r.products[i], r.products[i].segments, rows);
    if (own > after) after = own;
  }
  return words + after;
}

static ScratchSizes scratchSizes(const Records &r) {
  ScratchSizes sizes;
  raise(sizes.spans, (size_t)(r.header.chunks + r.header.rows) * sizeof(Span));
  for (int i = 0; i < r.header.programs.count; i++) {
    const plan::Program &p = r.programs[i];
    raise(sizes.slots, (size_t)(p.operandCount + p.temporaries) * sizeof(Slot));
    raise(sizes.temporaries, (size_t)p.temporaries * rowsTogether(p) * width * 4);
  }
  for (int i = 0; i < r.header.reductions.count; i++) {
    ptrdiff_t left = 0;
    for (int j = 0; j < r.reductions[i].together; j++)
      if (r.reductions[i + j].kind == plan::REDUCE_WEIGHT) left += leftFloats(r.reductions[i + j]);
    raise(sizes.left, (size_t)left * 4);
    raise(sizes.right, left > 0 ? passBytes : 0);
  }
  for (int i = 0; i < r.header.stages.count; i++) {
    const plan::Stage &s = r.stages[i];
    if (s.kind == plan::STAGE_COMPUTE) raise(sizes.pairs, pairWordsOf(r, s) * 4);
    if (s.kind == plan::STAGE_CTC_LOSS) raise(sizes.alignment, alignmentBytes(r.header.steps, s.entries));
  }
  return sizes;
}

static size_t scratchBytes(const int32_t *plan) { return scratchSizes(Records(plan)).total(); }

/** The thread's part of the job's working memory. */
static Scratch scratchOf(const Records &r, const Job &job, int thread) {
  const ScratchSizes sizes = scratchSizes(r);
  char *slots = job.scratch + job.scratchBytes * thread, *temporaries = slots + sizes.slots;
  char *left = temporaries + sizes.temporaries, *right = left + sizes.left, *pairs = right + sizes.right;
  char *alignment = pairs + sizes.pairs;
  return {(Slot *)slots,  (float *)temporaries, (float *)left,      (float *)right,
          (float *)pairs, (float *)alignment,   (Span *)(alignment + sizes.alignment)};
}

} // namespace SLUICE_ISA
