import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('.', import.meta.url))

/** What the studio imports as a user of the package does. */
const asPackaged = [
  { find: /^sluice$/, replacement: `${root}src/browser.ts` },
  { find: /^sluice\/(.*)$/, replacement: `${root}src/$1/index.ts` },
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
