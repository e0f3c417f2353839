import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { importsOf } from './check-imports.ts'

const typesOnly = /^(?:import|export) type\b[^'"]*?\bfrom\s*['"][^'"]+['"]/gm

/** The text of all modules that a page may load: those that src/browser.ts imports, at once or later, types apart. */
export function browserSource(root: string): string {
  const { browser } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { browser: object }
  const absent = Object.keys(browser).map((path) => path.replace('./dist/', 'src/').replace(/\.js$/, '.ts'))
  const texts = new Map(['src/core/catalogue.ts', ...absent].map((path) => [path, '']))
  const visit = (path: string): void => {
    if (texts.has(path)) return
    const text = readFileSync(root + path, 'utf8').replace(typesOnly, '')
    texts.set(path, text)
    for (const { specifier } of importsOf(text))
      if (specifier.startsWith('.')) visit(posix.join(posix.dirname(path), specifier))
  }
  visit('src/browser.ts')
  return [...texts.values()].join('\n')
}
