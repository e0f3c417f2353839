// The multiply-add of the kernels in a loop that never leaves the registers: what no product can exceed.
#pragma once
#include "vector.h"

namespace SLUICE_ISA {

/**
 * Independent sums: enough to hide the latency of the multiply-add, longer where it is two instructions, and few enough
 * for sixteen registers.
 */
#if defined(__FMA__) || defined(__aarch64__)
constexpr int chains = 12;
#else
constexpr int chains = 13;
#endif

/** Floating-point operations of one round. */
constexpr double roundFlops = 2.0 * chains * width;

/** The result depends on every round, so that none can be left out. */
SLUICE_NOINLINE float multiplyAdd(int rounds) {
  const Vector factor = splat(0.999999f), addend = splat(1e-6f);
  Vector sums[chains];
  SLUICE_UNROLL
  for (int i = 0; i < chains; i++) sums[i] = splat((float)i);
  SLUICE_ROLLED
  for (int round = 0; round < rounds; round++) {
    SLUICE_UNROLL
    for (int i = 0; i < chains; i++) sums[i] = muladd(sums[i], factor, addend);
  }
  Vector total = sums[0];
  SLUICE_UNROLL
  for (int i = 1; i < chains; i++) total = total + sums[i];
  return sumOf(total);
}

} // namespace SLUICE_ISA
