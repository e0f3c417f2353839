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

/**
 * Runs records [0, count) on all threads: `work(i)` tells a record's work, `run(i, first, last)` does a part of it, and
 * `clash(i, j)` says whether two records write the same place.
 */
template <class WorkOf, class Run, class Clash>
static void shareOut(const Worker &w, int count, WorkOf work, Run run, Clash clash) {
  for (int first = 0, last; first < count; first = last) {
    double total = 0;
    bool apart = true;
    for (last = first; last < count && apart; last += apart ? 1 : 0) {
      for (int i = first; i < last; i++) apart = apart && !clash(i, last);
      if (apart) total += work(last).units * work(last).cost;
    }
    double before = 0;
    for (int i = first; i < last; i++) {
      const Work of = work(i);
      const Units mine = unitsOf(w, of, before, total);
      if (mine.first < mine.last) run(i, mine.first, mine.last);
      before += of.units * of.cost;
    }
    w.meetOthers();
  }
}

} // namespace SLUICE_ISA
