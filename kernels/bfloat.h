// Pairs of bf16 numbers: a word holds two neighbouring k of an operand, the first in its low half. Words travel as the
// lanes of a Vector. What is rounded is rounded to nearest, ties to even; sums stay in float32.
#pragma once
#include "transpose.h"

namespace SLUICE_ISA {

#ifdef __wasm__
constexpr bool hasPairs = false; // float32 is faster there
#else
constexpr bool hasPairs = true;
#endif

#ifdef __AVX512BF16__
constexpr bool fastPairs = true;
#else
constexpr bool fastPairs = false;
#endif

/** Whether a record is for products of pairs. */
template <class Record> SLUICE_INLINE bool inPairs(const Record &record) { return hasPairs && record.pairs; }

/** Words of pairs that `count` numbers take. */
SLUICE_INLINE int pairsOf(int count) { return (count + 1) / 2; }

#ifdef __AVX512BF16__

/** c + the product of the high halves, then + that of the low halves. */
SLUICE_INLINE Vector addPairs(Vector a, Vector b, Vector c) {
  return (Vector)_mm512_dpbf16_ps((__m512)c, (__m512bh)a, (__m512bh)b);
}

/** Pairs of neighbouring lanes of two vectors side by side. */
SLUICE_INLINE Vector pairAlong(Vector first, Vector second) {
  return (Vector)_mm512_cvtne2ps_pbh((__m512)second, (__m512)first);
}

/** The numbers of the lanes of a vector of halves: the lower half of lane i, then that of lane width + i. */
template <int... lane> SLUICE_INLINE __m512i interleaved(Lanes<lane...>) {
  typedef int16_t Halves __attribute__((vector_size(64)));
  return (__m512i)Halves{(lane / 2 + lane % 2 * width)...};
}

/** Pairs of the same lane of two vectors. */
SLUICE_INLINE Vector pairAcross(Vector low, Vector high) {
  const __m512i halves = (__m512i)_mm512_cvtne2ps_pbh((__m512)high, (__m512)low);
  return (Vector)_mm512_permutexvar_epi16(interleaved(LanesFrom<2 * width>::All{}), halves);
}

#else

// The same bits without the instructions, for tests: slower than float32. Denormals alone may differ: the processor's
// instruction takes them for zero. The product of two bf16 numbers is exact in float32, so a sum is rounded once in
// any case.

SLUICE_INLINE Vector highHalves(Vector pairs) { return fromBits(bits(pairs) & (int32_t)0xffff0000); }
SLUICE_INLINE Vector lowHalves(Vector pairs) { return (Vector)((Words)pairs << 16); }

SLUICE_INLINE Vector addPairs(Vector a, Vector b, Vector c) {
  return muladd(lowHalves(a), lowHalves(b), muladd(highHalves(a), highHalves(b), c));
}

/** Every lane rounded to bf16, in its high half. */
SLUICE_INLINE Words rounded(Vector v) {
  const Words x = (Words)v, even = x + 0x7fff + ((x >> 16) & 1);
  return (Words)select(absolute(v) <= splat(__builtin_inff()), (Vector)even, (Vector)(x | 0x400000));
}

SLUICE_INLINE Vector pairAcross(Vector low, Vector high) {
  return (Vector)((rounded(low) >> 16) | (rounded(high) & 0xffff0000));
}

template <int... lane> SLUICE_INLINE Vector pairAlong(Vector first, Vector second, Lanes<lane...>) {
  return pairAcross(__builtin_shufflevector(first, second, (2 * lane)...),
                    __builtin_shufflevector(first, second, (2 * lane + 1)...));
}

SLUICE_INLINE Vector pairAlong(Vector first, Vector second) {
  return pairAlong(first, second, LanesFrom<width>::All{});
}

#endif

/** Pairs along `count` numbers, the last with 0 if they are odd. Writes whole vectors. */
SLUICE_INLINE void pairRow(const float *source, int count, float *target) {
  int k = 0;
  for (; k + 2 * width <= count; k += 2 * width)
    store(target + k / 2, pairAlong(load(source + k), load(source + k + width)));
  if (k < count)
    store(target + k / 2, pairAlong(firstLanes(load(source + k), count - k),
                                    firstLanes(load(source + k + width), count - k - width)));
}

/** What one term of a sum adds: a product of numbers, or of pairs. */
template <bool pairs> SLUICE_INLINE Vector addTermTo(Vector a, Vector b, Vector c) {
  if constexpr (pairs) return addPairs(a, b, c);
  else return muladd(a, b, c);
}

} // namespace SLUICE_ISA
