import { h } from 'preact'
import type { VNode } from 'preact'
import type { MathNode } from '../math/node.ts'

function drawn({ tag, attributes, children }: MathNode): VNode {
  return h(
    tag,
    attributes,
    children.map((child) => (typeof child === 'string' ? child : drawn(child))),
  )
}

/** A formula. */
export function Formula({ math }: { readonly math: MathNode }) {
  return <math display="inline">{drawn(math)}</math>
}
