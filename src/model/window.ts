import type { Program } from '../runtime/index.ts'
import { addStack } from './add-stack.ts'
import { addEncoder, embeddingName } from './encoder.ts'
import type { WindowParts } from './parts.ts'
import { WindowWriter } from './window-writer.ts'

/**
 * The window graph of a next-token model: tokens through encoder and layers to logits, and the mean cross-entropy of
 * the targets (Mikolov et al. 2010). Dropout comes after every layer, as Zaremba, Sutskever and Vinyals (2014) do; a tied
 * head has the embedding for its matrix (Press and Wolf 2017).
 */
export function nextTokenWindow(parts: WindowParts, training: boolean): Pick<Program, 'graph' | 'states'> {
  const { encoding, layers, head, tied } = parts
  const window = new WindowWriter()
  const tokens = window.input('tokens', 'step')
  const targets = window.input('targets', 'step')
  const encoded = addEncoder(window, tokens, encoding, training)
  const sequence = addStack(window, layers, encoded, { training, initial: 'carried' })
  const parameters = head.step.parameters.map(({ name, node }) => {
    const { shape } = head.step.nodes[node]!.type
    return window.parameter(tied && name === 'W' ? embeddingName : `head.${name}`, shape)
  })
  const [logits] = window.scan(head, { sequences: [sequence], parameters }).outputs as [number]
  const loss = window.build.add('cross_entropy', [logits, targets])
  return window.finish([
    { name: 'loss', node: loss },
    { name: 'logits', node: logits },
  ])
}
