// Transposes a square of width x width floats in registers.
#pragma once
#include "vector.h"

namespace SLUICE_ISA {

/** The numbers of the lanes as template arguments: shuffles take constants only. */
template <int... lane> struct Lanes {};
template <int count, int... lane> struct LanesFrom : LanesFrom<count - 1, count - 1, lane...> {};
template <int... lane> struct LanesFrom<0, lane...> {
  typedef Lanes<lane...> All;
};

/** Swaps the halves of blocks of 2 x distance lanes that face each other in two rows. */
template <int distance, int... lane> SLUICE_INLINE void swapBlocks(Vector &upper, Vector &lower, Lanes<lane...>) {
  const Vector a = upper, b = lower;
  upper = __builtin_shufflevector(a, b, ((lane & distance) ? width + lane - distance : lane)...);
  lower = __builtin_shufflevector(a, b, ((lane & distance) ? width + lane : lane + distance)...);
}

template <int distance = width / 2> SLUICE_INLINE void transpose(Vector (&rows)[width]) {
  SLUICE_UNROLL
  for (int i = 0; i < width; i++)
    if ((i & distance) == 0) swapBlocks<distance>(rows[i], rows[i + distance], LanesFrom<width>::All{});
  if constexpr (distance > 1) transpose<distance / 2>(rows);
}

} // namespace SLUICE_ISA
