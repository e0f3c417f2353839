import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cellPages } from './cell-pages.ts'
import { pageSources } from './browser-source.ts'
import { catalogueModules, errorsPage, readCatalogue } from './error-catalogue.ts'
import type { Report } from '../bench/report.ts'
import { planHeader } from './plan-header.ts'
import { withSpeed } from './speed-table.ts'

const root = fileURLToPath(new URL('../', import.meta.url))

/** Generated files and what they must hold. */
export async function generated(): Promise<ReadonlyMap<string, string>> {
  const areas = readCatalogue(`${root}errors`)
  const catalogues = catalogueModules(areas, await pageSources())
  const report = JSON.parse(readFileSync(`${root}docs/bench.json`, 'utf8')) as Report
  return new Map([
    ['kernels/plan.h', planHeader()],
    ['src/core/catalogue.ts', catalogues.catalogue],
    ['src/core/later-catalogue.ts', catalogues.laterCatalogue],
    ['src/core/node-catalogue.ts', catalogues.nodeCatalogue],
    ['docs/errors.md', errorsPage(areas)],
    ...cellPages(),
    ['README.md', withSpeed(readFileSync(`${root}README.md`, 'utf8'), report)],
  ])
}

function current(path: string): string | undefined {
  try {
    return readFileSync(root + path, 'utf8')
  } catch {
    return undefined
  }
}

/** Writes what is out of date; with `--check` only says so. */
async function main(check: boolean): Promise<void> {
  for (const [path, text] of await generated()) {
    if (current(path) === text) continue
    if (!check) {
      mkdirSync(dirname(root + path), { recursive: true })
      writeFileSync(root + path, text)
    } else {
      console.error(`${path} is out of date: run npm run generate`)
      process.exitCode = 1
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.includes('--check'))
