import { signal } from '@preact/signals'
import { cellNamed, choiceOf } from '../cell-choices.ts'
import type { CellChoice } from '../worker/messages.ts'

/** The two cells that stand side by side. */
export const pair = signal<readonly [CellChoice, CellChoice]>([
  choiceOf(cellNamed('rnn')!),
  choiceOf(cellNamed('lstm')!),
])

/** Their colours, in all pictures of this room. */
export const colours = ['--orange', '--blue'] as const

/** Units of each. */
export const pairUnits = 24
