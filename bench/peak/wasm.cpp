// The loop of the peak as a WebAssembly module.
#include "loop.h"

#define SLUICE_EXPORT(name) extern "C" __attribute__((export_name(#name)))

SLUICE_EXPORT(multiplyAdd) float multiplyAdd(int rounds) { return wasm::multiplyAdd(rounds); }
SLUICE_EXPORT(roundFlops) double roundFlops() { return wasm::roundFlops; }
