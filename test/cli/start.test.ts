import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

test('sluice --help loads no more than it needs: commands, graphs and runtimes come when they are called', async () => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts'],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    write: false,
    metafile: true,
    splitting: true,
    outdir: 'out',
  })
  const loaded = new Set<string>()
  const load = (path: string): void => {
    if (loaded.has(path)) return
    loaded.add(path)
    for (const { kind, path: next } of metafile.inputs[path]?.imports ?? [])
      if (kind === 'import-statement') load(next)
  }
  load('src/cli/main.ts')
  const modules = [...loaded].filter((path) => path.startsWith('src/'))
  expect(modules).toContain('src/cli/program.ts')
  expect(
    modules.filter((path) => /^src\/(graph|plan|runtime|cells|model|data|cli\/commands)\//.test(path)),
  ).toEqual([])
  expect(modules.length).toBeLessThan(30)
})
