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
inline uint32_t microseconds() { return 0; }

#else
#include <atomic>
#include <chrono>

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

/** Time from anywhere. */
inline uint32_t microseconds() {
  using namespace std::chrono;
  return (uint32_t)duration_cast<std::chrono::microseconds>(steady_clock::now().time_since_epoch()).count();
}

#endif

/**
 * Looks at a word for some dozen microseconds, then sleeps, until it is no longer `old`.
 * @returns the microseconds that it slept
 */
inline uint32_t waitWhile(Word &word, uint32_t old) {
  for (int i = 0; i < 2000; i++) {
    if (word.read() != old) return 0;
    pauseBriefly();
  }
  const uint32_t start = microseconds();
  while (word.read() == old) word.sleepWhile(old);
  return microseconds() - start;
}

/** Threads that have come, the number of times that all have, and the microseconds that they slept over it. */
struct Barrier {
  Word come, round, slept;
};

inline void meetAt(Barrier &barrier, int threads) {
  if (threads == 1) return;
  const uint32_t round = barrier.round.read();
  if (barrier.come.add(1) < (uint32_t)threads) {
    if (const uint32_t slept = waitWhile(barrier.round, round)) barrier.slept.add(slept);
    return;
  }
  barrier.come.write(0);
  barrier.round.write(round + 1);
  barrier.round.wakeAll();
}
