/** What a figure of a lesson must be: at least, at most, or both. */
export interface Bounds {
  readonly least?: number
  readonly most?: number
}

/** What a lesson runs with. */
export interface LessonContext {
  /** Says how far it is, in a line. */
  readonly log: (line: string) => void
  /** Paths that were given on the command line and end as the lesson reads (see `Lesson.reads`). */
  readonly files: readonly string[]
  /** Seed of data and weights; 1 unless given. */
  readonly seed?: number
}

/** A program that teaches something and proves it by figures. */
export interface Lesson<Name extends string = string> {
  readonly title: string
  /** What is measured, in the order of the table, and what it must be; the lesson's README tells the same. */
  readonly figures: Readonly<Record<Name, Bounds>>
  /** The end of the names of files that it reads. */
  readonly reads?: string
  /** What it cannot do without, for people, where it needs such a file. */
  readonly needs?: string
  run(context: LessonContext): Promise<Readonly<Record<Name, number>>>
}

/** A lesson, with the names of its figures as a type: a figure that is not measured does not compile. */
export function lesson<Name extends string>(made: Lesson<Name>): Lesson<Name> {
  return made
}

/** Whether a figure is what it must be; a figure that is no number never is. */
export function holds({ least = -Infinity, most = Infinity }: Bounds, value: number): boolean {
  return value >= least && value <= most
}

/** Bounds for people: `≥ 0.99`, `≤ 1.25`, `1 to 2`. */
export function boundsText({ least, most }: Bounds): string {
  if (least !== undefined && most !== undefined) return `${least} to ${most}`
  return least === undefined ? `≤ ${most}` : `≥ ${least}`
}
