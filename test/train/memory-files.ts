import { type Files, nodeFiles } from '../../src/train/checkpoint-files.ts'

/** A disk in memory, for tests that need many runs. */
export function memoryFiles(): Files & { readonly contents: Map<string, Uint8Array> } {
  const contents = new Map<string, Uint8Array>()
  const below = (path: string): string[] =>
    [...contents.keys()].filter((name) => `${name}/`.startsWith(`${path}/`))
  return {
    contents,
    read: async (path) => contents.get(path),
    write: async (path, bytes) => void contents.set(path, bytes.slice()),
    async append(path, length, bytes) {
      const kept = contents.get(path)?.subarray(0, length) ?? new Uint8Array()
      contents.set(path, Uint8Array.of(...kept, ...bytes))
    },
    async rename(from, to) {
      for (const name of below(from)) {
        contents.set(to + name.slice(from.length), contents.get(name)!)
        contents.delete(name)
      }
    },
    remove: async (path) => below(path).forEach((name) => contents.delete(name)),
    list: async (path) => [
      ...new Set(
        below(path).flatMap((name) => (name === path ? [] : name.slice(path.length + 1).split('/')[0]!)),
      ),
    ],
    makeFolder: async () => {},
    lock: async () => async () => {},
  }
}

/** How often files were changed, and after how many changes they fail once and for all. */
export interface Failing extends Files {
  changes: number
}

/** Files that fail after so many changes, in the middle of the next one, as if the process or the disk died there. */
export function failingFiles(count: number, error: Error, files: Files = nodeFiles): Failing {
  const half = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, bytes.length >> 1)
  const failing: Failing = {
    ...files,
    changes: 0,
    write: (path, bytes) =>
      change(
        () => files.write(path, bytes),
        () => files.write(path, half(bytes)),
      ),
    append: (path, at, bytes) =>
      change(
        () => files.append(path, at, bytes),
        () => files.append(path, at, half(bytes)),
      ),
    rename: (from, to) => change(() => files.rename(from, to)),
    makeFolder: (path) => change(() => files.makeFolder(path)),
    remove: (path) =>
      change(
        () => files.remove(path),
        async () => {
          const [first] = await files.list(path)
          if (first !== undefined) await files.remove(`${path}/${first}`)
        },
      ),
  }
  async function change(whole: () => Promise<void>, part?: () => Promise<void>): Promise<void> {
    failing.changes++
    if (failing.changes <= count) return whole()
    if (failing.changes === count + 1) await part?.()
    throw error
  }
  return failing
}
