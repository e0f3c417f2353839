import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const sources = fileURLToPath(new URL('src/', import.meta.url))

/** Lessons and the studio name the package as its users do. */
const asPackaged = [
  { find: /^sluice$/, replacement: `${sources}index.ts` },
  { find: /^sluice\/data$/, replacement: `${sources}data/all.ts` },
  { find: /^sluice\/sequences$/, replacement: `${sources}sequences.ts` },
  { find: /^sluice\/(\w+)$/, replacement: `${sources}$1/index.ts` },
]

export default defineConfig({
  resolve: { alias: asPackaged },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/browser/**'],
    testTimeout: 60_000,
    maxWorkers: 2,
  },
})
