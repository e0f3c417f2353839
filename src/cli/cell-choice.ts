import { readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { type Cell, EquationError, compile, nearest } from '../equations/index.ts'
import { type CellFactory, type InitSpec, cell as cellOf, library } from '../cells/index.ts'
import { SluiceError } from '../core/errors.ts'

/** A cell that was named on the command line. */
export interface ChosenCell {
  readonly cell: Cell
  readonly make: CellFactory
}

/** A cell of the library by name, or the equations of a file. */
export async function chooseCell(wanted: string, init: InitSpec = {}): Promise<ChosenCell> {
  const record = library.find(({ name }) => name === wanted)
  if (record) return chosen(record.name, record.equations, { ...record.init, ...init })
  const equations = await readFile(wanted, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw notFound(wanted, error)
  })
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
export function cellName(path: string): string {
  return basename(path, extname(path))
}

function notFound(wanted: string, { code, message }: NodeJS.ErrnoException): SluiceError {
  if (code === 'EISDIR')
    return new SluiceError('cell-file', `${wanted} is a folder; give a file of equations.`)
  if (code !== 'ENOENT' && code !== 'ENOTDIR') {
    return new SluiceError('cell-file', `${wanted} could not be read: ${message}.`)
  }
  const names = library.map(({ name }) => name)
  const close = nearest(wanted, names)
  const hint = close ? `Did you mean ${close}?` : `There are ${names.join(', ')}.`
  return new SluiceError('cell-unknown', `There is no cell and no file of equations "${wanted}". ${hint}`)
}
