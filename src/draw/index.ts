import type { StepGraph } from '../graph/index.ts'
import { diagramOf } from './diagram.ts'
import { layered } from './layers.ts'
import { placed } from './place.ts'
import { type SvgOptions, svgText } from './svg.ts'

export { type Diagram, type Link, type Vertex, type VertexKind, diagramOf } from './diagram.ts'
export type { SvgOptions } from './svg.ts'

/**
 * The diagram of a cell as SVG: time flows from left to right, `data-values` and `data-parameters` say which equations
 * and parameters a part belongs to, and a part of class `lit` stands out. Needs no page: it is text.
 */
export function drawCell<S>(step: StepGraph<S>, options: Partial<SvgOptions> = {}): string {
  const diagram = diagramOf(step)
  const title = options.title ?? `Diagram of the cell ${step.name}`
  return svgText(diagram, placed(diagram, layered(diagram)), {
    title,
    prefix: options.prefix ?? `${step.name}-`,
  })
}
