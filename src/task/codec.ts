import { SluiceError } from '../core/errors.ts'
import type { SequenceModel } from '../model/index.ts'
import type { ForecastCodec } from './forecast.ts'
import type { LabelledCodec } from './labelled.ts'

/** How the model of a task reads data and writes answers. */
export type TaskCodec = LabelledCodec | ForecastCodec

/** Tasks that are learned from tables. */
export const taskNames = ['classify', 'tag', 'forecast', 'caption', 'translate'] as const

/** The codec of a model that was trained for a task. @throws SluiceError `task-codec` for any other model */
export function taskCodec({ codec }: Pick<SequenceModel, 'codec'>): TaskCodec {
  if (taskNames.some((name) => name === codec['task'])) return codec as unknown as TaskCodec
  throw new SluiceError('task-codec')
}
