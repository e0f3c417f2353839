// The inner kernel of every product: a tile of rows x vectors whose sums stay in registers. A sum runs over k in order,
// so its bits do not depend on the rows that a tile holds.
#pragma once
#include "bfloat.h"

namespace SLUICE_ISA {

/** Bytes of packed weights that one pass uses: they stay in the first-level cache. */
constexpr int passBytes = 32768;

/** How much of k one pass takes, for a panel of n vectors. */
constexpr int passDepth(int n) { return passBytes / 4 / (n * width); }

/** Most rows of a tile of n vectors. */
constexpr int tallest(int n) { return accumulators / n < 12 ? accumulators / n : 12; }

/** Where sums start: at the bias, plus the row of a table that the token of the row names, or at what is there. */
enum class Start { bias, gathered, present };

/** A table with one row for each class, and the token of each row of a tile. */
struct Table {
  const float *rows;
  ptrdiff_t stride;
  int classes;
  const Int *tokens;

  /** Row of the token; `none` for a token outside the classes. */
  const float *row(int r, const float *none) const {
    const int token = tokens[r];
    return token >= 0 && token < classes ? rows + token * stride : none;
  }
};

/**
 * C[rows][vectors] = start + A[rows][k] * B[k][vectors], with k = segments x length.
 * A: element k of row r at a + r*aRow + (k / length)*segmentStride + k % length.
 * B: vector j of k at b + k*bLine + j*width. C: vector j of row r at c + r*cRow + at[j].
 * A packed A is [k][rows]; its sums start at zero and are added to C.
 * With `pairs`, A and B hold pairs of bf16 numbers (bfloat.h) and k counts pairs.
 */
struct Tile {
  const float *a;
  ptrdiff_t aRow, segmentStride;
  int segments, length;
  const float *b;
  ptrdiff_t bLine;
  float *c;
  ptrdiff_t cRow, at[4];
  Start start;
  const float *bias; // vectors side by side, which may be zeros
  Table table;       // where the sums start `gathered`
  const char *next;  // what will be needed soon: each k asks for the line there and goes on by `nextStep` bytes
  ptrdiff_t nextStep;
};

/** Adds one k to the sums. Holds whichever operand takes fewer registers and streams the other. */
template <int rows, int n, bool packed, bool pairs>
SLUICE_INLINE void addTerm(Vector (&sums)[rows][n], const float *a, ptrdiff_t aRow, const float *b) {
  if constexpr (n > rows) {
    Vector x[rows];
    SLUICE_UNROLL
    for (int r = 0; r < rows; r++) x[r] = splat(a[packed ? r : r * aRow]);
    SLUICE_UNROLL
    for (int j = 0; j < n; j++) {
      const Vector w = load(b + j * width);
      SLUICE_UNROLL
      for (int r = 0; r < rows; r++) sums[r][j] = addTermTo<pairs>(x[r], w, sums[r][j]);
    }
  } else {
    Vector w[n];
    SLUICE_UNROLL
    for (int j = 0; j < n; j++) w[j] = load(b + j * width);
    SLUICE_UNROLL
    for (int r = 0; r < rows; r++) {
      const Vector x = splat(a[packed ? r : r * aRow]);
      SLUICE_UNROLL
      for (int j = 0; j < n; j++) sums[r][j] = addTermTo<pairs>(x, w[j], sums[r][j]);
    }
  }
}

/** Sets every sum to f(row, vector). */
template <int rows, int n, class F> SLUICE_INLINE void setSums(Vector (&sums)[rows][n], F f) {
  SLUICE_UNROLL
  for (int r = 0; r < rows; r++) {
    SLUICE_UNROLL
    for (int j = 0; j < n; j++) sums[r][j] = f(r, j);
  }
}

alignas(64) static const float zeros[4 * width] = {};

template <int rows, int n> SLUICE_INLINE void startSums(Vector (&sums)[rows][n], const Tile &t) {
  if (t.start == Start::present)
    return setSums<rows, n>(sums, [&](int r, int j) { return load(t.c + r * t.cRow + t.at[j]); });
  const float *source[rows];
  for (int r = 0; r < rows; r++) source[r] = t.start == Start::gathered ? t.table.row(r, zeros) : zeros;
  setSums<rows, n>(sums, [&](int r, int j) { return load(t.bias + j * width) + load(source[r] + j * width); });
}

template <int rows, int n> SLUICE_INLINE void storeSums(Vector (&sums)[rows][n], const Tile &t) {
  SLUICE_UNROLL
  for (int r = 0; r < rows; r++) {
    SLUICE_UNROLL
    for (int j = 0; j < n; j++) store(t.c + r * t.cRow + t.at[j], sums[r][j]);
  }
}

/** The kernel. */
template <int rows, int n, bool packed, bool pairs> SLUICE_NOINLINE void multiply(const Tile &t) {
  Vector sums[rows][n];
  if (packed || t.start != Start::present)
    for (int r = 0; r < rows; r++)
      for (int j = 0; j < n; j++) __builtin_prefetch(t.c + r * t.cRow + t.at[j], 1, 3);
  if constexpr (packed) {
    setSums<rows, n>(sums, [](int, int) { return Vector{}; });
  } else {
    startSums<rows, n>(sums, t);
  }
  const float *segment = t.a, *b = t.b;
  const char *next = t.next;
  for (int s = 0; s < t.segments; s++, segment += t.segmentStride) {
    const float *a = segment;
    SLUICE_ROLLED
    for (int k = 0; k < t.length; k++, a += packed ? rows : 1, b += t.bLine, next += t.nextStep) {
      addTerm<rows, n, packed, pairs>(sums, a, t.aRow, b);
      prefetch(next);
    }
  }
  if constexpr (packed)
    setSums<rows, n>(sums, [&](int r, int j) { return sums[r][j] + load(t.c + r * t.cRow + t.at[j]); });
  storeSums<rows, n>(sums, t);
}

/** Runs the kernel for a number of rows known only now, at most tallest(n). */
template <int n, bool packed, bool pairs, int most = tallest(n)>
SLUICE_INLINE void multiplyRows(int rows, const Tile &t) {
  if (rows == most) return multiply<most, n, packed, pairs>(t);
  if constexpr (most > 1) multiplyRows<n, packed, pairs, most - 1>(rows, t);
}

/** Calls f with the number of vectors, 1 to 4, as a constant: Count<n>. */
template <class F> SLUICE_INLINE void withVectors(int n, F f) {
  switch (n) {
  case 1: return f(Count<1>{});
  case 2: return f(Count<2>{});
  case 3: return f(Count<3>{});
  default: return f(Count<4>{});
  }
}

/** The same for a number of vectors, 1 to 4, known only now. */
template <bool packed, bool pairs> static void multiplyRows(int n, int rows, const Tile &t) {
  withVectors(n, [&](auto vectors) { multiplyRows<vectors.count, packed, pairs>(rows, t); });
}

/** A cut of rows into tiles of nearly equal height: `tall` of them have one row more than the others. */
struct Cut {
  int count, height, tall;
  int rowsOf(int tile) const { return height + (tile < tall ? 1 : 0); }
};

SLUICE_INLINE Cut cutRows(int rows, int n) {
  const int count = (rows + tallest(n) - 1) / tallest(n);
  return count == 0 ? Cut{0, 0, 0} : Cut{count, rows / count, rows % count};
}

/** Tiles of n vectors down the rows of a cut, from the first that `t` names. Fetches `nextBytes` from t.next on. */
template <bool packed, bool pairs> static void multiplyDown(int n, const Cut &cut, Tile t, int nextBytes) {
  const int terms = t.segments * t.length;
  t.nextStep = cut.count == 0 ? 0 : nextBytes / (cut.count * terms);
  for (int i = 0; i < cut.count; i++) {
    const int height = cut.rowsOf(i);
    multiplyRows<packed, pairs>(n, height, t);
    t.next += terms * t.nextStep;
    t.a += height * (packed ? terms : t.aRow);
    t.c += height * t.cRow;
    t.table.tokens += height;
  }
}

/**
 * Rows too many for one tile of 4 vectors but not for one of 2: one after the other, each with half of the vectors, so
 * that no weight is read twice.
 */
SLUICE_INLINE void multiplyHalves(int rows, Tile t) {
  multiplyRows<false, false>(2, rows, t);
  t.b += 2 * width;
  t.bias += 2 * width;
  t.table.rows += 2 * width;
  t.at[0] = t.at[2];
  t.at[1] = t.at[3];
  multiplyRows<false, false>(2, rows, t);
}

/** Most rows that go through a panel of n vectors at once. */
constexpr int mostAtOnce(int n) { return tallest(n == 4 ? 2 : n); }

/** All rows of a panel at once, at most mostAtOnce(n); not for pairs. */
SLUICE_INLINE void multiplyAtOnce(int n, int rows, Tile t) {
  t.nextStep = 0;
  if (n == 4 && rows > tallest(4)) return multiplyHalves(rows, t);
  multiplyRows<false, false>(n, rows, t);
}

} // namespace SLUICE_ISA
