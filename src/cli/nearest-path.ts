import { readdir } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { nearest } from '../equations/index.ts'

/** What to suggest for a name that there is not: the nearest one, or else all of them. */
export function nearestOf(
  wanted: string,
  names: readonly string[],
): { readonly nearest: string } | { readonly names: string } {
  const close = nearest(wanted, names)
  return close === undefined ? { names: names.join(', ') } : { nearest: close }
}

/** The path nearest to one that there is not, in its folder or in one of some others; its ending may be left out. */
export async function nearestPath(
  wanted: string,
  folders: readonly string[] = [],
): Promise<string | undefined> {
  const lists = [...new Set([dirname(wanted), ...folders])].map(async (folder) => {
    const names = await readdir(folder).catch(() => [])
    return names.map((name) => join(folder, name))
  })
  const paths = (await Promise.all(lists)).flat()
  const own = join(wanted)
  const meant = new Set([own, ...folders.map((folder) => join(folder, wanted))])
  const others = paths.filter((path) => path !== own)
  return others.find((path) => meant.has(path) || meant.has(withoutEnding(path))) ?? nearest(own, others)
}

function withoutEnding(path: string): string {
  return join(dirname(path), basename(path, extname(path)))
}
