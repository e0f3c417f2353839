import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/**
 * Runs the TypeScript compiler on a project, with its messages on this process's output. More arguments override what
 * the project says.
 * @throws when it reports an error
 */
export function compileProject(project: string, ...more: readonly string[]): void {
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json')
  const compiler = join(dirname(manifest), 'bin', 'tsc')
  execFileSync(process.execPath, [compiler, '-p', project, ...more], { stdio: 'inherit' })
}
