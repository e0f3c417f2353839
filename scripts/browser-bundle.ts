import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, type Metafile, type OutputFile, type Plugin, build } from 'esbuild'

const root = fileURLToPath(new URL('../', import.meta.url))

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly browser: string }>>
  /** Modules that are empty in a browser. */
  readonly browser: Readonly<Record<string, false>>
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
  const absent = new Set(Object.keys(manifest.browser).map(sourceOf))
  return {
    name: 'package.json',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^sluice(\/|$)/ }, ({ path }) => {
        const entry = manifest.exports[path.replace('sluice', '.')]
        if (entry === undefined) return undefined
        return { path: sourceOf(typeof entry === 'string' ? entry : entry.browser) }
      })
      onLoad({ filter: /\.ts$/ }, ({ path }) => (absent.has(path) ? { contents: '' } : undefined))
    },
  }
}

/** The source of a file of the package. */
function sourceOf(path: string): string {
  return root + path.replace('./dist/', 'src/').replace(/\.js$/, '.ts')
}
