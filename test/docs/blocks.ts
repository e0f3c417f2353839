import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { codeBlocks } from '../../scripts/readme-blocks.ts'
import { packageEntry } from '../compiled.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * Runs all blocks of a page as a reader does, one after the other in one process and a folder of its own, with this
 * package; what each prints.
 */
export async function runBlocks(page: string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-docs-'))
  try {
    const blocks = codeBlocks(readFileSync(`${root}${page}`, 'utf8'), ['ts'])
    const library = pathToFileURL(packageEntry).href
    const parts = blocks.map(({ code }, index) => [join(folder, `block-${index}.mts`), code] as const)
    for (const [path, code] of parts)
      await writeFile(path, code.replaceAll("from 'sluice'", `from '${library}'`))
    const imports = parts.map(([path]) => `console.log('#')\nawait import('${pathToFileURL(path).href}')`)
    const all = join(folder, 'all.mts')
    await writeFile(all, imports.join('\n'))
    const args = ['--import', import.meta.resolve('tsx'), all]
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder })
    return stdout.split('#\n').slice(1)
  } finally {
    await rm(folder, { recursive: true })
  }
}
