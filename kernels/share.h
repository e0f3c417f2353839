// Splits a list of records among the threads by columns or panels, never by rows, so that no sum depends on the number
// of threads. Records that write the same place are kept apart by a barrier.
#pragma once
#include "worker.h"

namespace SLUICE_ISA {

/** A record's work: `units` columns or panels, each of the same cost. */
struct Work {
  int units;
  double cost;
};

/** Units [first, last) of the thread, where the work of earlier records ends at `before` of `total`. */
struct Units {
  int first, last;
};

SLUICE_INLINE int unitAt(const Work &work, double before, double cost) {
  const double unit = (cost - before) / work.cost;
  if (unit <= 0) return 0;
  return unit >= work.units ? work.units : (int)unit;
}

SLUICE_INLINE Units unitsOf(const Worker &w, const Work &work, double before, double total) {
  const double from = total * w.thread / w.threads, to = total * (w.thread + 1) / w.threads;
  return {w.thread == 0 ? 0 : unitAt(work, before, from),
          w.thread + 1 == w.threads ? work.units : unitAt(work, before, to)};
}

/** Records [first, last) that may run at the same time, and the sum of their work. */
struct Batch {
  int first, last;
  double total;

  /** Calls run(i, units) for every record that the thread has a part of. */
  template <class WorkOf, class Run> void each(const Worker &w, WorkOf work, Run run) const {
    double before = 0;
    for (int i = first; i < last; i++) {
      const Work of = work(i);
      const Units mine = unitsOf(w, of, before, total);
      if (mine.first < mine.last) run(i, mine);
      before += of.units * of.cost;
    }
  }
};

/** The longest batch from record `first` on in which no two records write the same place. */
template <class WorkOf, class Clash> static Batch batchFrom(int first, int count, WorkOf work, Clash clash) {
  Batch batch{first, first, 0};
  for (; batch.last < count; batch.last++) {
    for (int i = first; i < batch.last; i++)
      if (clash(i, batch.last)) return batch;
    batch.total += work(batch.last).units * work(batch.last).cost;
  }
  return batch;
}

/**
 * Runs records [0, count) on all threads, batch by batch: `work(i)` tells a record's work, `clash(i, j)` says whether
 * two records write the same place, `run(batch)` does the thread's part. All threads meet after each batch.
 */
template <class WorkOf, class Clash, class Run>
static void shareOut(const Worker &w, int count, WorkOf work, Clash clash, Run run) {
  for (int first = 0; first < count;) {
    const Batch batch = batchFrom(first, count, work, clash);
    run(batch);
    first = batch.last;
    w.meetOthers();
  }
}

} // namespace SLUICE_ISA
