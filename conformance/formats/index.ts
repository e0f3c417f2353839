import type { Format, Reason } from '../cases.ts'
import type { Fields } from '../fields.ts'
import { cells } from './cells.ts'
import { losses } from './losses.ts'
import { onnx } from './onnx.ts'
import { standard } from './standard.ts'
import { training } from './training.ts'

const waiting = (reason: Reason, recognises: (raw: Fields) => boolean): Format => ({
  recognises,
  nameOf: (raw) => raw.text('name'),
  read: () => reason,
})

const attention = waiting(
  'attention',
  (raw) => raw.has('parameters') && raw.object('parameters').has('decoder.weight_ih'),
)

/** Every known format of cases. A case belongs to the first that recognises it. */
export const formats: readonly Format[] = [onnx, cells, training, standard, attention, losses]
