import { openRuntime } from '../../src/runtime/index.ts'
import { type LayerSize, layerForm } from '../layers.ts'
import { repeatTimed } from '../repeat.ts'
import { readTask, serve } from '../serve.ts'
import { LayerTrainer, checkedSize } from './layer-trainer.ts'
import type { Form } from './main.ts'

/** Trains one form of layer. */
export interface LayerTask {
  /** Name of the form. */
  readonly layer: string
  readonly size: LayerSize
  readonly engine: Form
}

const warmSeconds = 0.5
const warmUnits = 2

const { layer, size, engine } = await readTask<LayerTask>()
const { runtime: name, threads, isa } = engine
const runtime = await openRuntime(name, { threads, ...(isa !== undefined && { isa }) })
const form = layerForm(layer)
const checked = await LayerTrainer.open(form, runtime, checkedSize(size))
const check = await checked.numbers()
checked.dispose()
const trainer = await LayerTrainer.open(form, runtime, size)
await repeatTimed(() => trainer.step(), warmSeconds, warmUnits)
await serve({ check, isa: runtime.machine.isa }, () => trainer.step(), repeatTimed)
