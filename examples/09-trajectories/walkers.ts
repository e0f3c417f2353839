import { Stream } from 'sluice/data'

/** A place or a displacement in metres. */
export type Point = readonly [x: number, y: number]

/** Seconds of a step. */
export const stepSeconds = 0.4

/** Places of some people over time: `[step][person]`. */
export type Walk = readonly (readonly Point[])[]

interface Walker {
  readonly place: Point
  readonly heading: number
  /** Metres a step that this person likes, and walks now. */
  readonly liked: number
  readonly speed: number
  /** Radians a step. */
  readonly turn: number
  /** Steps left to stand still. */
  readonly stop: number
}

/** Half the side of the square that people walk in. */
const half = 6

export const plus = (a: Point, b: Point): Point => [a[0] + b[0], a[1] + b[1]]
export const minus = (a: Point, b: Point): Point => [a[0] - b[0], a[1] - b[1]]
export const times = (a: Point, factor: number): Point => [a[0] * factor, a[1] * factor]
export const length = ([x, y]: Point): number => Math.hypot(x, y)

/**
 * Five people in a square, for so many steps. Each likes a speed of 0.9 to 1.7 m/s and walks straight or on a curve, of which
 * 1 step in 12 chooses another; who leaves the square turns back to its middle. Now and then somebody slows down, stands
 * for 3 to 8 steps, and goes on. Who comes nearer than 1.5 m to another steps aside.
 */
export function walk(seed: number, number: number, steps: number): Walk {
  const random = new Stream(seed, number)
  const between = (low: number, high: number): number => low + (high - low) * random.uniform()
  let people = Array.from({ length: 5 }, (): Walker => {
    const liked = between(0.9, 1.7) * stepSeconds
    const place = [between(-half, half), between(-half, half)] as const
    return { place, heading: between(-Math.PI, Math.PI), liked, speed: liked, turn: 0, stop: 0 }
  })
  return Array.from({ length: steps }, () => {
    const places = people.map(({ place }) => place)
    people = people.map((person, index) =>
      moved(
        decided(person, random),
        places.filter((_place, other) => other !== index),
      ),
    )
    return places
  })
}

/** Speed and turn of the next step. */
function decided(person: Walker, random: Stream): Walker {
  const stop = person.stop > 0 ? person.stop - 1 : random.below(30) === 0 ? 3 + random.below(6) : 0
  const speed = stop > 0 ? person.speed * 0.5 : person.speed + 0.5 * (person.liked - person.speed)
  const turn = random.below(12) === 0 ? [-0.2, -0.1, 0, 0.1, 0.2][random.below(5)]! : person.turn
  return { ...person, stop, speed, turn: isOutside(person.place) ? homeward(person) : turn }
}

const isOutside = ([x, y]: Point): boolean => Math.max(Math.abs(x), Math.abs(y)) > half

/** A turn towards the middle of the square. */
function homeward({ place: [x, y], heading }: Walker): number {
  const wanted = Math.atan2(-y, -x) - heading
  return Math.sin(wanted) > 0 ? 0.25 : -0.25
}

function moved(person: Walker, others: readonly Point[]): Walker {
  const heading = person.heading + person.turn
  const ahead: Point = [person.speed * Math.cos(heading), person.speed * Math.sin(heading)]
  const aside = others.map((other): Point => {
    const away = minus(person.place, other)
    const distance = Math.max(0.1, length(away))
    return times(away, (Math.max(0, 1.5 - distance) * 0.25) / distance)
  })
  return { ...person, heading, place: [ahead, ...aside].reduce(plus, person.place) }
}
