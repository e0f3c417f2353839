// Stages that work on whole rows: sums over a row, embedding, dropout, reversing, and the copies beside the stages.
#pragma once
#include "random.h"
#include "transpose.h"
#include "worker.h"

namespace SLUICE_ISA {

/** Where an operand has block 0 of a row at a step. Out of line in modules for pages, unlike what runs for each block. */
SLUICE_FAR float *startOf(const Worker &w, int operand, int step, int row) {
  return w.arena + offsetOf(w.records.operands[operand], step, row);
}

/** Sum of `blocks` blocks of a row, lane by lane. */
SLUICE_INLINE Vector sumBlocks(const float *row, const plan::Operand &o, int blocks) {
  Vector sum{};
  for (int b = 0; b < blocks; b++) sum += load(row + blockOffset(o, b));
  return sum;
}

/** What a row's operands add up to, lane by lane. */
SLUICE_INLINE Vector sumLanes(const Worker &w, const plan::Stage &s, int step, int row) {
  const plan::Word *list = w.records.words + s.listFirst;
  Vector sum{};
  for (int i = 0; i < s.listCount; i += 2) {
    const plan::Operand &o = w.records.operands[list[i].value];
    sum += sumBlocks(w.arena + offsetOf(o, step, row), o, list[i + 1].value);
  }
  return sum;
}

/** As sumOf, of `width` vectors: lane r is the sum of the lanes of rows[r]. */
SLUICE_INLINE Vector sumsOf(Vector (&rows)[width]) {
  transpose(rows);
  for (int half = width / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) rows[i] += rows[i + half];
  return rows[0];
}

/** Sums of rows, `width` at a time; where fewer are left, the last of them is in all other places. */
static void reduceStage(const Worker &w, const plan::Stage &s, const Span &span) {
  const plan::Operand &d = w.records.operands[s.d];
  const float k = asFloat(s.k);
  for (int step = span.firstStep; step < span.lastStep; step++) {
    for (int row = span.firstRow; row < span.lastRow; row += width) {
      const int count = smaller(width, span.lastRow - row);
      Vector lanes[width];
      for (int r = 0; r < width; r++) lanes[r] = sumLanes(w, s, step, row + smaller(r, count - 1));
      const Vector sums = sumsOf(lanes) * k;
      for (int r = 0; r < count; r++) store(w.arena + offsetOf(d, step, row + r), splat(sums[r]));
    }
  }
}

static void embedStage(const Worker &w, const plan::Stage &s, const Span &span) {
  const plan::Operand &d = w.records.operands[s.d];
  for (int step = span.firstStep; step < span.lastStep; step++) {
    const Int *tokens = w.ints(s.tokens) + (ptrdiff_t)step * w.records.header.rows;
    for (int row = span.firstRow; row < span.lastRow; row++) {
      const int token = tokens[row];
      const bool known = token >= 0 && token < s.classes;
      const float *source = w.arena + s.table + (ptrdiff_t)token * s.stride;
      float *target = w.arena + offsetOf(d, step, row);
      for (int b = 0; b < s.blocks; b++) store(target + blockOffset(d, b), known ? load(source + b * width) : Vector{});
    }
  }
}

/** The words that decide which of `width` units from `unit` on are kept. */
SLUICE_INLINE Words dropoutWords(Key key, uint32_t row, uint32_t unit) {
  return threefry(key, {Words{} + row, (Words)lanes() + unit}).first;
}

/** What the random numbers of a stream come from in this update. */
SLUICE_INLINE Key keyOf(const Worker &w, int32_t stream) {
  return dropoutKey((uint32_t)(int64_t)w.call->seed, (uint32_t)(int64_t)w.call->counter, (uint32_t)stream);
}

/** Which of `width` units from block `b` on a stage keeps. */
SLUICE_INLINE Ints keptUnits(const plan::Stage &s, Key key, int row, int b) {
  return (Ints)(dropoutWords(key, (uint32_t)row, (uint32_t)(s.offset + b * width)) >= (uint32_t)s.threshold);
}

static void dropoutStage(const Worker &w, const plan::Stage &s, const Span &span) {
  const plan::Operand &a = w.records.operands[s.a], &d = w.records.operands[s.d];
  const Key key = keyOf(w, s.stream);
  const bool training = w.call->training != 0;
  const float scale = asFloat(s.k);
  for (int step = span.firstStep; step < span.lastStep; step++) {
    for (int row = span.firstRow; row < span.lastRow; row++) {
      const float *source = w.arena + offsetOf(a, step, row);
      float *target = w.arena + offsetOf(d, step, row);
      const int number = (step + (int)w.call->firstStep) * w.records.header.rows + row;
      for (int b = 0; b < s.blocks; b++) {
        Vector v = load(source + blockOffset(a, b));
        if (training) v = select(keptUnits(s, key, number, b), v * scale, Vector{});
        store(target + blockOffset(d, b), v);
      }
    }
  }
}

static void reverseStage(const Worker &w, const plan::Stage &s, const Span &span) {
  const plan::Operand &a = w.records.operands[s.a], &d = w.records.operands[s.d];
  const Int *lengths = s.lengths < 0 ? nullptr : w.ints(s.lengths);
  for (int step = span.firstStep; step < span.lastStep; step++) {
    for (int row = span.firstRow; row < span.lastRow; row++) {
      const int length = lengths ? smaller(lengths[row], w.steps()) : w.steps();
      float *from = startOf(w, s.a, step < length ? length - 1 - step : step, row), *to = startOf(w, s.d, step, row);
      if (s.blocks == 0) *(Int *)to = *(const Int *)from;
      for (int b = 0; b < s.blocks; b++) store(to + blockOffset(d, b), load(from + blockOffset(a, b)));
    }
  }
}

/** Copies the blocks of one row, adds them to those there are, or clears these. */
static void copyRow(const Worker &w, const plan::Copy &c, ptrdiff_t from, ptrdiff_t to) {
  const plan::Operand &d = w.records.operands[c.d];
  const plan::Operand &a = c.a < 0 ? d : w.records.operands[c.a];
  for (int b = 0; b < c.blocks; b++) {
    float *target = w.arena + to + blockOffset(d, b);
    const Vector v = c.a < 0 ? Vector{} : load(w.arena + from + blockOffset(a, b));
    store(target, c.add ? load(target) + v : v);
  }
}

/** A copy before a loop that starts at `step`. What is kept for each chunk has one row a chunk. */
static void copyBefore(const Worker &w, const plan::Copy &c, const Span &span, int step) {
  if (c.lastStep == 1 && w.call->carry == 0) return;
  const plan::Operand &d = w.records.operands[c.d];
  if (d.chunkStride != 0 && w.call->continued != 0) return;
  const plan::Operand &a = c.a < 0 ? d : w.records.operands[c.a];
  const int from = c.lastStep == 1 ? (int)w.call->lastSteps : c.lastStep == 2 ? w.steps() : step;
  if (d.chunkStride != 0) {
    for (int chunk = span.firstChunk; chunk < span.lastChunk; chunk++)
      copyRow(w, c, offsetOf(a, from, 0, chunk), offsetOf(d, step, 0, chunk));
  } else {
    for (int row = span.firstRow; row < span.lastRow; row++)
      if (hasSteps(w, c.lengths, row)) copyRow(w, c, offsetOf(a, from, row), offsetOf(d, step, row));
  }
}

/** A copy of one row at one step. */
SLUICE_INLINE void copyAt(const Worker &w, const plan::Copy &c, int step, int row) {
  const plan::Operand &d = w.records.operands[c.d];
  const plan::Operand &a = c.a < 0 ? d : w.records.operands[c.a];
  copyRow(w, c, offsetOf(a, step, row), offsetOf(d, step, row));
}

} // namespace SLUICE_ISA
