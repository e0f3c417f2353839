/** An element of MathML, free of any page: a tree that can be drawn or written as text. */
export interface MathNode {
  readonly tag: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly (MathNode | string)[]
}

export function element(
  tag: string,
  children: readonly (MathNode | string)[],
  attributes: Readonly<Record<string, string>> = {},
): MathNode {
  return { tag, children, attributes }
}

/** An element that holds text. */
export function leaf(
  tag: 'mi' | 'mn' | 'mo' | 'mtext',
  text: string,
  attributes: Readonly<Record<string, string>> = {},
): MathNode {
  return element(tag, [text], attributes)
}

/** Text of a tree. */
export function mathText({ tag, attributes, children }: MathNode): string {
  const given = Object.entries(attributes).map(([name, value]) => ` ${name}="${escaped(value)}"`)
  const inside = children.map((child) => (typeof child === 'string' ? escaped(child) : mathText(child)))
  return `<${tag}${given.join('')}>${inside.join('')}</${tag}>`
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
