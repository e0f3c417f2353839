// Functions of vectors. Errors are relative, measured against float64 over the range where the result is a normal
// float; test/kernels/pointwise.test.ts holds them to 3e-7.
#pragma once
#include "vector.h"

namespace SLUICE_ISA {

constexpr float log2e = 1.44269504f;
constexpr float ln2High = 0.693145751953125f; // 16 bits: its products with exponents are exact
constexpr float ln2Low = 1.42860682e-6f;
constexpr float infinity = __builtin_inff();

/** x = n * ln 2 + r with |r| <= ln(2) / 2, for |x| up to about 1e4. `shifted` holds n in its low bits. */
struct Reduced {
  Vector shifted, r;
};

SLUICE_INLINE Reduced reduced(Vector x) {
  const float magic = 12582912; // 1.5 * 2^23: adding it rounds to a whole number
  const Vector shifted = muladd(x, log2e, magic);
  const Vector n = shifted - magic;
  return {shifted, muladd(n, -ln2Low, muladd(n, -ln2High, x))};
}

/** exp(r) - 1 for |r| <= ln(2) / 2: minimax polynomial, error 1.4e-8. */
SLUICE_INLINE Vector expm1Series(Vector r) {
  Vector p = muladd(r, 0.00138824887f, 0.00836669188f);
  p = muladd(p, r, 0.0416672044f);
  p = muladd(p, r, 0.16666542f);
  p = muladd(p, r, 0.49999997f);
  return muladd(r * r, p, r);
}

/** e to the power of what was reduced, where that is a normal float. */
SLUICE_INLINE Vector powerOf(const Reduced &s) {
  return fromBits(bits(expm1Series(s.r) + 1) + (bits(s.shifted) << 23));
}

/** e to the power x: 0 below -87.33, infinite above 88.72. */
SLUICE_INLINE Vector exponential(Vector x) {
  const Vector y = powerOf(reduced(atLeast(atMost(x, 89), -89)));
  const Vector big = select(x > 88.7228f, splat(infinity), y);
  return select(x < -87.3365f, Vector{}, big);
}

/** exp(x) - 1 for x from -87 to 88, with full accuracy near 0. */
SLUICE_INLINE Vector expm1Of(Vector x) {
  const Reduced s = reduced(x);
  const Vector power = fromBits((bits(s.shifted) << 23) + 0x3f800000);
  return muladd(power, expm1Series(s.r), power - 1);
}

SLUICE_INLINE Vector expm1Wide(Vector x) {
  const Vector y = expm1Of(atLeast(atMost(x, 88), -40));
  return select(x > 88.7228f, splat(infinity), y);
}

/** 1 / (1 + exp(-x)): beyond the bounds the exponential would leave the range of normal floats. */
SLUICE_INLINE Vector sigmoid(Vector x) {
  return 1 / (1 + powerOf(reduced(atLeast(atMost(-x, 88), -87))));
}

/** (e - 1) / (e + 1) with e = exp(2x); beyond 9.1 it is 1 to the last bit. */
SLUICE_INLINE Vector hyperbolicTangent(Vector x) {
  const Vector e = expm1Of(atLeast(atMost(x, 9.1f), -9.1f) * 2);
  return e / (e + 2);
}

/** 2 artanh(s) = 2s + 2s^3/3 + ...: 5 terms serve for |s| up to 0.18, 7 up to 1/3. */
template <int terms> SLUICE_INLINE Vector artanh2(Vector s) {
  const Vector square = s * s;
  Vector p = splat(2.f / (2 * terms + 1));
  SLUICE_UNROLL
  for (int i = terms - 1; i > 0; i--) p = muladd(p, square, 2.f / (2 * i + 1));
  return muladd(square * s, p, s * 2);
}

/** Natural logarithm; -infinity at 0, NaN below. */
SLUICE_INLINE Vector logarithm(Vector x) {
  const Ints tiny = x < 1.17549435e-38f;
  const Vector scaled = select(tiny, x * 8388608, x);
  const Ints exponent = (bits(scaled) - 0x3f3504f3) >> 23; // the fraction runs from sqrt(1/2) to sqrt(2)
  const Vector m = fromBits(bits(scaled) - (exponent << 23));
  const Vector n = __builtin_convertvector(exponent, Vector) - select(tiny, splat(23), Vector{});
  const Vector f = m - 1;
  const Vector y = muladd(n, ln2High, muladd(n, ln2Low, artanh2<5>(f / (f + 2))));
  const Vector positive = select(x < infinity, y, x);
  return select(x > 0, positive, select(x == 0, splat(-infinity), splat(__builtin_nanf(""))));
}

/** log(1 + z) for z from 0 to 1, with full accuracy near 0. */
SLUICE_INLINE Vector log1pOf(Vector z) { return artanh2<7>(z / (z + 2)); }

/** log(1 + exp(x)) without overflow. */
SLUICE_INLINE Vector softplus(Vector x) { return atLeast(x, 0) + log1pOf(exponential(-absolute(x))); }

/** A power by a whole exponent from -64 to 64, by squaring. */
SLUICE_INLINE Vector wholePower(Vector x, int exponent) {
  Vector y = splat(1);
  for (int rest = exponent < 0 ? -exponent : exponent; rest > 0; rest /= 2, x *= x)
    if (rest % 2 == 1) y *= x;
  return exponent < 0 ? 1 / y : y;
}

// Scalars in float64, for what is rare.

SLUICE_FAR double logarithm(double x) {
  const int64_t word = __builtin_bit_cast(int64_t, x);
  const int64_t exponent = (word - 0x3fe6a09e667f3bcd) >> 52;
  const double m = __builtin_bit_cast(double, word - (exponent << 52));
  const double s = (m - 1) / (m + 1), square = s * s;
  double p = 0;
  for (int k = 21; k > 0; k -= 2) p = p * square + 2.0 / k;
  return (double)exponent * 0.6931471805599453 + p * s;
}

SLUICE_FAR double exponential(double x) {
  if (x > 700) return (double)infinity;
  if (x < -700) return 0;
  const int64_t n = (int64_t)(x * 1.4426950408889634 + (x < 0 ? -0.5 : 0.5));
  const double r = x - (double)n * 0.6931471805599453;
  double p = 1;
  for (int k = 14; k > 0; k--) p = 1 + p * r / k;
  return p * __builtin_bit_cast(double, (n + 1023) << 52);
}

/** x to a power that is not a small whole number or a half: NaN for x < 0, as for all but whole exponents. */
SLUICE_FAR float scalarPower(float x, float exponent) {
  if (x > 0 && x < infinity) return (float)exponential((double)exponent * logarithm((double)x));
  if (x == 0 || x == infinity) return (x == 0) == (exponent > 0) ? 0 : infinity;
  return __builtin_nanf("");
}

SLUICE_INLINE Vector power(Vector x, float exponent) {
  if (exponent == 0.5f) return root(x);
  const int whole = exponent > -65 && exponent < 65 ? (int)exponent : 0;
  if ((float)whole == exponent) return wholePower(x, whole);
  Vector y;
  for (int i = 0; i < width; i++) y[i] = scalarPower(x[i], exponent);
  return y;
}

/** As `exponential`, out of line in modules for pages: for what is no inner loop of training as it mostly is. */
SLUICE_FAR Vector exponentialOf(Vector x) { return exponential(x); }

} // namespace SLUICE_ISA
