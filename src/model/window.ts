import { Builder, type Port, type StepGraph, type WindowGraph, numbers } from '../graph/index.ts'
import type { Program } from '../runtime/index.ts'

/** One layer for the window: its step with all sizes fixed, and the prefix of its names. */
export interface WindowLayer {
  readonly name: string
  readonly step: StepGraph
}

/** What a window of a next-token model is made of. */
export interface WindowParts {
  /** Symbols, and units of the embedding (0: one-hot). */
  readonly symbols: number
  readonly embedding: number
  readonly layers: readonly WindowLayer[]
  readonly head: WindowLayer
  /** Share of each layer's outputs that is dropped. */
  readonly dropout: number
}

/** A state that windows carry on: `layers.0.h` in, `layers.0.h next` out. */
const finalName = (initial: string): string => `${initial} next`

/**
 * The window graph of a next-token model: tokens through encoder and layers to logits, and the mean cross-entropy of
 * the targets (Mikolov et al. 2010). Dropout comes after every layer, as Zaremba, Sutskever and Vinyals (2014) do.
 */
export function nextTokenWindow(parts: WindowParts): Pick<Program, 'graph' | 'states'> {
  return new WindowWriter().write(parts)
}

class WindowWriter {
  readonly #build = new Builder(numbers)
  readonly #inputs: Port[] = []
  readonly #outputs: Port[] = []
  readonly #parameters: Port[] = []
  readonly #states: { initial: string; final: string }[] = []

  write({ symbols, embedding, layers, head, dropout }: WindowParts): Pick<Program, 'graph' | 'states'> {
    const tokens = this.#input('tokens', [], 'step')
    const targets = this.#input('targets', [], 'step')
    let sequence = this.#encoder(tokens, symbols, embedding)
    layers.forEach((layer, index) => {
      sequence = this.#scan(layer, sequence)
      if (dropout > 0) sequence = this.#build.add('dropout', [sequence], { rate: dropout, stream: index })
    })
    const logits = this.#scan(head, sequence)
    const loss = this.#build.add('cross_entropy', [logits, targets])
    this.#outputs.unshift({ name: 'loss', node: loss }, { name: 'logits', node: logits })
    const graph: WindowGraph = {
      nodes: this.#build.nodes,
      inputs: this.#inputs,
      parameters: this.#parameters,
      outputs: this.#outputs,
    }
    return { graph, states: this.#states }
  }

  #input(name: string, shape: readonly number[], extent: 'step' | 'row'): number {
    const node = this.#build.leaf('input', name, { extent, shape })
    this.#inputs.push({ name, node })
    return node
  }

  #parameter(name: string, shape: readonly number[]): number {
    const node = this.#build.leaf('parameter', name, { extent: 'once', shape })
    this.#parameters.push({ name, node })
    return node
  }

  #encoder(tokens: number, symbols: number, embedding: number): number {
    if (embedding === 0) return this.#build.add('onehot', [tokens], { classes: symbols })
    return this.#build.add('gather', [this.#parameter('embedding.E', [symbols, embedding]), tokens])
  }

  /** A layer over the window; its first output is the result. */
  #scan({ name, step }: WindowLayer, sequence: number): number {
    const shape = (node: number): readonly number[] => step.nodes[node]!.type.shape
    const states = step.states.map((state) =>
      this.#input(`${name}.${state.name}`, shape(state.previous), 'row'),
    )
    const parameters = step.parameters.map((port) =>
      this.#parameter(`${name}.${port.name}`, shape(port.node)),
    )
    const scan = this.#build.add('scan', [sequence, ...states, ...parameters], { step })
    step.states.forEach((state, index) => {
      const initial = `${name}.${state.name}`
      const final = finalName(initial)
      this.#outputs.push({
        name: final,
        node: this.#build.add('pick', [scan], { index: step.outputs.length + index }),
      })
      this.#states.push({ initial, final })
    })
    return this.#build.add('pick', [scan], { index: 0 })
  }
}
