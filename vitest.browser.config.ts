import { defineConfig } from 'vitest/config'

/** The suite in a real browser: `npm run test:browser`. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A page shows what it should when its worker has answered and it has painted: how long that takes is not tested.
    expect: { poll: { interval: 20, timeout: 30_000 } },
  },
})
