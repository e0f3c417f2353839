import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { CodeBlock } from '../../scripts/readme-blocks.ts'
import { commandLine, packageEntry } from '../compiled.ts'

/** The root of the repository, with a slash behind it. */
export const root = fileURLToPath(new URL('../../', import.meta.url))
const loader = import.meta.resolve('tsx')
const library = pathToFileURL(packageEntry).href

/** A folder of files in which the blocks of a page run as they do for a reader, with this package. */
export class ReaderFolder {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  /** A new folder with some files and the command `sluice`. */
  static async of(files: Readonly<Record<string, string>>): Promise<ReaderFolder> {
    const folder = new ReaderFolder(await mkdtemp(join(tmpdir(), 'sluice-reader-')))
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder.path, name), content)
    await mkdir(join(folder.path, 'bin'))
    await folder.command('sluice', `exec '${process.execPath}' '${commandLine}' "$@"`)
    return folder
  }

  /** Adds a command that shell blocks find. */
  async command(name: string, script: string): Promise<void> {
    const path = join(this.path, 'bin', name)
    await writeFile(path, `#!/bin/sh\n${script}\n`)
    await chmod(path, 0o755)
  }

  /** Runs a block in sh or TypeScript and gives what it prints; a failure throws with what it wrote. */
  async run({ language, code, line }: CodeBlock): Promise<string> {
    if (language === 'sh') return this.#execute('sh', '-e', '-c', code)
    const path = join(this.path, `block-${line}.mts`)
    await writeFile(path, code.replaceAll("from 'sluice'", `from '${library}'`))
    return this.#execute(process.execPath, '--import', loader, path)
  }

  #execute(program: string, ...args: readonly string[]): Promise<string> {
    const env = { ...process.env, PATH: `${join(this.path, 'bin')}${delimiter}${process.env['PATH']}` }
    return new Promise((resolve, reject) => {
      execFile(program, args, { cwd: this.path, env }, (error, stdout, stderr) => {
        if (error) reject(new Error(`${stdout}\n${stderr}`, { cause: error }))
        else resolve(stdout)
      })
    })
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true })
  }
}
