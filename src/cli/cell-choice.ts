import { readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { type Cell, EquationError, compile } from '../equations/index.ts'
import {
  type CellFactory,
  type CellRecord,
  type InitSpec,
  cell as cellOf,
  findCell,
  library,
} from '../cells/index.ts'
import { SluiceError } from '../core/errors.ts'
import { nearestOf, nearestPath } from './nearest-path.ts'

/** A cell that was named on the command line. */
export interface ChosenCell {
  readonly cell: Cell
  readonly make: CellFactory
}

const cellNames = library.flatMap(({ name, aliases = [] }) => [name, ...aliases])

/** A cell of the library by name, or the equations of a file. */
export async function chooseCell(wanted: string, init: InitSpec = {}): Promise<ChosenCell> {
  const record = findCell(wanted)
  if (record) return chosen(record.name, record.equations, { ...record.init, ...init })
  const equations = await readEquations(wanted)
  try {
    return chosen(cellName(wanted), equations, init)
  } catch (error) {
    if (error instanceof EquationError) error.message = `${wanted}, ${error.message}`
    throw error
  }
}

function chosen(name: string, equations: string, init: InitSpec): ChosenCell {
  return { cell: compile(equations, { name }), make: cellOf(name, equations, { init }) }
}

/** The name of the cell in a file: that of the file. */
function cellName(path: string): string {
  return basename(path, extname(path))
}

async function readEquations(path: string): Promise<string> {
  const bytes = await readFile(path).catch(async (cause: NodeJS.ErrnoException) => {
    throw await notRead(path, cause)
  })
  const byte = bytes.indexOf(0)
  if (byte >= 0) throw new SluiceError('cell-file/binary', { path, byte })
  return bytes.toString()
}

async function notRead(path: string, cause: NodeJS.ErrnoException): Promise<SluiceError> {
  const { code = '', message: reason } = cause
  if (code === 'EISDIR') return new SluiceError('cell-file/folder', { path }, { cause })
  if (code === 'EACCES' || code === 'EPERM')
    return new SluiceError('cell-file/forbidden', { path }, { cause })
  if (!['ENOENT', 'ENOTDIR'].includes(code))
    return new SluiceError('cell-file/unreadable', { path, reason }, { cause })
  const near = nearestOf(path, cellNames)
  const file = 'nearest' in near ? undefined : await nearestPath(path)
  return new SluiceError('cell-unknown/file', {
    name: path,
    ...(file === undefined ? near : { nearest: file }),
  })
}

/** A cell of the library by name. @throws SluiceError `cell-unknown` */
export function libraryCell(name: string): CellRecord {
  const record = findCell(name)
  if (record) return record
  throw new SluiceError('cell-unknown/library', { name, ...nearestOf(name, cellNames) })
}
