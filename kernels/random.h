// Threefry-2x32 with 20 rounds (Salmon et al. 2011), as in src/core/random.ts: random words by counter.
#pragma once
#include "vector.h"

namespace SLUICE_ISA {

/** What the words of a generator depend on beside their counters. */
struct Key {
  uint32_t first, second;
};

/** A vector of counters, or of the words at them, which are two each. */
struct Counters {
  Words first, second;
};

/** The words at some counters. */
SLUICE_FAR Counters threefry(Key key, Counters counter) {
  const uint32_t keys[3] = {key.first, key.second, 0x1bd11bda ^ key.first ^ key.second};
  const int turns[8] = {13, 15, 26, 6, 17, 29, 16, 24};
  Words a = counter.first + key.first, b = counter.second + key.second;
  SLUICE_UNROLL
  for (int group = 1; group <= 5; group++) {
    SLUICE_UNROLL
    for (int round = 0; round < 4; round++) {
      const int turn = turns[(group % 2 == 1 ? 0 : 4) + round];
      a += b;
      b = ((b << turn) | (b >> (32 - turn))) ^ a;
    }
    a += keys[group % 3];
    b += keys[(group + 1) % 3] + (uint32_t)group;
  }
  return {a, b};
}

/** Key of the dropout mask of an update and a place (src/core/dropout.ts). */
SLUICE_INLINE Key dropoutKey(uint32_t seed, uint32_t update, uint32_t stream) {
  const Counters words = threefry({seed, 0x736c7563}, {Words{} + update, Words{} + stream});
  return {words.first[0], words.second[0]};
}

} // namespace SLUICE_ISA
