import type { Port, StepGraph } from 'sluice/graph'
import type { Renaming } from '../math/equation.ts'

/** The same step with other names for its values, to be drawn; parameters keep theirs. */
export function renamedStep<S>(step: StepGraph<S>, renaming: Renaming): StepGraph<S> {
  const renamed = <P extends Pick<Port, 'name'>>(ports: readonly P[]): readonly P[] =>
    ports.map((port) => ({ ...port, name: renaming[port.name] ?? port.name }))
  const { inputs, states, outputs, traces } = step
  return {
    ...step,
    inputs: renamed(inputs),
    states: renamed(states),
    outputs: renamed(outputs),
    traces: renamed(traces),
  }
}

/** The name that another one stands for. */
export function originalOf(name: string, renaming: Renaming): string {
  return Object.keys(renaming).find((original) => renaming[original] === name) ?? name
}
