// The pointwise instructions: what each does to one vector, and a table of functions that do it down a block of rows.
#pragma once
#include "functions.h"
#include "worker.h"

namespace SLUICE_ISA {

/** Does an instruction to `rows` rows of its slots. */
typedef void (*Kernel)(const Slot *slots, const plan::Instruction &i, int rows);

/** Operands of one vector of work. */
struct Arguments {
  Vector a, b, c, e;
  float k, k2;
};

/** The rows of the operands that an instruction reads, from the current one on. */
template <int inputs> struct Reader {
  Slot a, b, c, e;
  float k, k2;

  Reader(const Slot *s, const plan::Instruction &i)
      : a(s[i.a]), b(s[inputs > 1 ? i.b : i.a]), c(s[inputs > 2 ? i.c : i.a]), e(s[inputs > 3 ? i.e : i.a]),
        k(asFloat(i.k)), k2(asFloat(i.k2)) {}

  /** What the instruction reads in the current row. */
  Arguments here() const {
    const Vector x = load(a.p);
    return {x, inputs > 1 ? load(b.p) : x, inputs > 2 ? load(c.p) : x, inputs > 3 ? load(e.p) : x, k, k2};
  }

  void moveOn() {
    a.p += a.row;
    if (inputs > 1) b.p += b.row;
    if (inputs > 2) c.p += c.row;
    if (inputs > 3) e.p += e.row;
  }
};

/** Calls f with what the instruction reads in each row, one row after the other: processors find that none needs another. */
template <int inputs, class F> SLUICE_INLINE void eachRow(const Slot *s, const plan::Instruction &i, int rows, F f) {
  Reader<inputs> in(s, i);
  SLUICE_ROLLED
  for (int r = 0; r < rows; r++, in.moveOn()) f(in.here());
}

/** d += sum over rows of f(a, b): four sums side by side, so the order depends on the number of rows alone. */
template <int inputs, class F>
SLUICE_INLINE void sumRows(const Slot *s, const plan::Instruction &i, int rows, F f) {
  Reader<inputs> in(s, i);
  Vector sums[4] = {};
  int r = 0;
  for (; r + 4 <= rows; r += 4) {
    SLUICE_UNROLL
    for (int u = 0; u < 4; u++, in.moveOn()) sums[u] = f(in.here(), sums[u]);
  }
  for (; r < rows; r++, in.moveOn()) sums[0] = f(in.here(), sums[0]);
  float *d = s[i.d].p;
  store(d, load(d) + ((sums[0] + sums[1]) + (sums[2] + sums[3])));
}

/**
 * d = sum of f(a, b) over the blocks of a row so far, lane by lane: the first block starts it, lanes at and after
 * `entries` add nothing.
 */
template <int inputs> static void addToRows(const Slot *s, const plan::Instruction &i, int rows, bool first, int entries) {
  if (!holdsOp(inputs == 2 ? plan::OP_ROW_SUM_MUL : plan::OP_ROW_SUM)) return;
  const Vector keep = fromBits(Ints{} - (first ? 0 : 1));
  Slot d = s[i.d];
  eachRow<inputs>(s, i, rows, [&](const Arguments &x) {
    const Vector before = fromBits(bits(load(d.p)) & bits(keep));
    store(d.p, before + firstLanes(inputs == 2 ? x.a * x.b : x.a, entries));
    d.p += d.row;
  });
}

/** Two results. */
struct Both {
  Vector first, second;
};

/** The results of an instruction that has two. */
template <int op> SLUICE_INLINE Both bothOf(const Arguments &x) {
  if constexpr (op == plan::OP_TANH_MUL) {
    const Vector y = hyperbolicTangent(x.a);
    return {y, x.b * y};
  }
  const Vector y = x.a * x.b;
  if constexpr (op == plan::OP_MUL_AND_DSIGMOID) return {y, y * (x.c * (1 - x.b))};
  const Vector first = y * (x.c * (1 - x.b)), slope = 1 - x.c * x.c;
  return {first, op == plan::OP_DSIGMOID_AND_DTANH_ADD ? muladd(y, slope, x.e) : y * slope};
}

/** d, d2 = what the instruction makes of each row, which is read before it is written, so both may be inputs. */
template <int op, int inputs>
SLUICE_INLINE void writeBoth(const Slot *slots, const plan::Instruction &i, int rows) {
  Slot d = slots[i.d], d2 = slots[i.d2];
  eachRow<inputs>(slots, i, rows, [&](const Arguments &x) {
    const Both y = bothOf<op>(x);
    store(d.p, y.first);
    store(d2.p, y.second);
    d.p += d.row;
    d2.p += d2.row;
  });
}

/** The value of an instruction for one vector. */
template <int op> struct Meaning;

#define SLUICE_MEANING(op, inputCount, value)                                                                          \
  template <> struct Meaning<plan::op> {                                                                               \
    static constexpr int inputs = inputCount;                                                                          \
    static inline __attribute__((always_inline)) Vector of(const Arguments &x) {                                       \
      [[maybe_unused]] const Vector a = x.a, b = x.b, c = x.c, e = x.e;                                                \
      [[maybe_unused]] const float k = x.k, k2 = x.k2;                                                                 \
      return value;                                                                                                    \
    }                                                                                                                  \
  };

SLUICE_MEANING(OP_COPY, 1, a)
SLUICE_MEANING(OP_NEG, 1, -a)
SLUICE_MEANING(OP_ADD, 2, a + b)
SLUICE_MEANING(OP_SUB, 2, a - b)
SLUICE_MEANING(OP_MUL, 2, a *b)
SLUICE_MEANING(OP_DIV, 2, a / b)
SLUICE_MEANING(OP_MAX, 2, select((a > b) | (a != a), a, b)) // NaN if either is
SLUICE_MEANING(OP_MIN, 2, select((a < b) | (a != a), a, b))
SLUICE_MEANING(OP_PREFER, 2, select(a > b, splat(1), select(a == b, splat(0.5f), Vector{})))
SLUICE_MEANING(OP_POSITIVE, 1, select(a > 0, splat(1), Vector{}))
SLUICE_MEANING(OP_SIGN, 1, select(a > 0, splat(1), select(a < 0, splat(-1), a)))
SLUICE_MEANING(OP_INSIDE, 1, select((a >= k) & (a <= k2), splat(1), Vector{}))
SLUICE_MEANING(OP_CLIP, 1, atMost(atLeast(a, k), k2))
SLUICE_MEANING(OP_ABS, 1, absolute(a))
SLUICE_MEANING(OP_SQRT, 1, root(a))
SLUICE_MEANING(OP_EXP, 1, exponential(a))
SLUICE_MEANING(OP_LOG, 1, logarithm(a))
SLUICE_MEANING(OP_SIGMOID, 1, sigmoid(a))
SLUICE_MEANING(OP_TANH, 1, hyperbolicTangent(a))
SLUICE_MEANING(OP_RELU, 1, atLeast(a, 0))
SLUICE_MEANING(OP_LEAKY_RELU, 1, select(a > 0, a, a *k))
SLUICE_MEANING(OP_ELU, 1, select(a > 0, a, expm1Wide(a) * k))
SLUICE_MEANING(OP_SOFTPLUS, 1, softplus(a))
SLUICE_MEANING(OP_LOG_SIGMOID, 1, -softplus(-a))
SLUICE_MEANING(OP_SOFTSIGN, 1, a / (absolute(a) + 1))
SLUICE_MEANING(OP_HARD_SIGMOID, 1, atMost(atLeast(muladd(a, 0.2f, 0.5f), 0), 1))
SLUICE_MEANING(OP_POWER, 1, power(a, k))
SLUICE_MEANING(OP_AFFINE, 1, muladd(a, k, k2))
SLUICE_MEANING(OP_FMA, 3, muladd(a, b, c))
SLUICE_MEANING(OP_FMA2, 4, muladd(a, b, c *e))
SLUICE_MEANING(OP_MUL_SUB, 3, a *(b - c))
SLUICE_MEANING(OP_LERP, 3, muladd(a, b - c, c))
SLUICE_MEANING(OP_DSIGMOID, 2, a *(b * (1 - b)))
SLUICE_MEANING(OP_DTANH, 2, a *(1 - b * b))
SLUICE_MEANING(OP_MUL_DSIGMOID, 3, a *b *(c * (1 - c)))
SLUICE_MEANING(OP_MUL_DTANH, 3, a *b *(1 - c * c))
SLUICE_MEANING(OP_MUL_DTANH_ADD, 4, muladd(a *b, 1 - c * c, e))
SLUICE_MEANING(OP_MUL_FMA, 4, muladd(a *b, c, e))
SLUICE_MEANING(OP_ADD3, 3, a + b + c)
SLUICE_MEANING(OP_SIGMOID_FMA, 3, sigmoid(muladd(a, b, c)))
SLUICE_MEANING(OP_TANH_FMA, 3, hyperbolicTangent(muladd(a, b, c)))
#undef SLUICE_MEANING

/** d = what the instruction makes of each row. */
template <int op> SLUICE_INLINE void write(const Slot *slots, const plan::Instruction &i, int rows) {
  Slot d = slots[i.d];
  eachRow<Meaning<op>::inputs>(slots, i, rows, [&](const Arguments &x) {
    store(d.p, Meaning<op>::of(x));
    d.p += d.row;
  });
}

/** Does instruction `op` to the rows of its slots. */
template <int op> SLUICE_NOINLINE void apply(const Slot *slots, const plan::Instruction &i, int rows) {
  if constexpr (op == plan::OP_TANH_MUL) writeBoth<op, 2>(slots, i, rows);
  else if constexpr (op == plan::OP_MUL_AND_DSIGMOID) writeBoth<op, 3>(slots, i, rows);
  else if constexpr (op == plan::OP_DSIGMOID_AND_DTANH) writeBoth<op, 3>(slots, i, rows);
  else if constexpr (op == plan::OP_DSIGMOID_AND_DTANH_ADD) writeBoth<op, 4>(slots, i, rows);
  else if constexpr (op == plan::OP_ROW_SUM || op == plan::OP_ROW_SUM_MUL) (void)slots, (void)i, (void)rows; // addToRows
  else if constexpr (op == plan::OP_COLUMN_SUM)
    sumRows<1>(slots, i, rows, [](const Arguments &x, Vector sum) { return sum + x.a; });
  else if constexpr (op == plan::OP_COLUMN_SUM_MUL)
    sumRows<2>(slots, i, rows, [](const Arguments &x, Vector sum) { return muladd(x.a, x.b, sum); });
  else write<op>(slots, i, rows);
}

struct Kernels {
  Kernel of[plan::OP_COUNT];
};

template <int op = 0> constexpr void fill(Kernels &table) {
  if constexpr (holdsOp(op)) table.of[op] = apply<op>;
  if constexpr (op + 1 < plan::OP_COUNT) fill<op + 1>(table);
}

constexpr Kernels allKernels() {
  Kernels table{};
  fill(table);
  return table;
}

static constexpr Kernels kernels = allKernels();

} // namespace SLUICE_ISA
