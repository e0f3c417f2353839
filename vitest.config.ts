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

/** Tests that put something in the place of a module need modules of their own; the others share them, which saves a third of the time. */
const replacing = ['test/api/import.test.ts', 'test/data/forbidden.test.ts', 'test/errors/disk.test.ts']

export default defineConfig({
  resolve: { alias: asPackaged },
  test: {
    testTimeout: 60_000,
    globalSetup: 'test/compiled.ts',
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**', ...replacing],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'replacing', include: replacing } },
    ],
  },
})
