// Whether threads that meet often get processors of their own, judged by how they waited for each other.
#pragma once
#include <chrono>
#include <stdint.h>

/** How long to run alone: longer each time that running together fails, shorter each time that it works. */
class Crowd {
public:
  bool isAlone() const { return clock::now() < end; }

  /**
   * Takes note of a run together: the microseconds that a thread slept for the others, and that all took. It failed if
   * that was a third of it; then running together again must wait so long that trying costs little.
   */
  void note(uint32_t slept, uint32_t took) {
    const bool failed = slept > took / 3;
    if (failed) end = clock::now() + longer(alone, std::chrono::microseconds((int64_t)took * worth));
    if (failed) alone = alone * 2 < longest ? alone * 2 : longest;
    else if (alone > shortest) alone /= 2;
  }

private:
  typedef std::chrono::steady_clock clock;
  static constexpr clock::duration shortest = std::chrono::milliseconds(2), longest = std::chrono::milliseconds(256);
  /** Times that running alone must last as long as a run together that failed. */
  static constexpr int worth = 12;

  static clock::duration longer(clock::duration a, clock::duration b) { return a > b ? a : b; }

  clock::time_point end{};
  clock::duration alone = shortest;
};
