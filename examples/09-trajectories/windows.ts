import type { Example } from 'sluice'
import { type Point, type Walk, length, minus, plus, walk } from './walkers.ts'

/** Steps that are seen: 3.2 s. */
export const observed = 8
/** Steps that are foretold: 2 s. */
export const horizon = 5
/** Numbers of a step: where a person went, and where the nearest other one is. */
export const inputSize = 4

/** What is seen of a person and where they go, turned so that the way that was seen leads along the first axis. */
export interface Window extends Example {
  readonly input: readonly (readonly number[])[]
  /** Displacements of the next steps, one after the other. */
  readonly target: readonly number[]
}

/** Windows of every person of so many walks. */
export function windows(seed: number, walks: number): readonly Window[] {
  const steps = 40
  return Array.from({ length: walks }, (_unused, number) => windowsOf(walk(seed, number, steps))).flat()
}

function windowsOf(all: Walk): readonly Window[] {
  const result: Window[] = []
  for (let start = 1; start + observed + horizon <= all.length; start += 3)
    for (let person = 0; person < all[0]!.length; person++) result.push(windowOf(all, start, person))
  return result
}

function windowOf(all: Walk, start: number, person: number): Window {
  const at = (step: number): Point => all[step]![person]!
  const now = start + observed - 1
  const turned = turnTo(minus(at(now), at(start - 1)))
  const went = (step: number): Point => turned(minus(at(step), at(step - 1)))
  return {
    input: range(observed).map((step) => [
      ...went(start + step),
      ...turned(nearest(all[start + step]!, person)),
    ]),
    target: range(horizon).flatMap((step) => went(now + 1 + step)),
  }
}

/** Turns points as the direction is turned to the first axis. */
function turnTo(direction: Point): (point: Point) => Point {
  const size = Math.max(1e-9, length(direction))
  const [cos, sin] = [direction[0] / size, direction[1] / size]
  return ([x, y]) => [cos * x + sin * y, cos * y - sin * x]
}

/** Direction to the nearest other person, of length 1 where they meet and 0 from 3 m on. */
function nearest(places: readonly Point[], person: number): Point {
  const [first] = places
    .filter((_place, other) => other !== person)
    .map((place) => minus(place, places[person]!))
    .toSorted((a, b) => length(a) - length(b))
  const distance = Math.max(1e-9, length(first!))
  const nearness = Math.max(0, 1 - distance / 3)
  return [(first![0] / distance) * nearness, (first![1] / distance) * nearness]
}

/** Places from displacements, one after the other, starting at 0. */
export function path(displacements: ArrayLike<number>): readonly Point[] {
  let place: Point = [0, 0]
  return range(displacements.length / 2).map((step) => {
    place = plus(place, [displacements[2 * step]!, displacements[2 * step + 1]!])
    return place
  })
}

/** Mean distance between places foretold and true, over all steps, and at the last. */
export function displacementErrors(
  targets: readonly ArrayLike<number>[],
  predictions: readonly ArrayLike<number>[],
): { readonly mean: number; readonly final: number } {
  const distances = targets.map((target, index) => {
    const [wanted, given] = [path(target), path(predictions[index]!)]
    return wanted.map((place, step) => length(minus(place, given[step]!)))
  })
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length
  return { mean: mean(distances.flat()), final: mean(distances.map((row) => row.at(-1)!)) }
}

const range = (count: number): readonly number[] => Array.from({ length: count }, (_unused, index) => index)
