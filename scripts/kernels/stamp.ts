import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { filesBelow } from '../files.ts'

/** What a build left behind, kept beside its outputs in built.json. */
export interface Stamp {
  /** Hash of everything that decides the outputs: sources, flags, compiler. */
  readonly key: string
  /** The compiler's own words for its version. */
  readonly compiler: string
  readonly outputs: readonly string[]
}

/** What one half of the kernel build did, in a line for people. */
export interface Outcome {
  readonly state: 'built' | 'fresh' | 'skipped'
  readonly line: string
}

/** Text of every C++ file of a folder and those below it, by path from the folder; empty when there is no such folder. */
export function readSources(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {}
  const names = ['.cpp', '.hpp', '.h'].flatMap((ending) => filesBelow(folder, '.', ending))
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

/** A hash of a JSON value: equal inputs, equal key. */
export function keyOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}

/** True if the folder holds all outputs of a build with this key. */
export function isFresh(folder: string, key: string): boolean {
  const path = join(folder, 'built.json')
  if (!existsSync(path)) return false
  const stamp = JSON.parse(readFileSync(path, 'utf8')) as Stamp
  return stamp.key === key && stamp.outputs.every((name) => existsSync(join(folder, name)))
}

/** Records a finished build. Write it last: it vouches for the outputs. */
export function writeStamp(folder: string, stamp: Stamp): void {
  writeFileSync(join(folder, 'built.json'), `${JSON.stringify(stamp, null, 2)}\n`)
}

/** Time since `started` (performance.now()), as in "3.2 s". */
export function seconds(started: number): string {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`
}
