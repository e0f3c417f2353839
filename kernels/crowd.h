// Whether threads that meet often get processors of their own, judged by how they waited for each other.
#pragma once
#include <chrono>

/** How long to run alone: longer each time that running together fails, shorter each time that it works. */
class Crowd {
public:
  bool isAlone() const { return clock::now() < end; }

  /** Takes note of a run together: whether a thread slept while it waited for the others. */
  void note(bool slept) {
    if (slept) {
      end = clock::now() + alone;
      alone = alone * 2 < longest ? alone * 2 : longest;
    } else if (alone > shortest) {
      alone /= 2;
    }
  }

private:
  typedef std::chrono::steady_clock clock;
  static constexpr clock::duration shortest = std::chrono::milliseconds(2), longest = std::chrono::milliseconds(256);

  clock::time_point end{};
  clock::duration alone = shortest;
};
