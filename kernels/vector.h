// The vector of one instruction set. Arithmetic and comparison are the compiler's vector extension; the few operations
// that it lacks are intrinsics. Products of sums are fused (muladd) only where written so, with -ffp-contract=off:
// the bits of a result then never depend on how a loop was unrolled.
#pragma once
#include <stddef.h>
#include <stdint.h>
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#define SLUICE_INLINE static inline __attribute__((always_inline))
#define SLUICE_NOINLINE static __attribute__((noinline))
#ifdef __wasm__
#define SLUICE_FAR SLUICE_NOINLINE // worth its copies only where code need not travel
#else
#define SLUICE_FAR SLUICE_INLINE
#endif
#ifdef __clang__
#define SLUICE_UNROLL _Pragma("clang loop unroll(full)")
#define SLUICE_ROLLED _Pragma("clang loop unroll(disable) vectorize(disable)")
#else
#define SLUICE_UNROLL _Pragma("GCC unroll 16")
#define SLUICE_ROLLED _Pragma("GCC unroll 1")
#endif

namespace SLUICE_ISA {

#if defined(__AVX512F__)
constexpr int width = 16, accumulators = 24;
#elif defined(__AVX2__)
constexpr int width = 8, accumulators = 12;
#elif defined(__aarch64__)
constexpr int width = 4, accumulators = 24;
#else
constexpr int width = 4, accumulators = 8; // without fused multiply-add, products need registers too
#endif

/** A number that is known when the code is compiled. */
template <int n> struct Count {
  static constexpr int count = n;
};

typedef float Vector __attribute__((vector_size(width * 4), may_alias));
typedef int32_t Ints __attribute__((vector_size(width * 4), may_alias));
typedef uint32_t Words __attribute__((vector_size(width * 4), may_alias));
typedef Vector AnyVector __attribute__((aligned(4)));
typedef int32_t Int __attribute__((may_alias));

SLUICE_INLINE Vector load(const float *p) { return *(const AnyVector *)p; }
SLUICE_INLINE void store(float *p, Vector v) { *(AnyVector *)p = v; }
SLUICE_INLINE Vector splat(float x) { return x - Vector{}; }
SLUICE_INLINE Ints bits(Vector v) { return (Ints)v; }
SLUICE_INLINE Vector fromBits(Ints v) { return (Vector)v; }
SLUICE_INLINE float asFloat(int32_t word) { return __builtin_bit_cast(float, word); }

/** a * b + c, rounded once where the processor can. */
SLUICE_INLINE Vector muladd(Vector a, Vector b, Vector c) {
#if defined(__AVX512F__)
  return (Vector)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__FMA__)
  return (Vector)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif defined(__aarch64__)
  return (Vector)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#else
  return a * b + c;
#endif
}
SLUICE_INLINE Vector muladd(Vector a, float b, float c) { return muladd(a, splat(b), splat(c)); }
SLUICE_INLINE Vector muladd(Vector a, Vector b, float c) { return muladd(a, b, splat(c)); }
SLUICE_INLINE Vector muladd(Vector a, float b, Vector c) { return muladd(a, splat(b), c); }

SLUICE_INLINE Vector root(Vector a) {
#if defined(__AVX512F__)
  return (Vector)_mm512_maskz_sqrt_ps((__mmask16)-1, (__m512)a); // the plain form warns in GCC's own header
#elif defined(__AVX2__)
  return (Vector)_mm256_sqrt_ps((__m256)a);
#elif defined(__x86_64__)
  return (Vector)_mm_sqrt_ps((__m128)a);
#elif defined(__aarch64__)
  return (Vector)vsqrtq_f32((float32x4_t)a);
#elif defined(__wasm__)
  return (Vector)__builtin_wasm_sqrt_f32x4(a);
#else
  for (int i = 0; i < width; i++) a[i] = __builtin_sqrtf(a[i]);
  return a;
#endif
}

SLUICE_INLINE Vector absolute(Vector a) { return fromBits(bits(a) & 0x7fffffff); }
SLUICE_INLINE Vector select(Ints condition, Vector yes, Vector no) { return condition ? yes : no; }
/** The smaller or larger of x and a bound; NaN stays NaN. GCC makes two instructions of the comparison, so it is named. */
#if defined(__AVX512F__)
SLUICE_INLINE Vector atMost(Vector x, float bound) {
  return (Vector)_mm512_maskz_min_ps((__mmask16)-1, (__m512)splat(bound), (__m512)x);
}
SLUICE_INLINE Vector atLeast(Vector x, float bound) {
  return (Vector)_mm512_maskz_max_ps((__mmask16)-1, (__m512)splat(bound), (__m512)x);
}
#elif defined(__AVX2__)
SLUICE_INLINE Vector atMost(Vector x, float bound) { return (Vector)_mm256_min_ps((__m256)splat(bound), (__m256)x); }
SLUICE_INLINE Vector atLeast(Vector x, float bound) { return (Vector)_mm256_max_ps((__m256)splat(bound), (__m256)x); }
#else
SLUICE_INLINE Vector atMost(Vector x, float bound) { return splat(bound) < x ? splat(bound) : x; }
SLUICE_INLINE Vector atLeast(Vector x, float bound) { return splat(bound) > x ? splat(bound) : x; }
#endif

SLUICE_INLINE Ints lanes() {
  Ints v;
  for (int i = 0; i < width; i++) v[i] = i;
  return v;
}

/** Keeps the lanes before `count`, the others become 0. */
SLUICE_INLINE Vector firstLanes(Vector v, int count) { return fromBits(bits(v) & (lanes() < count)); }

/** Sum of the lanes, in pairs: a fixed order. */
SLUICE_INLINE float sumOf(Vector v) {
  for (int half = width / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) v[i] += v[i + half];
  return v[0];
}

/** The largest lane, found in pairs; a lane that is NaN may be passed over. */
SLUICE_INLINE float largestOf(Vector v) {
  for (int half = width / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) v[i] = v[i + half] > v[i] ? v[i + half] : v[i];
  return v[0];
}

#ifdef __wasm__
constexpr bool hasPrefetch = false, isSmall = true;
#else
constexpr bool hasPrefetch = true, isSmall = false;
#endif

#ifdef SLUICE_WITHOUT_RARE
constexpr bool hasRare = false;
#else
constexpr bool hasRare = true; // what few plans hold, as src/plan/format.ts says
#endif

/** Asks for a line of memory, which will be needed soon. */
SLUICE_INLINE void prefetch(const void *p) {
  if (hasPrefetch) __builtin_prefetch(p, 0, 3);
}

} // namespace SLUICE_ISA
