import type { Metafile } from 'esbuild'
import { type Bundle, bundleForBrowser } from './browser-bundle.ts'

/** What a page loads, as text without the messages of errors, strings in single quotes. */
export interface PageSources {
  /** What `sluice` needs at once. */
  readonly atOnce: string
  /** What it loads later, and what `sluice/sequences` needs. */
  readonly later: string
}

/** What pages load. */
export async function pageSources(): Promise<PageSources> {
  const page = await scriptsOf(`export * from 'sluice'`)
  const sequences = await scriptsOf(`export * from 'sluice/sequences'`)
  return { atOnce: page.get(pageFile)!, later: [...page.values(), ...sequences.values()].join('\n') }
}

/** What a page loads with itself and with each module that it imports later: by the module, all code together. */
export async function scriptsOf(contents: string): Promise<ReadonlyMap<string, string>> {
  const { outputFiles, metafile } = await bundlePage(contents, ['*catalogue.ts'])
  const textOf = (script: string): string => outputFiles.find(({ path }) => path.endsWith(`/${script}`))!.text
  const loads = Object.entries(metafile.outputs).flatMap(([script, { entryPoint }]) =>
    entryPoint === undefined ? [] : [[entryPoint, script] as const],
  )
  const codeOf = (script: string): string => [...loadedWith(script, metafile)].map(textOf).join('\n')
  return new Map(loads.map(([module, script]) => [module, codeOf(script).replaceAll('"', "'")]))
}

/** The page itself as a module. */
const pageFile = 'page.js'

/** The script of `bundlePage` that a page names. */
export const pageScript = 'out/stdin.js'

/** Bundles a page, in scripts for what is loaded at different times; `without` some modules. */
export function bundlePage(contents: string, without: string[] = []): Promise<Bundle> {
  return bundleForBrowser({
    stdin: { contents, resolveDir: '.', sourcefile: pageFile },
    outdir: 'out',
    format: 'esm',
    splitting: true,
    minify: true,
    external: without,
  })
}

/** A script and all that it imports statically. */
export function loadedWith(
  script: string,
  { outputs }: Metafile,
  found = new Set<string>(),
): ReadonlySet<string> {
  if (found.has(script)) return found
  found.add(script)
  for (const { kind, path, external } of outputs[script]!.imports)
    if (kind === 'import-statement' && !external) loadedWith(path, { inputs: {}, outputs }, found)
  return found
}
