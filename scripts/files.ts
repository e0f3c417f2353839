import { readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

/** Every file below `folder` whose name ends in `extension`, as paths from `root` with forward slashes, sorted. */
export function filesBelow(root: string, folder: string, extension: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
}
