import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Lesson } from './lesson.ts'

const here = fileURLToPath(new URL('.', import.meta.url))

/** A lesson's folder: `07-dates`. */
export interface LessonFolder {
  readonly number: number
  readonly name: string
  readonly path: string
}

/** The folders of all lessons, in their order. */
export function lessonFolders(): readonly LessonFolder[] {
  return readdirSync(here)
    .filter((name) => /^\d\d-/.test(name))
    .toSorted()
    .map((name) => ({ number: Number(name.slice(0, 2)), name, path: join(here, name) }))
}

/** The lesson of a folder. */
export async function openLesson({ path }: LessonFolder): Promise<Lesson> {
  const module = (await import(join(path, 'main.ts'))) as { readonly default: Lesson }
  return module.default
}

/** The text of a file of an npm package that examples/package.json, or the repository's, lists. */
export function packageText(name: string, file: string): string {
  return readFileSync(packagePath(name, file), 'utf8')
}

/** The path of a file of such a package. @throws an error that says how to install it */
export function packagePath(name: string, file: string): string {
  const places = [import.meta.url, new URL('../package.json', import.meta.url)]
  for (const place of places) {
    for (const modules of createRequire(place).resolve.paths(name) ?? []) {
      const path = join(modules, name, file)
      if (existsSync(path)) return path
    }
  }
  throw new Error(`${name} is not installed: npm ci --prefix examples --ignore-scripts`)
}
