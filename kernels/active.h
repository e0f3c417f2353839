// The rows of a thread, and which of them a step reaches: each row ends at its length.
#pragma once
#include "worker.h"

namespace SLUICE_ISA {

/** Runs of neighbouring rows in order, all at the same steps. */
struct Spans {
  Span *list;
  int count;

  int rows() const {
    int sum = 0;
    for (int i = 0; i < count; i++) sum += list[i].rows();
    return sum;
  }

  /** Rows of all steps. */
  int all() const { return count == 0 ? 0 : rows() * (list[0].lastStep - list[0].firstStep); }

  void setSteps(int first, int last) {
    for (int i = 0; i < count; i++) list[i].firstStep = first, list[i].lastStep = last;
  }

  /** Adds rows of one chunk that follow all rows there are. */
  void add(int first, int last, int chunk) {
    if (count > 0 && list[count - 1].lastRow == first)
      list[count - 1].lastRow = last, list[count - 1].lastChunk = chunk + 1;
    else list[count++] = {0, 0, first, last, chunk, chunk + 1};
  }
};

/**
 * Dealt chunks go to the threads in turn, there and back, so that each gets as many long rows as short ones; as many at
 * a time as that allows, since products like many neighbours.
 */
SLUICE_INLINE bool ownsChunk(const Worker &w, int chunk) {
  const plan::Header &h = w.records.header;
  if (!h.dealt) return chunk >= w.first(h.chunks, w.thread) && chunk < w.first(h.chunks, w.thread + 1);
  const int turn = chunk / larger(1, h.chunks / (2 * w.threads)), round = turn / w.threads, place = turn % w.threads;
  return (round % 2 == 0 ? place : w.threads - 1 - place) == w.thread;
}

/** All rows of the thread: every row where threads share panels. */
static Spans ownSpans(const Worker &w) {
  Spans own{w.scratch.spans, 0};
  for (int chunk = 0; chunk < w.records.header.chunks; chunk++)
    if (w.shared || ownsChunk(w, chunk)) own.add(w.rowOfChunk(chunk), w.rowOfChunk(chunk + 1), chunk);
  return own;
}

/** The rows that a step reaches, and the steps around it, since one and until another, that reach the same. */
struct Active {
  Spans spans;
  int since, until;
};

static Active activeSpans(const Worker &w, const Spans &own, int lengths, int step) {
  if (!hasRare || lengths < 0) return {own, 0, w.steps()};
  Active active{{own.list + own.count, 0}, 0, w.steps()};
  const Int *length = w.ints(lengths);
  for (int i = 0; i < own.count; i++)
    for (int chunk = own.list[i].firstChunk; chunk < own.list[i].lastChunk; chunk++)
      for (int row = w.rowOfChunk(chunk); row < w.rowOfChunk(chunk + 1); row++) {
        if (length[row] <= step) {
          active.since = larger(active.since, length[row]);
          continue;
        }
        active.spans.add(row, row + 1, chunk);
        active.until = smaller(active.until, length[row]);
      }
  return active;
}

} // namespace SLUICE_ISA
