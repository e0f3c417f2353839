import { SluiceError } from '../core/errors.ts'
import { nearest } from '../equations/nearest.ts'
import type { NamedScan } from './scans.ts'

/** A layer by its number among the layers of the model, or by its name: `layers.0`, or shorter `0`. */
export type LayerName = number | string

/** Layers that are looked into unless others are asked for: neither the head, nor norms around layers, nor bridges. */
export function usualLayers(scans: readonly NamedScan[]): readonly NamedScan[] {
  return scans.filter(
    ({ name }) => name !== 'head' && !name.endsWith('.norm') && !name.startsWith('bridges.'),
  )
}

/** The layer of a name. @throws SluiceError `inspect-layer` */
export function findLayer(scans: readonly NamedScan[], layer: LayerName): NamedScan {
  const wanted = String(layer)
  const found = scans.find(({ name }) => name === wanted || name === `layers.${wanted}`)
  if (found) return found
  const names = scans.map(({ name }) => name)
  throw new SluiceError('inspect-layer', {
    layer: wanted,
    nearest: nearest(wanted, names),
    names: names.join(', '),
  })
}

/** Left-hand names of a layer's equations. */
export function namesOf({ step }: NamedScan): readonly string[] {
  return step.traces.map(({ name }) => name)
}

/** The node of a value of a layer; a prime may stand behind the name of a state. @throws SluiceError `inspect-name` */
export function findValue(scan: NamedScan, name: string): number {
  const wanted = withoutPrime(name)
  const found = scan.step.traces.find((trace) => trace.name === wanted)
  if (found) return found.node
  const names = namesOf(scan)
  throw new SluiceError('inspect-name/layer', {
    layer: scan.name,
    name,
    nearest: nearest(wanted, names),
    names: names.join(', '),
  })
}

/** Names without their primes, each known to some layer. @throws SluiceError `inspect-name` */
export function knownNames(scans: readonly NamedScan[], names: readonly string[]): ReadonlySet<string> {
  const known = new Set(scans.flatMap(namesOf))
  const wanted = names.map(withoutPrime)
  const missing = wanted.find((name) => !known.has(name))
  if (missing === undefined) return new Set(wanted)
  throw new SluiceError('inspect-name/all', {
    name: missing,
    nearest: nearest(missing, known),
    names: [...known].join(', '),
  })
}

/** Units of a value of a layer. */
export function unitsOf({ step }: NamedScan, node: number): number {
  return step.nodes[node]!.type.shape[0] ?? 1
}

/** @throws SluiceError `inspect-unit` */
export function checkUnit(value: string, unit: number, units: number): void {
  if (Number.isInteger(unit) && unit >= 0 && unit < units) return
  throw new SluiceError('inspect-unit/range', { value, units, unit: String(unit) })
}

/** The name of a state, as its values are named, where it stands with a prime. */
export function withoutPrime(name: string): string {
  return name.replace(/'$/, '')
}
