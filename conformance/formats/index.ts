import type { Format, Reason } from '../cases.ts'
import type { Fields } from '../fields.ts'
import { attention } from './attention.ts'
import { cells } from './cells.ts'
import { onnx } from './onnx.ts'
import { standard } from './standard.ts'
import { training } from './training.ts'

const waiting = (reason: Reason, recognises: (raw: Fields) => boolean): Format => ({
  recognises,
  nameOf: (raw) => raw.text('name'),
  read: () => reason,
})

const losses = waiting('losses', (raw) => raw.has('inputs') && raw.object('inputs').has('prediction'))

/** Every known format of cases. A case belongs to the first that recognises it. */
export const formats: readonly Format[] = [onnx, cells, training, standard, attention, losses]
