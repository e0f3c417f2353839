import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Why a rival's package cannot be used, or undefined. */
export function missingPackage(name: string): string | undefined {
  const folder = fileURLToPath(new URL('../node_modules/', import.meta.url))
  if (existsSync(join(folder, name, 'package.json'))) return undefined
  return 'not installed (npm ci --prefix bench --ignore-scripts)'
}

/** In a rival's process, which runs in the folder of bench: loads its packages. */
export const requirePackage = createRequire(join(process.cwd(), 'package.json'))

/** In a rival's process: the version of a package. */
export function packageVersion(name: string): string {
  const manifest = readFileSync(join('node_modules', name, 'package.json'), 'utf8')
  return (JSON.parse(manifest) as { readonly version: string }).version
}
