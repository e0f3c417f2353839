import { SluiceError } from '../core/errors.ts'
import { cell } from '../cells/index.ts'
import { lazy } from '../core/lazy.ts'
import { type ModelConfig, layerFrom } from './config.ts'
import type { WindowLayer, WindowParts } from './window.ts'

/** A softmax over symbols stands on one dense layer. */
const dense = lazy(() => cell('dense', 'input x\noutput y: symbols\ny = W @ x + b\n'))

/**
 * Layers and head of a model with all sizes fixed.
 * @throws SluiceError `cell-sizes` where the sizes do not fit together, or `model-unsupported`
 */
export function partsOf(config: ModelConfig, symbols: number): WindowParts {
  let input = config.embedding > 0 ? config.embedding : symbols
  const layers = config.layers.map((stored, index): WindowLayer => {
    const { cell: compiled, sizes } = layerFrom(stored)
    const step = compiled.graph({ ...sizes, ...(compiled.sizes.includes('input') && { input }) })
    if (step.states.some(({ initial }) => initial === 'learned'))
      throw new SluiceError('model-unsupported/learned', { cell: stored.name })
    if (step.inputs.length !== 1)
      throw new SluiceError('model-unsupported/inputs', { cell: stored.name, count: step.inputs.length })
    input = step.nodes[step.outputs[0]!.node]!.type.shape[0]!
    return { name: `layers.${index}`, step }
  })
  const { cell: compiled, sizes } = dense()({ symbols })
  const head: WindowLayer = { name: 'head', step: compiled.graph({ ...sizes, input }) }
  return { symbols, embedding: config.embedding, layers, head, dropout: config.dropout }
}
