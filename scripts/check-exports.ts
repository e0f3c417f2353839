import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { compileProject } from './tsc.ts'

const root = fileURLToPath(new URL('../', import.meta.url))

/** What package.json offers to users. */
export interface Manifest {
  readonly name: string
  readonly bin?: Readonly<Record<string, string>>
  /** A file for each entry, or one for each condition, such as `browser`. */
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
}

const publicFolders = [
  'equations',
  'graph',
  'draw',
  'cells',
  'model',
  'data',
  'train',
  'generate',
  'inspect',
  'interop',
  'runtime',
]

/** What the sources have ready for users and package.json does not offer. */
export function unoffered(manifest: Manifest, exists: (path: string) => boolean): readonly string[] {
  const folders = publicFolders.filter(
    (folder) => exists(`src/${folder}/index.ts`) && manifest.exports[`./${folder}`] === undefined,
  )
  const complaints = folders.map(
    (folder) => `src/${folder}/index.ts is there, but exports has no './${folder}'`,
  )
  if (exists('src/cli/main.ts') && manifest.bin === undefined) {
    complaints.push("src/cli/main.ts is there, but bin has no 'sluice': 'dist/cli/main.js'")
  }
  return complaints
}

/** What is missing in dist for an entry of package.json's exports or bin, or undefined. */
export function missingFile(
  entry: string,
  target: string,
  exists: (path: string) => boolean,
): string | undefined {
  if (!exists(target)) return `'${entry}' points at ${target}, which the build did not make`
  const types = target.replace(/\.js$/, '.d.ts')
  return exists(types) ? undefined : `'${entry}' has no types: ${types} is missing`
}

/** Imports every entry by the package's own name, as a user does. */
async function importAll(names: readonly string[]): Promise<readonly string[]> {
  const failures: string[] = []
  for (const name of names) {
    try {
      await import(name)
    } catch (error) {
      failures.push(`import '${name}' fails: ${String(error)}`)
    }
  }
  return failures
}

/** Compiles a module that imports every entry, without Node's types and with all declarations checked. */
function typeCheck(names: readonly string[]): void {
  const folder = `${root}build/consumer`
  mkdirSync(folder, { recursive: true })
  const uses = names.map((name, index) => `export * as entry${index} from '${name}'\n`)
  writeFileSync(`${folder}/index.ts`, uses.join(''))
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2023', 'dom'],
    types: [],
    module: 'nodenext',
    strict: true,
    noEmit: true,
  }
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify({ compilerOptions, files: ['index.ts'] }))
  compileProject(folder)
}

/** Entries and files of JavaScript modules, an entry with conditions once for each. */
export function modulesOf({ exports }: Manifest): readonly (readonly [entry: string, file: string])[] {
  return Object.entries(exports)
    .flatMap(([entry, target]) =>
      typeof target === 'string'
        ? [[entry, target] as const]
        : Object.values(target).map((file) => [entry, file] as const),
    )
    .filter(([, file]) => file.endsWith('.js'))
}

async function main(): Promise<void> {
  const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as Manifest
  const modules = modulesOf(manifest)
  const places = [...modules, ...Object.entries(manifest.bin ?? {})]
  const exists = (path: string) => existsSync(root + path)
  const missing = places.flatMap(([entry, target]) => missingFile(entry, target, exists) ?? [])
  missing.push(...unoffered(manifest, exists))
  const names = [...new Set(modules.map(([entry]) => entry.replace('.', manifest.name)))]
  const complaints = missing.length > 0 ? missing : await importAll(names)
  if (complaints.length > 0) throw new Error(`package.json and dist disagree:\n${complaints.join('\n')}`)
  typeCheck(names)
  console.log(`exports: ${names.join(', ')} import and type-check`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  })
}
