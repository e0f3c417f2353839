// How threads wait for each other: for a moment awake, then asleep, so that a busy machine is not blocked by waiting.
// Only the hosts include this: it must not be compiled for one instruction set.
#pragma once
#include "runtime.h"
#ifdef __wasm__

/** A word that threads wait on. */
class Word {
public:
  uint32_t read() const { return __atomic_load_n(&value, __ATOMIC_ACQUIRE); }
  void write(uint32_t x) { __atomic_store_n(&value, x, __ATOMIC_RELEASE); }
  uint32_t add(uint32_t x) { return __atomic_add_fetch(&value, x, __ATOMIC_ACQ_REL); }
#ifdef __wasm_atomics__
  void sleepWhile(uint32_t x) { __builtin_wasm_memory_atomic_wait32((int *)&value, (int)x, -1); }
  void wakeAll() { __builtin_wasm_memory_atomic_notify((int *)&value, 0xffffffff); }
#else
  void sleepWhile(uint32_t) {}
  void wakeAll() {}
#endif

private:
  uint32_t value = 0;
};

inline void pauseBriefly() {}

#else
#include <atomic>

/** A word that threads wait on. */
class Word {
public:
  uint32_t read() const { return value.load(std::memory_order_acquire); }
  void write(uint32_t x) { value.store(x, std::memory_order_release); }
  uint32_t add(uint32_t x) { return value.fetch_add(x, std::memory_order_acq_rel) + x; }
  void sleepWhile(uint32_t x) { value.wait(x, std::memory_order_acquire); }
  void wakeAll() { value.notify_all(); }

private:
  std::atomic<uint32_t> value{0};
};

inline void pauseBriefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

#endif

/** Looks at a word for some dozen microseconds, then sleeps, until it is no longer `old`. @returns whether it slept */
inline bool waitWhile(Word &word, uint32_t old) {
  for (int i = 0; i < 2000; i++) {
    if (word.read() != old) return false;
    pauseBriefly();
  }
  while (word.read() == old) word.sleepWhile(old);
  return true;
}

/** Threads that have come, the number of times that all have, and the number of times that one slept over it. */
struct Barrier {
  Word come, round, sleeps;
};

inline void meetAt(Barrier &barrier, int threads) {
  if (threads == 1) return;
  const uint32_t round = barrier.round.read();
  if (barrier.come.add(1) < (uint32_t)threads) {
    if (waitWhile(barrier.round, round)) barrier.sleeps.add(1);
    return;
  }
  barrier.come.write(0);
  barrier.round.write(round + 1);
  barrier.round.wakeAll();
}
