// Measures the multiply-add peak of one instruction set with the number of threads in the first argument; speaks
// the protocol of bench/protocol.ts.
#include "loop.h"
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr int rounds = 1 << 21;

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/** Every thread does all rounds. @returns seconds until the last one is done */
double burst(int threads) {
  const auto start = Clock::now();
  std::vector<float> results((size_t)threads);
  std::vector<std::thread> others;
  for (int i = 1; i < threads; i++)
    others.emplace_back([&results, i] { results[(size_t)i] = SLUICE_ISA::multiplyAdd(rounds); });
  results[0] = SLUICE_ISA::multiplyAdd(rounds);
  for (auto &thread : others) thread.join();
  volatile float used = results[0];
  (void)used;
  return secondsSince(start);
}

void slice(int threads, double seconds) {
  const auto start = Clock::now();
  const char *separator = "{\"times\":[";
  do {
    printf("%s%.9f", separator, burst(threads));
    separator = ",";
  } while (secondsSince(start) < seconds);
  printf("]}\n");
  fflush(stdout);
}

} // namespace

int main(int count, char **arguments) {
  const int threads = count > 1 ? atoi(arguments[1]) : 1;
  burst(threads);
  printf("{\"flops\":%.0f}\n", SLUICE_ISA::roundFlops * rounds * threads);
  fflush(stdout);
  char line[64];
  while (fgets(line, sizeof line, stdin)) slice(threads, atof(line));
}
