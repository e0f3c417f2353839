import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const sources = fileURLToPath(new URL('src/', import.meta.url))

export default defineConfig({
  // Lessons name the package as their readers do.
  resolve: {
    alias: [
      { find: /^sluice$/, replacement: `${sources}index.ts` },
      { find: /^sluice\/(\w+)$/, replacement: `${sources}$1/index.ts` },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/browser/**'],
    testTimeout: 60_000,
    maxWorkers: 2,
  },
})
