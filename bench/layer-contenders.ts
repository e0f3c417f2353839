import { reference } from '../src/runtime/index.ts'
import { unlike } from './check.ts'
import { type Contender, tolerance } from './contenders.ts'
import { flopsOf } from './flops.ts'
import { type LayerForm, type LayerSize, batchesOf, layerProgram, plainForm } from './layers.ts'
import { script } from './scripts.ts'
import { LayerTrainer, checkedSize } from './sluice/layer-trainer.ts'
import type { LayerTask } from './sluice/layers.ts'
import type { Form } from './sluice/main.ts'

/** A form of one layer in training, held against the plain form. */
export async function layerContender(form: LayerForm, size: LayerSize, engine: Form): Promise<Contender> {
  const { name, most } = form
  const { hidden, batch, steps } = size
  const task: LayerTask = { layer: name, size: { hidden, batch, steps }, engine }
  const trainer = await LayerTrainer.open(form, reference, checkedSize(size))
  const expected = await trainer.numbers()
  const isPlain = form === plainForm
  return {
    name,
    role: isPlain ? 'baseline' : 'entry',
    threads: engine.threads,
    engine: engine.runtime,
    command: script('layers', task),
    flops: flopsOf('training', layerProgram(form, size).graph),
    tokens: batchesOf(form, size).tokens,
    ...(!isPlain && { allowed: { over: plainForm.name, ...(most !== undefined && { most }) } }),
    complaint: (check) => unlike(check, expected, tolerance.own),
  }
}
