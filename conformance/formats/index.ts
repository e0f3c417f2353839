import type { Format } from '../cases.ts'
import { attention } from './attention.ts'
import { cells } from './cells.ts'
import { losses } from './losses.ts'
import { onnx } from './onnx.ts'
import { standard } from './standard.ts'
import { training } from './training.ts'

/** Every known format of cases. A case belongs to the first that recognises it. */
export const formats: readonly Format[] = [onnx, cells, training, standard, attention, losses]
