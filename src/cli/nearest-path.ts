import { readdir } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { nearest } from '../equations/nearest.ts'

/** What to suggest for a name that there is not: the nearest one, or else all of them. */
export function nearestOf(
  wanted: string,
  names: readonly string[],
): { readonly nearest: string } | { readonly names: string } {
  const close = nearest(wanted, names)
  return close === undefined ? { names: names.join(', ') } : { nearest: close }
}

/**
 * The path nearest to one that there is not: the same name in one of some other folders; else, in its own folder, the
 * same name with an ending; else the most similar name in any of them.
 */
export async function nearestPath(
  wanted: string,
  folders: readonly string[] = [],
): Promise<string | undefined> {
  const own = join(wanted)
  const lists = await Promise.all([dirname(wanted), ...folders].map(pathsIn))
  const others = lists.flat().filter((path) => path !== own)
  const moved = new Set(folders.map((folder) => join(folder, wanted)))
  const found = others.find((path) => moved.has(path))
  const longer = folders.length === 0 ? others.find((path) => withoutEnding(path) === own) : undefined
  return found ?? longer ?? nearest(own, others)
}

async function pathsIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.map((name) => join(folder, name))
}

function withoutEnding(path: string): string {
  return join(dirname(path), basename(path, extname(path)))
}
