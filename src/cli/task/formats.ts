import { extname } from 'node:path'

/** Formats of the data of tasks: tables, and words with a tag each. */
export const dataFormats = ['csv', 'tsv', 'jsonl', 'parquet', 'conll', 'txt'] as const

/** A format of data. */
export type DataFormat = (typeof dataFormats)[number]

const endings = new Set(['.csv', '.tsv', '.tab', '.jsonl', '.ndjson', '.parquet', '.conll', '.npy'])

/** What the command line says of the data and its task. */
export interface TableChoice {
  readonly text?: string
  readonly task?: string
  readonly format?: DataFormat
}

/** Whether a file is read as a table: by its task, its format, or its ending. */
export function isTable({ text = '', task, format }: TableChoice): boolean {
  if (task !== undefined) return task !== 'lm'
  return format === undefined ? endings.has(extname(text).toLowerCase()) : format !== 'txt'
}
