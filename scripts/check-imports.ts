import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { filesBelow } from './files.ts'
import { layers, nodeAllowed, packagesAllowed } from './import-rules.ts'

/** An import and the line that it starts on (from 1). */
export interface Import {
  readonly specifier: string
  readonly line: number
}

const importForms = [
  /^[ \t]*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^[ \t]*import\s*['"]([^'"]+)['"]/gm,
  /^(?![ \t]*(?:\*|\/\/)).*?\bimport\(\s*['"]([^'"]+)['"]/gm,
]

/** The imports of a module's text: static, re-exported, for side effects, and dynamic with a literal. */
export function importsOf(text: string): readonly Import[] {
  return importForms
    .flatMap((form) => [...text.matchAll(form)])
    .map((match) => ({ specifier: match[1] ?? '', line: text.slice(0, match.index).split('\n').length }))
    .sort((a, b) => a.line - b.line)
}

/**
 * Checks the imports of one module against the rules.
 * @param path from the root of the repository, as in src/graph/derive.ts
 * @returns what is wrong, each as `file:line: what, and what to do`
 */
export function checkImports(path: string, text: string): readonly string[] {
  const folder = folderOf(path)
  if (folder !== undefined && layers[folder] === undefined) {
    return [`${path}:1: folder src/${folder} has no row in scripts/import-rules.ts; give it one`]
  }
  return importsOf(text).flatMap(({ specifier, line }) => {
    const complaint = complaintOf(path, specifier)
    return complaint === undefined ? [] : [`${path}:${line}: ${complaint}`]
  })
}

function complaintOf(path: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return aboutFolder(path, specifier)
  if (specifier.startsWith('node:')) return aboutNode(path, specifier)
  if (builtinModules.includes(specifier)) return `'${specifier}' is a Node module; write 'node:${specifier}'`
  return aboutPackage(path, specifier)
}

function aboutFolder(path: string, specifier: string): string | undefined {
  const target = posix.join(posix.dirname(path), specifier)
  if (!target.startsWith('src/'))
    return `'${specifier}' leaves src; code of the package imports only from src`
  const from = folderOf(path)
  const to = folderOf(target)
  if (from === to) return undefined
  if (to === undefined)
    return `${from} may not import the package's entry '${target}'; import the module that defines it`
  if (from === undefined)
    return to === 'cli' ? `the library may not import src/cli; move what it needs down` : undefined
  const allowed = layers[from] ?? []
  if (allowed.includes(to)) return undefined
  const list = allowed.length === 0 ? 'nothing else' : `only ${allowed.join(', ')}`
  return `src/${from} may not import src/${to} (it may import ${list}); move the shared part down or pass it in`
}

function aboutNode(path: string, specifier: string): string | undefined {
  if (nodeAllowed.some((place) => isWithin(path, place))) return undefined
  return `'${specifier}' does not exist in a browser; only ${nodeAllowed.join(', ')} may import node: modules`
}

function aboutPackage(path: string, specifier: string): string | undefined {
  const place = packagesAllowed[specifier]
  if (place === undefined)
    return `'${specifier}' is not a package that src may import; see scripts/import-rules.ts`
  return isWithin(path, place) ? undefined : `'${specifier}' may be imported only from ${place}`
}

/** The layer of a path; undefined for the modules that stand in src itself. */
function folderOf(path: string): string | undefined {
  const parts = path.split('/')
  return parts.length > 2 ? parts[1] : undefined
}

function isWithin(path: string, place: string): boolean {
  return place.endsWith('/') ? path.startsWith(place) : path === place
}

function main(): void {
  const root = fileURLToPath(new URL('../', import.meta.url))
  const files = ['.ts', '.js'].flatMap((ending) => filesBelow(root, 'src', ending))
  const complaints = files.flatMap((path) => checkImports(path, readFileSync(root + path, 'utf8')))
  for (const complaint of complaints) console.error(complaint)
  if (complaints.length > 0) process.exitCode = 1
  else console.log(`imports: ${files.length} files follow the directions`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
