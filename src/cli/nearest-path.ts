import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { nearest } from '../equations/index.ts'

/** What to suggest for a name that there is not: the nearest one, or else all of them. */
export function nearestOf(
  wanted: string,
  names: readonly string[],
): { readonly nearest: string } | { readonly names: string } {
  const close = nearest(wanted, names)
  return close === undefined ? { names: names.join(', ') } : { nearest: close }
}

/** The path nearest to one that there is not, in its folder or in one of some others. */
export async function nearestPath(
  wanted: string,
  folders: readonly string[] = [],
): Promise<string | undefined> {
  const lists = [...new Set([dirname(wanted), ...folders])].map(async (folder) => {
    const names = await readdir(folder).catch(() => [])
    return names.map((name) => join(folder, name))
  })
  const paths = (await Promise.all(lists)).flat()
  const moved = new Set(folders.map((folder) => join(folder, wanted)))
  const others = paths.filter((path) => path !== join(wanted))
  return others.find((path) => moved.has(path)) ?? nearest(join(wanted), others)
}
