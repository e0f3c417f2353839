import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { bundleForBrowser } from '../scripts/browser-bundle.ts'
import { wasmModules } from '../scripts/kernels/flags.ts'
import { median } from './statistics.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../', import.meta.url))

/** Times and sizes before anything runs. Times are medians in milliseconds, sizes bytes. */
export interface Start {
  /** What was started: the package as `npm run build` makes it, or the sources through tsx, which are slower. */
  readonly from: 'dist' | 'sources'
  /** `node -e 0`: what everything in Node takes. */
  readonly node: number
  /** `sluice --help`. */
  readonly help: number
  /** `import 'sluice'`, with Node's own start. */
  readonly import: number
  /** The browser's entry with all that it imports, minified. */
  readonly bundle: Size
  /** WebAssembly modules by file name. */
  readonly modules: Readonly<Record<string, Size>>
}

/** Size of a file as it is and as a server sends it. */
export interface Size {
  readonly raw: number
  readonly gzip: number
}

const repetitions = 11

/** Measures how long Sluice takes to start, and what a page has to load. */
export async function measureStart(): Promise<Start> {
  const isBuilt = existsSync(`${root}dist/cli/main.js`)
  const file = (path: string) => `${root}${isBuilt ? `dist/${path}.js` : `src/${path}.ts`}`
  const loader = isBuilt ? [] : ['--import', 'tsx']
  const importing = `await import(${JSON.stringify(pathToFileURL(file('index')).href)})`
  const commands = {
    node: ['-e', '0'],
    help: [...loader, file('cli/main'), '--help'],
    import: [...loader, '--input-type=module', '-e', importing],
  }
  const times = { node: [] as number[], help: [] as number[], import: [] as number[] }
  for (let i = 0; i < repetitions; i++) {
    for (const name of ['node', 'help', 'import'] as const) times[name].push(await timed(commands[name]))
  }
  return {
    from: isBuilt ? 'dist' : 'sources',
    node: median(times.node),
    help: median(times.help),
    import: median(times.import),
    bundle: sizeOf(await browserBundle()),
    modules: Object.fromEntries(
      wasmModules.map(({ file: name }) => [name, sizeOf(readFileSync(`${root}build/wasm/${name}`))]),
    ),
  }
}

async function timed(args: readonly string[]): Promise<number> {
  const start = performance.now()
  await run(process.execPath, args, { cwd: root })
  return performance.now() - start
}

/** Everything of the package in one module for a browser. */
async function browserBundle(): Promise<Uint8Array> {
  const { outputFiles } = await bundleForBrowser({
    entryPoints: ['src/browser.ts'],
    minify: true,
    format: 'esm',
  })
  return outputFiles[0]!.contents
}

function sizeOf(content: Uint8Array): Size {
  return { raw: content.length, gzip: gzipSync(content, { level: 9 }).length }
}

/** Lines for people. */
export function startLines({
  from,
  node,
  help,
  import: importing,
  bundle,
  modules,
}: Start): readonly string[] {
  const time = (value: number) => `${value.toFixed(0)} ms`
  const size = ({ raw, gzip }: Size) => `${kib(raw)}, gzipped ${kib(gzip)}`
  return [
    `node -e 0           ${time(node)}`,
    `sluice --help       ${time(help)}${from === 'dist' ? '' : ' (from the sources through tsx: npm run build makes the package)'}`,
    `import 'sluice'     ${time(importing)}`,
    `browser bundle      ${size(bundle)}`,
    ...Object.entries(modules).map(([name, module]) => `${name.padEnd(20)}${size(module)}`),
  ]
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`
}
