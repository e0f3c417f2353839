import type { Command } from 'commander'
import type { CalendarFeature, Filling, ScalingKind, TokenKind } from '../../data/all.ts'
import { usualDecoder } from '../../cells/index.ts'
import { calendarFeatures } from '../../data/table/time.ts'
import { fillings } from '../../data/table/fill.ts'
import { scalingKinds } from '../../data/table/scaling.ts'
import { tokenKinds } from '../../data/tokens/index.ts'
import { oneOf } from '../../data/check.ts'
import { numberWithin } from '../../data/check.ts'
import { option, whole, word } from '../options.ts'
import { addFormatOptions } from './format-options.ts'
import type { DataFormat } from './formats.ts'

/** Everything that `sluice train` takes for tasks on tables. */
export interface TaskFlags {
  readonly task?: TaskWord
  readonly target?: string
  readonly input?: readonly string[]
  readonly id?: string
  readonly targets?: string
  readonly time?: string
  readonly format?: DataFormat
  readonly delimiter?: string
  readonly tokens?: TokenKind
  readonly vocabulary?: number
  readonly pool?: 'last' | 'mean' | 'max'
  readonly bidirectional?: boolean
  readonly decoder?: string
  readonly horizon?: number
  readonly context?: number
  readonly season?: number
  readonly every?: number
  readonly calendar?: readonly CalendarFeature[]
  readonly loss?: (typeof valueLosses)[number]
  readonly levels?: readonly number[]
  readonly scaling?: ScalingKind
  readonly missing?: Filling
  readonly blank?: readonly string[]
}

const taskWords = ['lm', 'classify', 'tag', 'forecast', 'caption', 'translate'] as const

/** A task by its name. */
export type TaskWord = (typeof taskWords)[number]

const valueLosses = ['quantile', 'huber', 'squared', 'absolute'] as const

/** Adds the options of tasks. */
export function addTaskOptions(command: Command): void {
  command
    .optionsGroup('Task:')
    .addOption(option('--task <name>', taskWords.join(', '), word('--task', taskWords), 'as the file says'))
    .addOption(option('--target <column>', 'what is learned'))
    .addOption(option('--input <columns>', 'what is read, apart by commas', listed))
    .addOption(
      option(
        '--targets <file>',
        'its lines are the targets of the lines, or of the sequences of a .npy file',
      ),
    )
    .addOption(option('--id <column>', 'rows with the same name in it are one sequence'))
    .addOption(option('--time <column>', 'times of a series'))
  addFormatOptions(command)
  command
    .addOption(
      option(
        '--tokens <kind>',
        `of texts: ${tokenKinds.join(', ')}`,
        word('--tokens', tokenKinds),
        'characters',
      ),
    )
    .addOption(option('--vocabulary <n>', 'most words, or pairs of bytes', whole('--vocabulary', 3)))
    .addOption(
      option(
        '--pool <how>',
        'classify from: last, mean, max',
        word('--pool', ['last', 'mean', 'max']),
        'last',
      ),
    )
    .addOption(option('--bidirectional', 'read both ways'))
    .addOption(
      option('--decoder <cell|file>', 'what writes where a sequence is read', undefined, usualDecoder),
    )
    .addOption(option('--horizon <n>', 'steps that are foretold', whole('--horizon', 1), 'a season'))
    .addOption(
      option('--context <n>', 'steps that are read before; of tag: steps of a piece', whole('--context', 1)),
    )
    .addOption(
      option(
        '--season <n>',
        'steps after which a series resembles itself',
        whole('--season', 1),
        'by the times',
      ),
    )
    .addOption(option('--every <n>', 'steps from one window to the next', whole('--every', 1), 1))
    .addOption(
      option('--calendar <features>', `${calendarFeatures.join(', ')}, or none`, features, 'by the times'),
    )
    .addOption(
      option(
        '--loss <name>',
        `of a forecast: ${valueLosses.join(', ')}`,
        word('--loss', valueLosses),
        'quantile',
      ),
    )
    .addOption(option('--levels <list>', 'of the quantiles', levels, '0.1,0.5,0.9'))
    .addOption(
      option(
        '--scaling <kind>',
        `of numbers: ${scalingKinds.join(', ')}`,
        word('--scaling', scalingKinds),
        'standard',
      ),
    )
    .addOption(
      option('--missing <how>', `fill missing numbers: ${fillings.join(', ')}`, word('--missing', fillings)),
    )
    .addOption(option('--blank <words>', 'that stand for a missing value, such as NA', listed))
}

/** Words apart by commas. */
function listed(text: string): readonly string[] {
  return text.split(',').map((each) => each.trim())
}

function features(text: string): readonly CalendarFeature[] {
  return text === 'none' ? [] : listed(text).map((each) => oneOf('--calendar', each, calendarFeatures))
}

function levels(text: string): readonly number[] {
  const given = listed(text).map((each) => numberWithin('--levels', Number(each), { above: 0, below: 1 }))
  return [...new Set(given)].sort((a, b) => a - b)
}
