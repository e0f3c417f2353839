import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, type Metafile, type OutputFile, type Plugin, build } from 'esbuild'

const root = fileURLToPath(new URL('../', import.meta.url))

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly browser: string }>>
  /** Modules that are others in a browser, or empty. */
  readonly browser: Readonly<Record<string, string | false>>
}

/** Scripts in memory, and what they are made of. */
export interface Bundle {
  readonly outputFiles: OutputFile[]
  readonly metafile: Metafile
}

/** Bundles for a browser as a bundler does with the package, but from the sources: `sluice` and its exports. */
export function bundleForBrowser(options: BuildOptions): Promise<Bundle> {
  const common = {
    bundle: true,
    platform: 'browser',
    target: 'es2023',
    absWorkingDir: root,
    plugins: [asPackaged()],
    logOverride: { 'empty-import-meta': 'silent' }, // scripts that are no modules say where the .wasm is
  } satisfies BuildOptions
  return build({ ...(options as object), ...common, write: false, metafile: true })
}

function asPackaged(): Plugin {
  const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as Manifest
  const others = new Map(
    Object.entries(manifest.browser).map(([path, other]) => [sourceOf(path), other && sourceOf(other)]),
  )
  const textOf = (path: string): string => {
    const other = others.get(path) ?? path
    return other === false ? '' : readFileSync(other, 'utf8')
  }
  return {
    name: 'package.json',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^sluice(\/|$)/ }, ({ path }) => {
        const entry = manifest.exports[path.replace('sluice', '.')]
        if (entry === undefined) return undefined
        return { path: sourceOf(typeof entry === 'string' ? entry : entry.browser) }
      })
      onLoad({ filter: /\.ts$/ }, ({ path }) => ({ contents: textOf(path), loader: 'ts' }))
    },
  }
}

/** The source of a file of the package. */
function sourceOf(path: string): string {
  return root + path.replace('./dist/', 'src/').replace(/\.js$/, '.ts')
}
