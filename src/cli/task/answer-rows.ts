import type { Answered, ClassAnswer, ForecastStep, LabelledCodec } from '../../task/index.ts'
import { few } from '../view/format.ts'

/** One answer, or a step of one. */
export interface AnswerRow {
  /** For programs. */
  readonly record: Readonly<Record<string, unknown>>
  /** For people: cells of a table. */
  readonly shown: readonly string[]
}

/** The cells of rows, each row with as many. */
export function shownRows(rows: readonly AnswerRow[]): readonly (readonly string[])[] {
  const width = Math.max(0, ...rows.map(({ shown }) => shown.length))
  return rows.map(({ shown }) => [...shown, ...Array<string>(width - shown.length).fill('')])
}

/** Letters of a text that are shown beside its answer. */
const excerptLength = 60

/** The answer to an item: one row, or one for each step. */
export function labelledRows({ item, answer }: Answered, codec: LabelledCodec): readonly AnswerRow[] {
  const column = 'column' in codec.input ? codec.input.column : codec.input.columns[0]!
  const { row } = item.place(column)
  const read = excerpt(item.cells.get(column))
  if ('text' in answer)
    return [{ record: { row, text: answer.text, ended: answer.ended }, shown: [read, answer.text] }]
  return codec.task === 'tag' ? tagRows(answer, row, item.cells.get(column)) : [classRow(answer, row, read)]
}

function classRow({ labels, probabilities, classes }: ClassAnswer, row: number, read: string): AnswerRow {
  const [label, probability] = [labels[0]!, probabilities[0]!]
  return {
    record: { row, label, probability, probabilities: classes },
    shown: [label, probability.toFixed(3), read === '' ? `row ${row}` : read],
  }
}

/** Words with their tags in one record; of numbers a row each. */
function tagRows({ labels, probabilities }: ClassAnswer, row: number, cell: unknown): readonly AnswerRow[] {
  const entries = Array.isArray(cell) ? (cell as readonly unknown[]) : []
  if (typeof entries[0] === 'string' && Number.isNaN(Number(entries[0]))) {
    const words = entries.map(String)
    const shown = words.map((each, index) => `${each}/${labels[index]!}`).join(' ')
    return [{ record: { row, words, labels, probabilities }, shown: [shown] }]
  }
  return labels.map((label, index) => {
    const probability = probabilities[index]!
    return {
      record: { row: row + index, label, probability },
      shown: [`row ${row + index}`, label, probability.toFixed(3)],
    }
  })
}

function excerpt(cell: unknown): string {
  if (typeof cell !== 'string') return ''
  const line = cell.replace(/\s+/gu, ' ').trim()
  return line.length > excerptLength ? `${line.slice(0, excerptLength - 1)}…` : line
}

/** The steps of forecasts, with a header for people. */
export function forecastRows(steps: readonly ForecastStep[]): readonly AnswerRow[] {
  return steps.map(({ series, step, time, value, quantiles }) => {
    const when = time === undefined ? `step ${step}` : timeText(time)
    const levels = Object.entries(quantiles)
    return {
      record: {
        ...(series !== '' && { series }),
        step,
        ...(time !== undefined && { time: timeText(time) }),
        value,
        ...Object.fromEntries(levels.map(([level, quantile]) => [`q${level}`, quantile])),
      },
      shown: [...(series === '' ? [] : [series]), when, few(value), ...intervalText(levels)],
    }
  })
}

/** The outermost quantiles as an interval. */
function intervalText(levels: readonly (readonly [string, number])[]): readonly string[] {
  if (levels.length < 2) return []
  const [first, last] = [levels[0]!, levels.at(-1)!]
  const share = Math.round(100 * (Number(last[0]) - Number(first[0])))
  return [`${few(first[1])} … ${few(last[1])} (${share} %)`]
}

/** A day, or a day with its time. */
function timeText(time: number): string {
  const text = new Date(time).toISOString()
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text
}
