import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildKernels } from './build-kernels.ts'
import { buildStudio } from './build-studio.ts'
import { filesBelow } from './files.ts'
import { compileProject } from './tsc.ts'

const root = fileURLToPath(new URL('../', import.meta.url))

/** Turns the `.ts` endings that the compiler leaves in declarations into `.js`, which every version of it can follow. */
export function withJsEndings(declarations: string): string {
  return declarations.replace(/((?:from|import\()\s*['"]\.[^'"]*)\.ts(['"])/g, '$1.js$2')
}

async function main(): Promise<void> {
  for (const outcome of await buildKernels()) console.log(outcome.line)
  rmSync(`${root}dist`, { recursive: true, force: true })
  compileProject(`${root}tsconfig.build.json`)
  const declarations = filesBelow(root, 'dist', '.d.ts')
  for (const path of declarations)
    writeFileSync(root + path, withJsEndings(readFileSync(root + path, 'utf8')))
  console.log(`dist: ${declarations.length} modules`)
  console.log(await buildStudio())
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
